"""What the answer to an exercise is held against.

A chapter calls ``check("1.1", answer)`` and prints one or two lines. The exercises are data: each entry of
`EXERCISES` says what kind of answer it wants, how to tell a right one, and which hint helps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tempcourse.annealing import anneal, random_couplings
from tempcourse.boltzmann import free_energy
from tempcourse.distillation import same_confidence
from tempcourse.exploration import GaussianBandit, boltzmann_exploration, simulate
from tempcourse.ising import glass_energies
from tempcourse.softmax import log_softmax, softmax
from tempcourse.words import percent

__all__ = ["check"]

Test = Callable[[np.ndarray], bool]


class _NotYet(Exception):
    """The answer is not right yet: what was seen, and the hint that fits it."""

    def __init__(self, seen: str, hint: str = ""):
        super().__init__(seen)
        self.seen, self.hint = seen, hint


class _NotAttempted(Exception):
    """The stub is as it came."""


def near(value, rtol: float = 1e-3, atol: float = 1e-9) -> Test:
    """Accept what lies within a tolerance of `value`."""
    return lambda answer: np.allclose(answer, value, rtol=rtol, atol=atol)


def between(low: float, high: float) -> Test:
    """Accept what lies in the closed interval from `low` to `high`, every entry of it."""
    return lambda answer: bool(np.all((low <= answer) & (answer <= high)))


@dataclass(frozen=True)
class Number:
    """An exercise whose answer is one number.

    `slips` are wrong answers that are easy to come by, each a test with the hint that fits it.
    """

    test: Test
    hint: str
    slips: Sequence[tuple[Test, str]] = ()
    right: str = ""
    kind: str = "a number"

    def judge(self, answer) -> None:
        values = _as_numbers(answer)
        if values.size != 1:
            raise _NotYet(f"yours has shape {values.shape}", self.hint)
        _hold(values.reshape(()), self)


@dataclass(frozen=True)
class Array:
    """An exercise whose answer is an array of a given shape."""

    shape: tuple[int, ...]
    test: Test
    hint: str
    slips: Sequence[tuple[Test, str]] = ()
    right: str = ""

    @property
    def kind(self) -> str:
        return f"an array of shape {self.shape}"

    def judge(self, answer) -> None:
        values = _as_numbers(answer)
        if values.shape != self.shape:
            raise _NotYet(f"yours has shape {values.shape}", self.hint)
        _hold(values, self)


@dataclass(frozen=True)
class Case:
    """Arguments that a function is tried on, what to call them, and a hint for who fails there."""

    label: str
    arguments: tuple
    hint: str = ""


@dataclass(frozen=True)
class Function:
    """An exercise whose answer is a function, held against `reference` on every case."""

    kind: str
    reference: Callable
    cases: Sequence[Case]
    hint: str
    right: str = ""
    rtol: float = 1e-6

    def judge(self, answer) -> None:
        if not callable(answer):
            raise _NotYet(
                f"yours is {_describe(answer)}", "Hand over the function itself, without calling it."
            )
        for case in self.cases:
            try:
                self._try(answer, case)
            except _NotYet as problem:
                hint = problem.hint or case.hint or self.hint
                raise _NotYet(f"on {case.label}, {problem.seen}", hint) from None

    def _try(self, answer: Callable, case: Case) -> None:
        arguments = [np.copy(a) if isinstance(a, np.ndarray) else a for a in case.arguments]
        with np.errstate(all="ignore"):
            got = _call(answer, arguments)
            expected = np.asarray(self.reference(*case.arguments))
        if any(not np.array_equal(a, b) for a, b in zip(arguments, case.arguments, strict=True)):
            hint = "Work on a new array: `z = z - c`, not `z -= c`."
            raise _NotYet("yours changed the array it was given", hint)
        values = _as_numbers(got, may_be_infinite=True)
        if values.shape != expected.shape:
            raise _NotYet(f"yours returned shape {values.shape}, wanted was {expected.shape}")
        if not np.allclose(values, expected, rtol=self.rtol, atol=1e-12):
            raise _NotYet(f"yours returned {_show(values)}")


def check(number: str, answer) -> None:
    """Print whether an answer is right, and if not, what was expected in kind and a hint.

    Parameters
    ----------
    number : str
        The exercise, such as ``"1.1"``.
    answer : object
        The answer: a number, an array or a function, as the exercise asks. A function is handed over
        itself, and is tried on several inputs; what it raises is reported and not raised again.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> check("1.1", ...)
    Exercise 1.1: not attempted yet.
    >>> check("1.1", 1.9)
    Exercise 1.1: not yet. Expected: a number.
    Hint: That is the gap between the two scores. The odds are a function of it.
    """
    if not isinstance(number, str) or number not in EXERCISES:
        raise ValueError(f"number must be one of {', '.join(EXERCISES)} (as text); got {number!r}")
    exercise = EXERCISES[number]
    try:
        if _is_blank(answer):
            raise _NotAttempted
        exercise.judge(answer)
    except _NotAttempted:
        print(f"Exercise {number}: not attempted yet.")
    except _NotYet as problem:
        seen = f" {problem.seen[0].upper()}{problem.seen[1:]}." if problem.seen else ""
        print(f"Exercise {number}: not yet. Expected: {exercise.kind}.{seen}")
        print(f"Hint: {problem.hint or exercise.hint}")
    else:
        print(f"Exercise {number}: right. {exercise.right}".rstrip())


def _is_blank(answer) -> bool:
    """Tell whether this is the stub's value, alone or left inside a list."""
    if isinstance(answer, list | tuple):
        return any(_is_blank(entry) for entry in answer)
    return answer is None or answer is ...


def _call(function: Callable, arguments: list):
    """Return what the function returns; report what it raises, and a stub that returns nothing."""
    try:
        got = function(*arguments)
    except Exception as error:
        raise _NotYet(f"yours raised {type(error).__name__}: {error}".rstrip(": .")) from None
    if got is ... or (got is None and _is_stub(function)):
        raise _NotAttempted
    if got is None:
        raise _NotYet("yours returned None", "Does the function end with a `return`?")
    return got


