"""The checks of the exercises: what they say to blank, right, wrong and broken answers."""

import inspect
from fractions import Fraction

import numpy as np
import pytest

from tempcourse.checks import EXERCISES, check
from tempcourse.checks.judge import Function
from tempcourse.softmax import log_softmax, softmax


@pytest.fixture
def say(capsys):
    """Return what a check prints."""

    def say(number, answer):
        assert check(number, answer) is None
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return say


def untouched(x):
    """Return something."""
    ...


def cumulative(probabilities, u):
    return np.searchsorted(np.cumsum(probabilities), u, side="right")


def trusted(probabilities, u):
    ends = np.cumsum(probabilities, dtype=np.float64)
    return np.searchsorted(ends, u * ends[-1], side="right")


def loss(logits, target):
    return -log_softmax(logits)[target]


RIGHT = [
    ("1.1", np.exp(1.9)),
    ("1.1", 6.69),
    ("1.1", np.float32(6.6859)),
    ("1.1", np.array(6.6859)),
    ("1.1", [6.6859]),
    ("1.1", Fraction(669, 100)),
    ("1.2", np.log(99 * 50_256)),
    ("1.2", 15.42),
    ("1.3", softmax),
    ("1.3", lambda logits: softmax(logits).tolist()),
    ("1.4", loss),
    ("1.4", lambda logits, target: float(loss(logits, target))),
    ("1.5", [16.7, 104.0]),
    ("1.5", (17, 104)),
    ("1.5", np.array([17, 104])),
    ("1.6", trusted),
    ("1.6", lambda probabilities, u: int(trusted(probabilities, u))),
]


@pytest.mark.parametrize(("number", "answer"), RIGHT)
def test_a_right_answer_is_confirmed(say, number, answer):
    assert say(number, answer).startswith(f"Exercise {number}: right.")


@pytest.mark.parametrize("number", EXERCISES)
@pytest.mark.parametrize("stub", [..., None, [..., ...], (1.0, ...)], ids=repr)
def test_a_stub_is_not_attempted_yet(say, number, stub):
    assert say(number, stub) == f"Exercise {number}: not attempted yet.\n"


@pytest.mark.parametrize("number", [k for k, e in EXERCISES.items() if isinstance(e, Function)])
def test_a_function_that_is_a_stub_is_not_attempted_yet(say, number):
    def with_variables(*arguments):
        total = ...
        return total

    blanks = [untouched, lambda a, b: ..., lambda a, b, c: ..., lambda a, b, c, d: ...]
    blank = blanks[len(EXERCISES[number].cases[0].arguments) - 1]
    for stub in (blank, with_variables):
        assert say(number, stub) == f"Exercise {number}: not attempted yet.\n"


ODD = [
    "6.7", b"6.7", "", ["a", "b"], np.array(["a"]), True, 1j, 10**400, np.datetime64("2020-01-01"),
    np.nan, np.inf, -np.inf, np.array([np.nan, 1.0]), np.zeros((2, 3, 4)),
    {}, set(), [], [[1], [1, 2]], object(), int, len,
    lambda *a: 1 / 0, lambda: 1.0, lambda *a: "text", lambda *a: np.nan, lambda *a: np.zeros(7),
    lambda *a: {}, lambda *a: object(), lambda *a: [[1], [1, 2]],
]  # fmt: skip


@pytest.mark.parametrize("number", EXERCISES)
@pytest.mark.parametrize("answer", ODD, ids=lambda a: f"{type(a).__name__}")
def test_an_odd_answer_is_met_kindly(say, number, answer):
    lines = say(number, answer).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"Exercise {number}: not yet. Expected: {EXERCISES[number].kind}.")
    assert lines[1].startswith("Hint: ") and len(lines[1]) > len("Hint: ")


@pytest.mark.parametrize("number", EXERCISES)
def test_each_kind_tells_what_is_wanted(number):
    assert EXERCISES[number].kind.startswith(("a number", "an array of shape (", "a function of "))


@pytest.mark.parametrize(
    ("number", "answer", "words"),
    [
        ("1.1", "6.7", "Yours is text."),
        ("1.1", np.nan, "Yours is nan"),
        ("1.1", [1.0, 2.0], "Yours has shape (2,)."),
        ("1.1", np.exp, "Yours is a function."),
        ("1.5", 17.0, "an array of shape (2,). Yours has shape ()."),
        ("1.3", softmax(np.ones((1, 2))), "Hand over the function itself"),
        ("1.3", lambda logits: 1 / 0, "yours raised ZeroDivisionError: division by zero."),
        ("1.3", lambda: 1, "yours raised TypeError: "),
        ("1.3", lambda logits: logits.undefined, "yours raised AttributeError: "),
        ("1.3", lambda logits: softmax(logits)[0], "yours returned shape (4,), wanted was (1, 4)."),
    ],
)
def test_what_is_wrong_is_named(say, number, answer, words):
    assert words in say(number, answer)


