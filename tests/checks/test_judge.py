"""The judge: what is said to blank, odd and broken answers, and whether the exercises hold together."""

import importlib
import inspect
from pkgutil import iter_modules

import numpy as np
import pytest

from checks.softmax import in_place, naive
from tempcourse import checks
from tempcourse.checks import EXERCISES, check
from tempcourse.checks.judge import Array, Function, Near
from tempcourse.softmax import softmax


def untouched(x):
    """Return something."""
    ...


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


def test_a_schedule_that_is_a_stub_is_not_attempted_yet(say):
    def blank(step): ...

    assert say("7.3", blank) == "Exercise 7.3: not attempted yet.\n"


ODD = [
    "6.7", b"6.7", "", ["a", "b"], np.array(["a"]), True, 1j, 10**400, np.datetime64("2020-01-01"),
    np.ma.masked_array([1.0], [True]), np.ma.masked_array([3.0, 0.5, 0.4, 0.3], [0, 0, 0, 1]),
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


def forgets(logits):
    np.exp(logits)


def forgets_without_a_name(logits):
    logits * 2


def forgets_a_variable(logits):
    logits = logits / 2


@pytest.mark.parametrize("answer", [forgets, forgets_without_a_name, forgets_a_variable])
def test_a_return_that_is_missing_is_told_from_a_stub(say, answer):
    assert "Does the function end with a `return`?" in say("1.3", answer)


@pytest.mark.parametrize("number", [k for k, e in EXERCISES.items() if isinstance(e, Array)])
def test_no_entry_is_infinite(say, number):
    assert "Yours holds an infinity." in say(number, np.full(EXERCISES[number].shape, np.inf))


@pytest.mark.parametrize("value", [10.923, 0.028957, 0.15366, 1.00499, 9.995])
def test_three_digits_of_a_number_are_enough(value):
    assert Near(value)(np.array(float(f"{value:.3g}")))
    assert not Near(value)(np.array(1.006 * value))


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


def test_the_one_list_holds_what_every_chapter_has():
    modules = (importlib.import_module(f"tempcourse.checks.{name}") for _, name, _ in iter_modules(checks.__path__))
    numbers = [number for module in modules for number in getattr(module, "EXERCISES", ())]
    assert sorted(numbers) == sorted(EXERCISES)


def test_every_reference_passes_its_own_check(say):
    for number, exercise in EXERCISES.items():
        if isinstance(exercise, Function):
            assert len(inspect.signature(exercise.reference).parameters) == len(exercise.cases[0].arguments)
            assert "right." in say(number, exercise.reference)