def _is_stub(function: Callable) -> bool:
    """Tell whether the body is empty: it uses no name and makes no variable."""
    code = getattr(function, "__code__", None)
    return code is not None and not code.co_names and code.co_nlocals == code.co_argcount


def _as_numbers(answer, *, may_be_infinite: bool = False) -> np.ndarray:
    """Return a float array, or say kindly why the answer is not made of numbers."""
    if callable(answer):
        raise _NotYet(f"yours is {_describe(answer)}", "Hand over what the function returns.")
    try:
        values = np.asarray(answer)
        if values.dtype.kind not in "iufO" or any(isinstance(entry, str | bytes) for entry in values.flat):
            raise TypeError
        values = values.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise _NotYet(f"yours is {_describe(answer)}", "Give plain numbers.") from None
    if np.isnan(values).any():
        raise _NotYet("yours holds nan (not a number)" if values.ndim else "yours is nan (not a number)")
    if not may_be_infinite and np.isinf(values).any():
        raise _NotYet("yours holds an infinity" if values.ndim else "yours is infinite")
    return values


def _hold(values: np.ndarray, exercise: Number | Array) -> None:
    """Raise the hint of the slip that was made, or the exercise's own, unless the test accepts the values."""
    if exercise.test(values):
        return
    for slip, hint in exercise.slips:
        if slip(values):
            raise _NotYet("", hint)
    raise _NotYet("", exercise.hint)


def _describe(answer) -> str:
    if isinstance(answer, str | bytes):
        return "text"
    if callable(answer):
        return "a function"
    name = type(answer).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _show(values: np.ndarray) -> str:
    if values.ndim == 0:
        return f"{values:.6g}"
    return " ".join(np.array2string(values, precision=4, threshold=6, separator=", ").split())


def _sample(probabilities, u):
    """Return the first class whose exact cumulative sum exceeds `u` of the total."""
    sums = np.cumsum(probabilities, dtype=np.float64)
    return np.searchsorted(sums, u * sums[-1], side="right")


_ALMOST_ONE = np.nextafter(1.0, 0.0)
_FOLD = 0.1 * 1.602176634e-19 / 1.380649e-23  # a tenth of an electronvolt over Boltzmann's constant, in kelvin
_COIN = -0.9 * np.log(0.9) - 0.1 * np.log(0.1)  # the entropy of one flip of a loaded coin


def _log(probabilities):
    """Return the logarithm, −∞ for a probability of 0."""
    with np.errstate(divide="ignore"):
        return np.log(probabilities)


def _highest_second(logits) -> float:
    """Return the largest probability that the second class has at any temperature, over a fine grid."""
    temperatures = np.geomspace(1e-4, 1e4, 8001) * np.ptp(logits)
    return softmax(logits, temperatures[:, None])[:, 1].max()


def _acceptance(rise, temperature) -> float:
    """Return the probability with which the rule of Metropolis accepts a rise of the energy."""
    if rise <= 0:
        return 1.0
    return np.exp(-rise / temperature) if temperature > 0 else 0.0


def _excess_logit(logits, labels, temperature) -> float:
    """Return how far the expected logit is above the label's, in the mean over the rows."""
    expected = (softmax(logits, temperature) * logits).sum(axis=-1)
    return (expected - logits[np.arange(len(labels)), labels]).mean()


def _ends_lowest(schedule) -> float:
    """Return the share of runs on the chapter's glass that end in its lowest state."""
    couplings = random_couplings(20, rng=np.random.default_rng(2))
    ends = anneal(couplings, schedule, rng=np.random.default_rng(0), runs=400)
    return float((ends.energies < glass_energies(couplings).min() + 1e-9).mean())


@dataclass(frozen=True)
class Schedule:
    """An exercise whose answer is a list of temperatures that cools the chapter's glass well enough."""

    longest: int
    share: float
    hint: str
    right: str = ""

    @property
    def kind(self) -> str:
        return f"an array of shape (m,), m temperatures from the first to the last, m at most {self.longest}"

    def judge(self, answer) -> None:
        schedule = _as_numbers(answer, may_be_infinite=True)
        if schedule.ndim != 1 or not 1 <= schedule.size <= self.longest:
            raise _NotYet(f"yours has shape {schedule.shape}", self.hint)
        if (schedule < 0).any():
            raise _NotYet("one of yours is negative", "A temperature is at least 0.")
        reached = _ends_lowest(schedule)
        if reached < self.share:
            seen = f"with yours {percent(reached)} of the runs end in the lowest state"
            raise _NotYet(f"{seen}, wanted are {percent(self.share)}", self.hint)


def _score(preferences, arm, temperature):
    """Return the gradient of the log-probability of an arm by all preferences."""
    p = softmax(preferences, temperature)
    return (np.eye(p.size)[arm] - p) / temperature


@dataclass(frozen=True)
class Cooling:
    """An exercise whose answer is a schedule with which Boltzmann exploration loses little on several bandits."""

    #: For each gap between two arms the mean regret that is allowed.
    allowed: dict[float, float]
    hint: str
    right: str = ""
    kind: str = "a function of the step that returns a temperature"

    def judge(self, answer) -> None:
        if not callable(answer):
            raise _NotYet(f"yours is {_describe(answer)}", "Hand over the function itself, without calling it.")
        for step in range(3, 2001):
            tau = _as_numbers(_call(answer, [step]), may_be_infinite=True)
            if tau.shape != () or tau < 0:
                seen = f"at step {step} yours returned {_show(tau)}"
                raise _NotYet(seen, "A temperature is one number, at least 0.")
        for gap, most in self.allowed.items():
            bandit, policy = GaussianBandit([gap, 0.0]), boltzmann_exploration(lambda step: float(answer(step)))
            played = simulate(bandit, policy, steps=2000, runs=400, rng=np.random.default_rng(0))
            if played.regret[-1] > most:
                seen = f"on the arms {gap} and 0 the mean regret is {played.regret[-1]:.1f}, allowed are {most:g}"
                stuck = f"{percent(played.wrong.mean())} of the runs are stuck: warmer for longer, or not?"
                raise _NotYet(seen, f"{stuck} {self.hint}")