@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [
        ("1.1", 1.9, "the gap between the two scores"),
        ("1.1", np.exp(-1.9), "the other way round"),
        ("1.1", 20, "quotient"),
        ("1.1", 3, "need only the gap"),
        ("1.2", np.log(99), "one rival"),
        ("1.2", np.log(50_256), "one half"),
        ("1.2", 10, "solve for g"),
        ("1.5", [104, 17], "other order"),
        ("1.5", [37, 746], "float64"),
        ("1.5", [1, 2], "float32"),
    ],
)
def test_a_likely_slip_gets_its_own_hint(say, number, answer, hint):
    assert hint in say(number, answer).splitlines()[1]


def test_a_return_that_is_missing_is_told_from_a_stub(say):
    def forgetful(logits):
        np.exp(logits)

    assert "Does the function end with a `return`?" in say("1.3", forgetful)


def naive(logits):
    weights = np.exp(logits)
    return weights / weights.sum(axis=-1, keepdims=True)


def all_rows_together(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def one_maximum(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum(axis=-1, keepdims=True)


def in_place(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    return naive(logits)


def wrapping(logits):
    return naive(logits - logits.max(axis=-1, keepdims=True))


def in_the_input_type(logits):
    return softmax(logits).astype(logits.dtype)


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (naive, "large logits"),
        (all_rows_together, "two rows"),
        (one_maximum, "a large row above a modest one"),
        (in_place, "changed the array"),
        (in_the_input_type, "integer logits, [[3, 1], [0, 2]]"),
        (wrapping, "8-bit integer logits"),
    ],
)
def test_each_trap_of_the_softmax_exercise_is_named(say, answer, where):
    assert where in say("1.3", answer)


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (lambda p, u: np.searchsorted(np.cumsum(p), u), "[0, 1] with u = 0"),
        (cumulative, "[0.7, 0.2, 0.1] with u just below 1, yours returned 3."),
        (lambda p, u: min(cumulative(p, u), len(p) - 1), "[0.7, 0.2, 0.1, 0] with u just below 1"),
        (lambda p, u: min(cumulative(p, u), np.flatnonzero(p)[-1]), "50,257 equal classes in float32"),
    ],
)
def test_each_trap_of_the_sampler_exercise_is_named(say, answer, where):
    assert where in say("1.6", answer)


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (lambda z, t: -np.log(np.exp(z) / np.exp(z).sum())[t], "[0, 1000] with target 0"),
        (lambda z, t: -np.log(softmax(z))[t], "[0, 1000] with target 0"),
        (lambda z, t: np.log(np.exp(z).sum()) - z[t] if max(z) < 700 else loss(z, t), "[-1000, -1001]"),
        (lambda z, t: -loss(z, t), "[2, 1, 0.5, 0.1] with target 0"),
        (lambda z, t: loss(z, 0), "[2, 1, 0.5, 0.1] with target 3"),
    ],
)
def test_each_trap_of_the_loss_exercise_is_named(say, answer, where):
    assert where in say("1.4", answer)


def test_an_answer_cannot_spoil_the_inputs_for_the_next(say):
    say("1.3", in_place)
    assert "right." in say("1.3", softmax)


def test_no_warning_reaches_the_reader(say, recwarn):
    say("1.3", naive)
    assert not recwarn.list


@pytest.mark.parametrize(
    ("number", "secret"), [("1.1", "6.6"), ("1.2", "15.4"), ("1.5", "16."), ("1.5", "17"), ("1.5", "104")]
)
def test_no_hint_gives_the_answer_away(say, number, secret):
    exercise = EXERCISES[number]
    for hint in [exercise.hint, *(hint for _, hint in exercise.slips)]:
        assert secret not in hint


@pytest.mark.parametrize("number", ["9.9", "", "1.10", 1.1, None, ["1.1"]])
def test_an_unknown_exercise_is_an_error_that_names_those_that_exist(number):
    with pytest.raises(ValueError, match=r"1\.1, 1\.2, 1\.3.*got ") as error:
        check(number, 1.0)
    assert repr(number) in str(error.value)


def test_an_interrupt_is_not_swallowed():
    def interrupted(logits):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("1.3", interrupted)


def test_the_exercises_stand_in_the_order_of_the_chapters():
    numbers = [tuple(map(int, number.split("."))) for number in EXERCISES]
    assert numbers == sorted(numbers)
    for chapter in {chapter for chapter, _ in numbers}:
        found = [k for c, k in numbers if c == chapter]
        assert found == list(range(1, len(found) + 1))


def test_every_reference_passes_its_own_check(say):
    for number, exercise in EXERCISES.items():
        if isinstance(exercise, Function):
            assert len(inspect.signature(exercise.reference).parameters) == len(exercise.cases[0].arguments)
            assert "right." in say(number, exercise.reference)
