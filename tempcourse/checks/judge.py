"""The kinds of exercise, and what is said of an answer to one.

An exercise is data: what kind of answer it wants, how to tell a right one, and which hint helps.
"""

import dis
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tempcourse._arguments import read_array

__all__ = ["Array", "Between", "Case", "Entries", "Function", "Near", "Number", "Without", "verdict"]

#: What tells whether an answer is of a sort: right, or one of the slips.
Test = Callable[[np.ndarray], bool]


class NotYet(Exception):
    """The answer is not right yet: what was seen, and the hint that fits it, if it is not the exercise's own."""

    def __init__(self, seen: str = "", hint: str = ""):
        super().__init__(seen)
        self.seen, self.hint = seen, hint


class NotAttempted(Exception):
    """The stub is as it came."""


@dataclass(frozen=True)
class Near:
    """Accept what lies within a tolerance of `value`; three digits are enough, whatever these are."""

    value: float
    rtol: float = 5e-3
    atol: float = 1e-9

    def __call__(self, answer: np.ndarray) -> bool:
        """Tell whether the answer passes."""
        return np.allclose(answer, self.value, rtol=self.rtol, atol=self.atol)


@dataclass(frozen=True)
class Between:
    """Accept what lies in the closed interval from `low` to `high`, every entry of it."""

    low: float
    high: float

    def __call__(self, answer: np.ndarray) -> bool:
        """Tell whether the answer passes."""
        return bool(np.all((self.low <= answer) & (answer <= self.high)))


@dataclass(frozen=True)
class Entries:
    """Accept an array of which each entry passes a test of its own."""

    tests: Sequence[Test]

    def __call__(self, answer: np.ndarray) -> bool:
        """Tell whether the answer passes."""
        return all(test(entry) for test, entry in zip(self.tests, answer, strict=True))


@dataclass(frozen=True)
class Without:
    """Accept what has none of the faults, which are tests as well, looked for in this order."""

    faults: Sequence[Test]

    def __call__(self, answer: np.ndarray) -> bool:
        """Tell whether the answer passes."""
        return not any(fault(answer) for fault in self.faults)


def falls_nowhere(values: np.ndarray) -> bool:
    """Tell whether every entry is at least as large as the one before."""
    return bool(np.all(values[1:] >= values[:-1]))


@dataclass(frozen=True)
class Number:
    """An exercise whose answer is one number.

    `slips` are wrong answers that are easy to come by, each a test with the hint that fits it.
    """

    test: Test
    hint: str
    slips: Sequence[tuple[Test, str]]
    right: str = ""
    kind: str = "a number"

    def judge(self, answer) -> None:
        """Raise `NotYet` or `NotAttempted` unless the answer is right."""
        values = as_numbers(answer)
        if values.size != 1:
            raise NotYet(f"yours has shape {values.shape}")
        if not self.test(values.reshape(())):
            raise NotYet(hint=hint_of_slip(values.reshape(()), self.slips))


@dataclass(frozen=True)
class Array:
    """An exercise whose answer is an array of a given shape; the logit of what is masked is −∞."""

    shape: tuple[int, ...]
    test: Test
    hint: str
    slips: Sequence[tuple[Test, str]]
    right: str = ""

    @property
    def kind(self) -> str:
        """What the answer should be, in words."""
        return f"an array of shape {self.shape}"

    def judge(self, answer) -> None:
        """Raise `NotYet` or `NotAttempted` unless the answer is right."""
        values = as_numbers(answer, may_be_infinite=True)
        if values.shape != self.shape:
            raise NotYet(f"yours has shape {values.shape}")
        if (values == np.inf).any():
            raise NotYet("yours holds an infinity", "Give finite numbers, or -inf for a logit that is masked.")
        if not self.test(values):
            raise NotYet(hint=hint_of_slip(values, self.slips))


@dataclass(frozen=True)
class Case:
    """Arguments that a function is tried on, what to call them, and a hint for who fails there."""

    label: str
    arguments: tuple
    hint: str = ""