EXERCISES: dict[str, Number | Array | Function | Schedule | Cooling] = {
    # Chapter 1: softmax
    "1.1": Number(
        near(np.exp(1.9), rtol=0.01),
        hint="The odds of two classes need only the gap between their two scores: no sum over all classes.",
        slips=[
            (near(1.9), "That is the gap between the two scores. The odds are a function of it."),
            (near(np.exp(-1.9), rtol=0.01), "Those are the odds of moon against mat: the other way round."),
            (near(20.0), "That is the quotient of the scores. Softmax looks at their difference."),
        ],
        right="Odds are exp(gap), whatever the other classes score.",
    ),
    "1.2": Number(
        near(np.log(99 * 50_256), rtol=2e-3),
        hint="Write p = exp(g) / (exp(g) + 50256), set it to 0.99 and solve for g.",
        slips=[
            (near(np.log(99), rtol=2e-3), "That is enough against one rival. Here there are 50,256."),
            (near(np.log(50_256), rtol=2e-3), "That gap gives one half. Ask for odds of 99 to 1."),
        ],
        right="The gap grows with the logarithm of the number of rivals.",
    ),
    "1.3": Function(
        kind="a function of logits, shape (rows, classes), that returns as many probabilities",
        reference=lambda logits: softmax(logits, axis=-1),
        cases=[
            Case("one row, [[2, 1, 0.5, 0.1]]", (np.array([[2.0, 1.0, 0.5, 0.1]]),)),
            Case(
                "two rows, [[2, 1, 0.5, 0.1], [0, 3, 1, 1]]",
                (np.array([[2.0, 1.0, 0.5, 0.1], [0.0, 3.0, 1.0, 1.0]]),),
                "Each row sums to 1 on its own: look at `axis` and `keepdims` of `max` and of `sum`.",
            ),
            Case(
                "large logits, [[1000, 999]]",
                (np.array([[1000.0, 999.0]]),),
                "exp(1000) overflows. What may be subtracted from a row without changing its softmax?",
            ),
            Case(
                "a large row above a modest one, [[1000, 999], [1, 0]]",
                (np.array([[1000.0, 999.0], [1.0, 0.0]]),),
                "Take the maximum of each row, not that of the whole table.",
            ),
            Case(
                "integer logits, [[3, 1], [0, 2]]",
                (np.array([[3, 1], [0, 2]]),),
                "Make a new array; an integer one holds no fractions.",
            ),
            Case(
                "8-bit integer logits, [[127, -128]]",
                (np.array([[127, -128]], dtype=np.int8),),
                "The subtraction wraps round. Turn the logits into floats before it.",
            ),
            Case("a masked class, [0, -inf]", (np.array([[0.0, -np.inf]]),)),
        ],
        hint="The same two lines as before, in floats, with `axis=-1, keepdims=True` in the maximum and the sum.",
        right="Row by row, and safe for scores of any size.",
    ),
    "1.4": Function(
        kind="a function of (logits, target) that returns a number",
        reference=lambda logits, target: -log_softmax(logits)[target],
        cases=[
            Case("[2, 1, 0.5, 0.1] with target 0", (np.array([2.0, 1.0, 0.5, 0.1]), 0)),
            Case("[2, 1, 0.5, 0.1] with target 3", (np.array([2.0, 1.0, 0.5, 0.1]), 3)),
            Case("integer logits, [2, 1, 0] with target 1", (np.array([2, 1, 0]), 1)),
            Case(
                "[0, 1000] with target 0",
                (np.array([0.0, 1000.0]), 0),
                "The probability is too small for a float, its logarithm is not: never form the probability.",
            ),
            Case(
                "[-1000, -1001] with target 0",
                (np.array([-1000.0, -1001.0]), 0),
                "Subtract the maximum inside the logarithm and add it again outside.",
            ),
        ],
        hint="-log p[target] = (log-sum-exp of the logits) - logits[target].",
        right="The loss stays finite and exact where the probability itself has become 0.",
    ),
    "1.5": Array(
        (2,),
        lambda gaps: bool(between(16, 18)(gaps[0]) and between(87, 105)(gaps[1])),
        hint="Try gaps from 0 to 120 in float32: at which is p[0] == 1 first, and at which p[1] == 0?",
        slips=[
            (
                lambda gaps: bool(between(36, 38)(gaps[0]) or gaps[1] > 700),
                "That is where float64 gives up. Make the logits float32.",
            ),
            (
                lambda gaps: bool(between(87, 105)(gaps[0]) and between(16, 18)(gaps[1])),
                "Both numbers are there, in the other order: first the gap at which p[0] == 1.",
            ),
        ],
        right="1 is reached long before 0: float32 is dense near 0 and coarse near 1.",
    ),
    "1.6": Function(
        kind="a function of (probabilities, u) that returns the index of a class",
        reference=_sample,
        cases=[
            Case("[0.5, 0.25, 0.25] with u = 0.6", (np.array([0.5, 0.25, 0.25]), 0.6)),
            Case("[0.5, 0.25, 0.25] with u = 0.1", (np.array([0.5, 0.25, 0.25]), 0.1)),
            Case(
                "[0, 1] with u = 0",
                (np.array([0.0, 1.0]), 0.0),
                'A class of probability 0 must never be drawn. Look at `side="right"` of `searchsorted`.',
            ),
            Case(
                "[0.7, 0.2, 0.1] with u just below 1",
                (np.array([0.7, 0.2, 0.1]), _ALMOST_ONE),
                "Look at the last cumulative sum of these three, and at where u lies against it.",
            ),
            Case(
                "[0.7, 0.2, 0.1, 0] with u just below 1",
                (np.array([0.7, 0.2, 0.1, 0.0]), _ALMOST_ONE),
                "Clipping the index to the last class can draw a class of probability 0. Scale u instead.",
            ),
            Case(
                "50,257 equal classes in float32 with u just below 1",
                (np.full(50_257, 1 / 50_257, dtype=np.float32), _ALMOST_ONE),
                "These add up to more than 1 in float32, so the last classes are never drawn.",
            ),
        ],
        hint="Sum in float64, and compare with u times the last cumulative sum.",
        right="The index is always a class that can happen.",
        rtol=0.0,
    ),
    # Chapter 2: temperature
    "2.1": Function(
        kind="a function of (probabilities, temperature) that returns probabilities",
        reference=lambda p, temperature: p ** (1 / temperature) / (p ** (1 / temperature)).sum(),
        cases=[
            Case("[0.7, 0.2, 0.1] at 1", (np.array([0.7, 0.2, 0.1]), 1.0), "At 1 nothing changes."),
            Case("[0.7, 0.2, 0.1] at 0.5", (np.array([0.7, 0.2, 0.1]), 0.5), "At 0.5 odds are squared."),
            Case(
                "[0.7, 0.2, 0.1] at 2",
                (np.array([0.7, 0.2, 0.1]), 2.0),
                "At 2 odds become their square root.",
            ),
            Case(
                "[0.5, 0.5, 0] at 2",
                (np.array([0.5, 0.5, 0.0]), 2.0),
                "A power of 0 is 0; its logarithm is not.",
            ),
        ],
        hint="Odds go to the power 1/τ: do that to each probability. Do they still sum to 1?",
        right="Probabilities at 1 are all that temperature needs.",
    ),
    "2.2": Function(
        kind="a function of (logits, temperature) that returns the slope of every probability",
        reference=lambda z, t: (softmax(z, t + 1e-5) - softmax(z, t - 1e-5)) / 2e-5,
        cases=[
            Case("[2, 1, 0.5, 0.1] at 1", (np.array([2.0, 1.0, 0.5, 0.1]), 1.0)),
            Case("[2, 1, 0.5, 0.1] at 2", (np.array([2.0, 1.0, 0.5, 0.1]), 2.0), "Look at the power of τ."),
            Case("[1, 1, 1] at 1", (np.array([1.0, 1.0, 1.0]), 1.0), "Equal logits stay equal: no slope."),
            Case(
                "[2001, 2000] at 1",
                (np.array([2001.0, 2000.0]), 1.0),
                "Take the probabilities from the package's `softmax`; a plain exp overflows.",
            ),
        ],
        hint="With p = softmax(logits, temperature), the mean logit is p @ logits. Then the slope formula.",
        right="The slopes sum to 0: what one class loses, others gain.",
        rtol=1e-5,
    ),
    "2.3": Number(
        near(0.2 / np.log(999)),
        hint="The odds are exp(gap / τ). Set them to 999 and solve for τ.",
        slips=[
            (near(0.2 / np.log(99)), "That is cold enough for 99 %. Here it is 99.9 %."),
            (near(np.log(999) / 0.2), "That is the other way up: a larger gap allows a higher temperature."),
            (near(0.2 / np.log10(999)), "`np.log10` is the logarithm to base 10. The odds are a power of e."),
        ],
        right="That is about a seventh of the gap.",
    ),
    "2.4": Number(
        near(2.0),
        hint="Only gaps over τ count. By what factor are B's gaps larger?",
        slips=[
            (near(0.32), "That is τ divided by the factor: B's gaps would be 6.25 times too large."),
            (near(9.0), "The 7 shifts every logit alike, and softmax does not see it."),
            (near(0.8), "At the same τ, B's odds are A's to the power 2.5."),
        ],
        right="The shift is invisible, and the scale goes into τ.",
    ),
    "2.5": Number(
        near(1.11601),
        hint="Call temperature_for_entropy with the entropy of a fair coin, in nats.",
        slips=[
            (
                near(1.65152),
                "That is an entropy of 1 nat. A coin has 1 bit, which is log 2 nats.",
            ),
            (
                near(2.61612),
                "There the top class has one half, but the other half is spread over three.",
            ),
        ],
        right="Two effective choices out of four.",
    ),
    "2.6": Array(
        (4,),
        lambda z: bool(np.all(np.diff(z) < 0)) and _highest_second(z) >= 0.4,
        hint="What should the gap between the first two be like, and what the gap to the others?",
        slips=[(lambda z: bool(np.any(np.diff(z) >= 0)), "Each logit must be smaller than the one before.")],
        right="The second class stays below one half, for the first is never below it.",
    ),
    # Chapter 3: Boltzmann
    "3.1": Number(
        near(1 / np.log(5)),
        hint="Set 1 equal to 5 exp(-1/T) and solve for T.",
        slips=[
            (near(np.log(5)), "That is 1/T."),
            (near(-1 / np.log(5)), "A temperature is positive: look at the sign of the exponent."),
            (near(1 / np.log(6)), "Each of five states above against the one below: the ratio is 5."),
        ],
        right="Above that temperature most are upstairs, though each single state up there is rarer.",
    ),
    "3.2": Number(
        near(np.exp(-_FOLD / 300), rtol=5e-3),
        hint="The odds are exp(-ΔE/kT), with ΔE and kT in the same unit. At 300 K, kT is about 0.0259 eV.",
        slips=[
            (
                near(np.exp(_FOLD / 300), rtol=5e-3),
                "Those are the odds of the cheap fold. Asked is the costly one for each cheap one.",
            ),
            (
                near(np.exp(-_FOLD / 298.15), rtol=1e-3),
                "That is at 25 °C, which is 298.15 K. Asked is 300 K.",
            ),
            (
                near(1 / (1 + np.exp(_FOLD / 300)), rtol=1e-3),
                "That is the costly fold's share of all. Asked is how many there are for each cheap one.",
            ),
        ],
        right="About 2 in 100: a tenth of an electronvolt is nearly 4 kT.",
    ),
    "3.3": Function(
        kind="a function of (energies, temperature) that returns a number",
        reference=lambda energies, temperature: free_energy(energies, temperature),
        cases=[
            Case("[0, 1] at 1", (np.array([0.0, 1.0]), 1.0)),
            Case(
                "[0, 1] at 2",
                (np.array([0.0, 1.0]), 2.0),
                "T stands in two places: inside the exponential, and in front.",
            ),
            Case("[-2, -1, -0.5, -0.1] at 0.5", (np.array([-2.0, -1.0, -0.5, -0.1]), 0.5)),
            Case(
                "[1000, 1001] at 1",
                (np.array([1000.0, 1001.0]), 1.0),
                "exp(-1000) is 0 in floating point, and its logarithm -inf. Take the smallest energy out of the sum.",
            ),
            Case("[-5000, -4000] at 2", (np.array([-5000.0, -4000.0]), 2.0), "exp(2500) overflows."),
        ],
        hint="F = E_min - T log Σ exp(-(E - E_min)/T).",
        right="It is log-sum-exp upside down, and as safe.",
    ),
    "3.4": Number(
        near(0.49743, rtol=0.01),
        hint="On a logarithmic slider the entropy moves at the speed dS/dlog T = C. Where is C largest?",
        slips=[
            (near(0.41678, rtol=0.01), "That is the peak of two levels a distance of 1 apart. Asked is the sketch."),
            (near(0.91203, rtol=0.01), "That is how high the peak is. Asked is the τ at which it stands."),
            (
                near(0.37257, rtol=0.02),
                "There dS/dT is largest, for a given step of τ. Asked is a given percentage of τ.",
            ),
        ],
        right="Half the gap between the first two logits, roughly: there the second class comes in.",
    ),
    "3.5": Function(
        kind="a function of (rise, temperature) that returns a probability",
        reference=_acceptance,
        cases=[
            Case("a rise of 1 at T = 1", (1.0, 1.0)),
            Case("a fall of 1 at T = 1", (-1.0, 1.0), "What goes down is always accepted: a probability is at most 1."),
            Case("a rise of 0 at T = 1", (0.0, 1.0), "A level move is always accepted."),
            Case("a rise of 1 at T = 0.5", (1.0, 0.5), "The colder, the rarer: look at what divides the rise."),
            Case("a rise of 1 at T = 0", (1.0, 0.0), "At T = 0 nothing goes up."),
            Case("a fall of 1 at T = 0", (-1.0, 0.0), "At T = 0 what goes down is still accepted."),
            Case("a rise of 0 at T = 0", (0.0, 0.0), "0/0 is not a number. Settle level moves before you divide."),
            Case("a rise of 5 at T = ∞", (5.0, np.inf), "At T = ∞ everything is accepted."),
        ],
        hint="1 if the energy does not rise; else exp(-rise/T), and 0 at T = 0.",
        right="No Z in it: that is why it works where Z cannot be had.",
    ),
    "3.6": Schedule(
        longest=30,
        share=0.6,
        hint="Hot, the walkers forget what they found; cold, they do not move. Spend the sweeps in between, falling.",
        right="The time goes where the glass decides.",
    ),
    # Chapter 4: distillation
    "4.1": Number(
        near(7.0 / np.log(2)),
        hint="The odds of the 3 against the 8 are exp(7.0 / T). Set them to 2 and solve for T.",
        slips=[
            (near(np.log(2) / 7.0), "That is the other way up: a larger gap needs a stronger lens."),
            (near(7.0 / 2), "Odds are a power of e: it takes the logarithm of 2."),
            (near(7.0 / np.log10(2)), "`np.log10` is the logarithm to base 10. The odds are a power of e."),
        ],
        right="About ten: there the second guess can be read without a magnifying glass.",
    ),
    "4.2": Function(
        kind="a function of (student_logits, teacher_logits, temperature) that returns as many numbers",
        reference=lambda z, v, temperature: temperature * (softmax(z, temperature) - softmax(v, temperature)),
        cases=[
            Case("[2, 1, 0] against [9, 4, 1] at T = 1", (np.array([2.0, 1.0, 0.0]), np.array([9.0, 4.0, 1.0]), 1.0)),
            Case(
                "[2, 1, 0] against [9, 4, 1] at T = 5",
                (np.array([2.0, 1.0, 0.0]), np.array([9.0, 4.0, 1.0]), 5.0),
                "The slope of L is (q - p)/T, and T² stands in front of L.",
            ),
            Case("equal logits at T = 3", (np.array([1.0, 0.0]), np.array([1.0, 0.0]), 3.0), "Nothing pulls there."),
            Case(
                "[2000, 0] against [0, 2000] at T = 2",
                (np.array([2000.0, 0.0]), np.array([0.0, 2000.0]), 2.0),
                "Take the distributions from the package's `softmax`; a plain exp overflows.",
            ),
        ],
        hint="q and p are softmax of the student's and of the teacher's logits, both at T; then T (q - p).",
        right="Each logit is pulled by what the student says less what the teacher says.",
    ),
    "4.3": Number(
        near(79 / 4096),
        hint="Add the ways to win 10, 11 and 12 of 12, and divide by 2 to the power 12.",
        slips=[
            (near(66 / 4096), "That is exactly 10. Eleven and twelve would have impressed you as well."),
            (near(158 / 4096), "That counts the other setting's wins, too. Asked is this one."),
            (near(10 / 12), "That is the share of wins, not how likely so many are by tossing."),
        ],
        right="About 2 in 100: so much for ten of twelve.",
    ),
    "4.4": Function(
        kind="a function of probabilities that returns as many",
        reference=same_confidence,
        cases=[
            Case("[0.6, 0.3, 0.1]", (np.array([0.6, 0.3, 0.1]),)),
            Case("[0.1, 0.7, 0.2, 0]", (np.array([0.1, 0.7, 0.2, 0.0]),), "The top stays in its own place."),
            Case("[1, 0]", (np.array([1.0, 0.0]),), "Nothing is left to spread."),
            Case("[0.4, 0.4, 0.2]", (np.array([0.4, 0.4, 0.2]),), "Of two that tie, keep the first."),
        ],
        hint="All others get (1 - top)/(n - 1).",
        right="How sure, without what else.",
    ),
    "4.5": Number(
        near(12 / np.log(3)),
        hint="The odds exp(12 / T) must be at most 3. Solve for T.",
        slips=[
            (near(12 / np.log(1 / 3)), "A temperature is positive: which of the two is the larger?"),
            (near(12 / 3), "Odds are a power of e: it takes the logarithm of 3."),
            (near(12 / np.log(4)), "A third of the *first's* probability: the odds are 3, not 4."),
        ],
        right="A very sure teacher needs a strong lens.",
    ),
    # Chapter 5: decoding
    "5.1": Number(
        near(np.exp(2.2 / 0.8), rtol=5e-3),
        hint="Odds are exp(gap/τ), and the gap of the logits is the gap of the log-probabilities.",
        slips=[
            (near(np.exp(2.2), rtol=5e-3), "Those are the odds at τ = 1."),
            (near(np.exp(2.2 * 0.8), rtol=5e-3), "That is at τ = 1/0.8. Below 1 the odds grow."),
            (near(np.exp(-2.2 / 0.8), rtol=5e-3), "Those are the odds of the second against the first."),
            (near(np.exp(2.2) / 0.8, rtol=5e-3), "τ divides the logits, not the odds."),
        ],
        right="No normalisation needed: odds know nothing of the other tokens.",
    ),
    "5.2": Function(
        kind="a function of (logits, temperature, u) that returns an index",
        reference=lambda z, temperature, u: np.argmax(z - temperature * np.log(-np.log(u))),
        cases=[
            Case("[2, 1, 0.5] at τ = 1", (np.array([2.0, 1.0, 0.5]), 1.0, np.array([0.1, 0.9, 0.5]))),
            Case("[2, 1, 0.5] at τ = 1, another u", (np.array([2.0, 1.0, 0.5]), 1.0, np.array([0.5, 0.2, 0.99]))),
            Case("[2, 1, 0.5] at τ = 0", (np.array([2.0, 1.0, 0.5]), 0.0, np.array([0.1, 0.9, 0.99])),
                 "At τ = 0 there is no noise: multiply the noise by τ, do not divide the logits."),
            Case("[2, 1, 0.5] at τ = 0.1", (np.array([2.0, 1.0, 0.5]), 0.1, np.array([0.1, 0.9, 0.9])),
                 "Cold, the noise is soft: τ multiplies it."),
            Case("[0, 5] at τ = 10", (np.array([0.0, 5.0]), 10.0, np.array([0.9, 0.3])), "Hot, the noise is loud."),
        ],
        hint="The noise is -log(-log u); the index is argmax of logits + τ · noise.",
        right="An exact draw, without an exponential of a logit.",
        rtol=0.0,
    ),
    "5.3": Function(
        kind="a function of (probabilities, p) that returns a whole number",
        reference=lambda q, p: int(np.argmax(np.cumsum(np.sort(q)[::-1]) >= p - 1e-12)) + 1,
        cases=[
            Case("[0.5, 0.25, 0.25] with p = 0.6", (np.array([0.5, 0.25, 0.25]), 0.6)),
            Case("[0.1, 0.7, 0.2] with p = 0.6", (np.array([0.1, 0.7, 0.2]), 0.6), "Sort first."),
            Case("[0.1, 0.7, 0.2] with p = 0.8", (np.array([0.1, 0.7, 0.2]), 0.8), "The one that reaches p counts."),
            Case("[0.5, 0.5] with p = 0.1", (np.array([0.5, 0.5]), 0.1), "At least one is kept."),
            Case("[0.5, 0.25, 0.25] with p = 0.75", (np.array([0.5, 0.25, 0.25]), 0.75), "To reach p is enough."),
        ],
        hint="np.cumsum of np.sort(probabilities)[::-1]; how many until the sum is at least p?",
        right="Few where the model is sure, many where it is not.",
        rtol=0.0,
    ),
    "5.4": Number(
        near(0.01),
        hint="Which odds to the top does the last kept token have after the temperature?",
        slips=[
            (near(np.sqrt(0.1)), "That is the other direction, from after to before."),
            (near(0.1), "min-p and temperature do not commute."),
            (near(0.2), "Odds go to the power 1/τ; they are not divided by it."),
        ],
        right="m to the power 1/τ.",
    ),
    "5.5": Array(
        (4,),
        lambda z: bool(softmax(z).max() >= 0.8 and np.sort(softmax(z, 3.0))[-2:].sum() < 0.8),
        hint="One clear favourite, and three others close together.",
        slips=[
            (lambda z: softmax(z).max() < 0.8, "At τ = 1 the first token alone must have 80 %: a larger gap on top."),
            (
                lambda z: np.sort(softmax(z, 3.0))[-2:].sum() >= 0.8,
                "At τ = 3 two tokens still have 80 %: a smaller gap on top, or more even others.",
            ),
        ],
        right="The same 0.8, and one token or a handful.",
    ),
    # Chapter 6: sequences
    "6.1": Number(
        near(0.36),
        hint="Multiply along each way, and compare the best of each.",
        slips=[
            (near(0.22), "That is greedy's text: A first, because 0.55 is more than 0.45."),
            (near(0.8), "That is the second step alone. Multiply by the first."),
        ],
        right="The less likely first word leads to the likelier text.",
    ),
    "6.2": Function(
        kind="a function of (scores, log_probabilities) that returns as many scores, the best first",
        reference=lambda scores, log_p: np.sort((scores[:, np.newaxis] + log_p).ravel())[::-1][: len(scores)],
        cases=[
            Case("one beam", (np.array([0.0]), np.log([[0.7, 0.3]]))),
            Case("two beams that both survive", (np.log([0.6, 0.4]), np.log([[0.5, 0.5], [0.9, 0.1]]))),
            Case(
                "two beams, and one takes both places",
                (np.log([0.6, 0.4]), np.log([[0.5, 0.5], [0.4, 0.6]])),
                "All continuations compete with each other, not only those of the same beam.",
            ),
            Case(
                "unsorted beams",
                (np.log([0.1, 0.9]), np.log([[1.0, 1e-9], [0.6, 0.4]])),
                "The best comes first.",
            ),
        ],
        hint="Add each score to its row, flatten, sort downwards, keep as many as there were.",
        right="That is all of beam search but for remembering the words.",
    ),
    "6.3": Number(
        near(100 * (_COIN + np.log(0.9)), rtol=0.01),
        hint="Per flip: the entropy of (0.9, 0.1) less the surprise of heads, -log 0.9. Times 100.",
        slips=[
            (near(-100 * np.log(0.9), rtol=0.01), "That is the surprise of all heads. How much more is typical?"),
            (near(100 * _COIN, rtol=0.01), "That is typical. By how much does it exceed that of all heads?"),
            (near(100 * (_COIN + np.log(0.9)) / np.log(2), rtol=0.01), "That is in bits. Asked are nats."),
        ],
        right="Each typical sequence is e²² times rarer than all heads, and yet you only ever see typical ones.",
    ),
    "6.4": Number(
        near(0.33539, rtol=0.01),
        hint="Token by token, the best text with A has p(A) p(a|A), each at τ. Where does it equal that with B?",
        slips=[
            (near(1.0), "At τ = 1 the text with B is likelier: 0.36 against 0.22. Go colder."),
            (near(0.387, rtol=0.01), "That is the tree in the text. Here the numbers are those of exercise 6.1."),
        ],
        right="Below it the token-wise favourite is no longer the model's.",
    ),
    "6.5": Function(
        kind="a function of (first, then, temperature) that returns the first token's distribution",
        reference=lambda first, then, t: (
            first ** (1 / t) * (then ** (1 / t)).sum(axis=1) / (first ** (1 / t) * (then ** (1 / t)).sum(axis=1)).sum()
        ),
        cases=[
            Case("the tree at τ = 1", (np.array([0.6, 0.4]), np.array([[0.34, 0.33, 0.33], [0.9, 0.05, 0.05]]), 1.0)),
            Case(
                "the tree at τ = 0.3",
                (np.array([0.6, 0.4]), np.array([[0.34, 0.33, 0.33], [0.9, 0.05, 0.05]]), 0.3),
                "The first token's weight is p(first)^(1/τ) times the *sum* of p(second)^(1/τ) over what follows.",
            ),
            Case("two leaves against one at τ = 2", (np.array([0.5, 0.5]), np.array([[0.5, 0.5], [1.0, 0.0]]), 2.0)),
        ],
        hint="Sum p(text)^(1/τ) over all texts that begin with the token, then normalise.",
        right="To temper a text, the first word must know what can follow.",
    ),
    # Chapter 7: exploration
    "7.1": Number(
        near(2 / 3, rtol=0.02),
        hint="The first step goes down with probability 0.4. Else it goes up, and −1 is now two levels below.",
        slips=[
            (near(0.4), "That is the share that fails at once. Others fail later."),
            (near(1.0), "That is a solution of the equation, but a walk that tends upwards may well escape."),
            (near(1 / 3, rtol=0.02), "That is the share of the runs that end with the better arm."),
        ],
        right="Two runs of three give up the better arm, and each of them has a reason.",
    ),
    "7.2": Number(
        near(0.5 / (1 + np.e), rtol=5e-3),
        hint="The regret of a pull is 0.5 times the probability of the worse arm.",
        slips=[
            (near(1 / (1 + np.e), rtol=5e-3), "That is the worse arm's share of the pulls. What does each cost?"),
            (near(0.5 / (1 + np.exp(-1)), rtol=5e-3), "That is the other arm's share. The worse arm's is smaller."),
            (near(1000 / (1 + np.e), rtol=5e-3), "That is for 2000 pulls. Asked is one."),
        ],
        right="Two thousand of them make what the table says, with no word of learning in the formula.",
    ),
    "7.3": Cooling(
        allowed={0.5: 20.0, 0.2: 25.0},
        hint="Try c/t with other numbers c, and count what is stuck and what is wasted.",
        right="On these two gaps, that is. The next bandit may want another.",
    ),
    "7.4": Function(
        kind="a function of (estimates, pulls, scale, noise) that returns the number of an arm",
        reference=lambda estimates, pulls, scale, noise: np.argmax(estimates + scale / np.sqrt(pulls) * noise),
        cases=[
            Case(
                "equal noise, pulls 100 and 1",
                (np.array([0.5, 0.3]), np.array([100.0, 1.0]), 0.5, np.array([1.0, 1.0])),
                "The less an arm is pulled, the more its noise counts.",
            ),
            Case(
                "pulls 4 and 1, noise 1 and 1",
                (np.array([0.5, 0.0]), np.array([4.0, 1.0]), 0.8, np.array([1.0, 1.0])),
                "The noise shrinks as the standard error does: with the square root of the pulls.",
            ),
            Case(
                "pulls 1 and 1, scale 0.1",
                (np.array([0.5, 0.3]), np.array([1.0, 1.0]), 0.1, np.array([0.0, 1.0])),
                "The scale multiplies the noise.",
            ),
            Case(
                "three arms, negative noise",
                (np.array([0.0, 0.2, 0.1]), np.array([9.0, 1.0, 4.0]), 1.0, np.array([0.1, -0.5, 0.1])),
            ),
        ],
        hint="np.argmax of the estimates plus scale / sqrt(pulls) times the noise.",
        right="One line, and the policy knows what it does not know.",
    ),
    "7.5": Function(
        kind="a function of (preferences, arm, temperature) that returns one slope for each arm",
        reference=_score,
        cases=[
            Case(
                "[0, 0] with arm 0 at 1",
                (np.array([0.0, 0.0]), 0, 1.0),
                "What was drawn is raised, what was not is lowered.",
            ),
            Case("[1, 0, 2] with arm 1 at 1", (np.array([1.0, 0.0, 2.0]), 1, 1.0)),
            Case(
                "[1, 0, 2] with arm 1 at 0.5",
                (np.array([1.0, 0.0, 2.0]), 1, 0.5),
                "The temperature stands in the softmax and below the whole.",
            ),
        ],
        hint="(one-hot of the arm − softmax(preferences, temperature)) / temperature.",
        right="Its mean over draws is 0, which is why any constant may be taken off the reward.",
    ),
    "7.6": Number(
        near(1 / np.log(9), rtol=5e-3),
        hint="The odds are exp(1/weight). Set them to 9 and solve.",
        slips=[
            (near(np.log(9), rtol=5e-3), "That is one over the weight."),
            (near(1 / np.log(10), rtol=5e-3), "90 % against 10 % are odds of 9 to 1."),
            (near(0.1), "That is the share of the worse action. The weight is a temperature."),
        ],
        right="Nearly half of the reward, for a policy that errs one time in ten.",
    ),
    # Chapter 8: calibration
    "8.1": Number(
        near(0.13),
        hint="Each bin has a gap between confidence and accuracy. Weigh it by the bin's share of the predictions.",
        slips=[
            (near(0.05), "There the gaps cancel: one bin is too sure, the other the opposite. Take absolute values."),
            (near(0.125), "That is the plain mean of the two gaps. The bins are not equally full."),
            (near(0.25), "That is the sum of the two gaps. Weigh each by its bin's share of the predictions."),
            (near(13.0), "Give it as a fraction: 13 % is 0.13."),
        ],
        right="A gap counts as often as it is met.",
    ),
    "8.2": Number(
        near(0.7 * np.log(0.7 / 0.9) + 0.3 * np.log(0.3 / 0.1)),
        hint="The mean surprise of a forecast p is -0.7 log p - 0.3 log(1 - p). Take it at 0.9 and at 0.7.",
        slips=[
            (near(-0.7 * np.log(0.9) - 0.3 * np.log(0.1)), "That is what 90 % costs. What would 70 % have cost?"),
            (near(-0.7 * np.log(0.7) - 0.3 * np.log(0.3)), "That is what honesty costs. Asked is the difference."),
            (
                near(0.9 * np.log(0.9 / 0.7) + 0.1 * np.log(0.1 / 0.3)),
                "There the rain fell on 90 % of the days. It fell on 70 %: weigh the surprises by what happens.",
            ),
            (
                near(0.7 * np.log2(0.7 / 0.9) + 0.3 * np.log2(0.3 / 0.1)),
                "Those are bits. With the natural logarithm they are nats.",
            ),
            (near(np.log(0.9 / 0.7)), "The days without rain count too, 30 % of them."),
        ],
        right="It is KL(truth || forecast), which is 0 for the truth alone.",
    ),
    "8.3": Function(
        kind="a function of (logits, labels, temperature) that returns a number",
        reference=_excess_logit,
        cases=[
            Case("[[2, 1, 0.5, 0.1]], label 0, at 1", (np.array([[2.0, 1.0, 0.5, 0.1]]), np.array([0]), 1.0)),
            Case(
                "[[2, 1, 0.5, 0.1]], label 0, at 2",
                (np.array([[2.0, 1.0, 0.5, 0.1]]), np.array([0]), 2.0),
                "The expected logit is taken at the temperature; the logits themselves are not divided by it.",
            ),
            Case(
                "two rows, [[2, 1, 0], [0, 3, 1]], labels 0 and 2, at 1",
                (np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]]), np.array([0, 2]), 1.0),
                "Each row has its own expected logit and its own label: `logits[np.arange(len(labels)), labels]`. "
                "At the end the mean over the rows.",
            ),
            Case(
                "large logits, [[2001, 2000]], label 1, at 1",
                (np.array([[2001.0, 2000.0]]), np.array([1]), 1.0),
                "Take the probabilities from the package's `softmax`; a plain exp overflows.",
            ),
        ],
        hint="With p = softmax(logits, temperature): the mean over the rows of Σ p z, minus the label's logit.",
        right="Above 0 the network is too sure, below 0 not sure enough, and at 0 the temperature fits.",
    ),
    "8.4": Number(
        near(6 / np.log(9)),
        hint="At the best τ the odds are those of the outcomes, 9 : 1, and the odds are exp(gap / τ).",
        slips=[
            (near(np.log(9) / 6), "That is 1/τ."),
            (near(6 / np.log(10)), "Right in 9 of 10 are odds of 9 : 1."),
            (near(-6 / np.log(0.9)), "0.9 is the probability. The odds are 0.9 to 0.1."),
            (near(6 / np.log10(9)), "`np.log10` is the logarithm to base 10. The odds are a power of e."),
        ],
        right="It had odds of 403 : 1 where 9 : 1 was true.",
    ),
    "8.5": Number(
        near(4.0263, rtol=2e-3),
        hint="Take `predict_logits(network, rougher)`, its held-out part, and the labels of that part.",
        slips=[
            (near(4.2388, rtol=2e-3), "That was fitted on the test images, and they are there to judge τ."),
            (near(4.0596, rtol=2e-3), "That was fitted on the first 400, the images that the network was trained on."),
            (near(4.1500, rtol=2e-3), "That was fitted on all images. Take the held-out ones alone."),
            (near(2.1804, rtol=2e-3), "That is the old temperature, for the noise it was trained with."),
        ],
        right="Nearly twice the old one. A temperature belongs to a network and to the data it meets.",
    ),
    "8.6": Array(
        (3,),
        lambda z: bool(z[0] > max(z[1:]) and 1.2 * z[1] > max(z[0], z[2])),
        hint="Which class profits from a factor of 1.2, and how close must it have been?",
        slips=[
            (lambda z: not z[0] > max(z[1:]), "Before the scaling the first class must be on top, alone."),
            (lambda z: not 1.2 * z[1] > max(z[0], z[2]), "After the scaling the second class must be on top, alone."),
        ],
        right="A near tie is enough. Whatever favours a class turns some decision.",
    ),
}