@dataclass(frozen=True)
class Function:
    """An exercise whose answer is a function, held against `reference` on every case.

    Its slips are wrong functions that are easy to write; each is caught by the case whose hint fits it.
    """

    kind: str
    reference: Callable
    cases: Sequence[Case]
    hint: str
    right: str = ""
    rtol: float = 1e-6

    def judge(self, answer) -> None:
        """Raise `NotYet` or `NotAttempted` unless the answer is right."""
        demand_function(answer)
        for case in self.cases:
            try:
                self._try(answer, case)
            except NotYet as problem:
                raise NotYet(f"on {case.label}, {problem.seen}", problem.hint or case.hint) from None

    def _try(self, answer: Callable, case: Case) -> None:
        arguments = [np.copy(a) if isinstance(a, np.ndarray) else a for a in case.arguments]
        got = call(answer, arguments)
        expected = np.asarray(self.reference(*case.arguments))
        if any(not np.array_equal(a, b) for a, b in zip(arguments, case.arguments, strict=True)):
            hint = "Work on a new array: `z = z - c`, not `z -= c`."
            raise NotYet("yours changed the array it was given", hint)
        values = as_numbers(got, may_be_infinite=True)
        if values.shape != expected.shape:
            raise NotYet(f"yours returned shape {values.shape}, wanted was {expected.shape}")
        if not np.allclose(values, expected, rtol=self.rtol, atol=1e-12):
            raise NotYet(f"yours returned {show(values)}")


def verdict(exercise, answer) -> str:
    """Return what is said of an answer: right, not attempted, or not yet and a hint on a second line.

    Parameters
    ----------
    exercise : Number or Array or Function, or a chapter's own kind
        What has `kind`, `hint`, `right`, and a method `judge` that raises `NotYet` or `NotAttempted`.
    answer : object
        Whatever the reader put in the stub's place.

    Returns
    -------
    str
    """
    try:
        if is_blank(answer):
            raise NotAttempted
        with np.errstate(all="ignore"):
            exercise.judge(answer)
    except NotAttempted:
        return "not attempted yet."
    except NotYet as problem:
        seen = f" {problem.seen[0].upper()}{problem.seen[1:]}." if problem.seen else ""
        return f"not yet. Expected: {exercise.kind}.{seen}\nHint: {problem.hint or exercise.hint}"
    return f"right. {exercise.right}".rstrip()


def hint_of_slip(values: np.ndarray, slips: Sequence[tuple[Test, str]]) -> str:
    """Return the hint of the first slip that was made, or no text."""
    return next((hint for slip, hint in slips if slip(values)), "")


def is_blank(answer) -> bool:
    """Tell whether this is the stub's value, alone or left inside a list."""
    if isinstance(answer, list | tuple):
        return any(is_blank(entry) for entry in answer)
    return answer is None or answer is ...


def demand_function(answer) -> None:
    """Report what is not a function."""
    if not callable(answer):
        raise NotYet(f"yours is {describe(answer)}", "Hand over the function itself, without calling it.")


def call(function: Callable, arguments: list):
    """Return what the function returns; report what it raises, and a stub that returns nothing."""
    try:
        got = function(*arguments)
    except Exception as error:
        raise NotYet(f"yours raised {type(error).__name__}: {error}".rstrip(": .")) from None
    if got is ... or (got is None and is_stub(function)):
        raise NotAttempted
    if got is None:
        raise NotYet("yours returned None", "Does the function end with a `return`?")
    return got


def is_stub(function: Callable) -> bool:
    """Tell whether the body is empty: it does nothing that a function with a docstring alone does not do."""
    return hasattr(function, "__code__") and operations(function) <= operations(empty) | {"NOP"}


def empty():
    """Do nothing."""


def operations(function: Callable) -> set[str]:
    """Return the names of what the interpreter does in a function."""
    return {instruction.opname for instruction in dis.get_instructions(function)}


def as_numbers(answer, *, may_be_infinite: bool = False) -> np.ndarray:
    """Return a float array, or say kindly why the answer is not made of numbers."""
    if callable(answer):
        raise NotYet(f"yours is {describe(answer)}", "Hand over what the function returns.")
    try:
        values = read_array(answer, "an answer")
        text = any(isinstance(entry, str | bytes) for entry in values.flat)
        if values.dtype.kind not in "iufO" or text:
            raise TypeError
        values = values.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise NotYet(f"yours is {describe(answer)}", "Give plain numbers.") from None
    if np.isnan(values).any():
        raise NotYet("yours holds nan (not a number)" if values.ndim else "yours is nan (not a number)")
    if not may_be_infinite and np.isinf(values).any():
        raise NotYet("yours holds an infinity" if values.ndim else "yours is infinite")
    return values


def describe(answer) -> str:
    """Return what an answer is, in words."""
    if isinstance(answer, str | bytes):
        return "text"
    if callable(answer):
        return "a function"
    name = type(answer).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def show(values: np.ndarray) -> str:
    """Return numbers as they are shown to the reader, on one line."""
    if values.ndim == 0:
        return f"{values:.6g}"
    return " ".join(np.array2string(values, precision=4, threshold=6, separator=", ").split())
