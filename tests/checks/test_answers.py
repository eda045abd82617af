"""Every answer in the banks gets what it deserves, and the banks know every exercise and all of its slips."""

from contextlib import redirect_stdout
from functools import cache
from io import StringIO

import pytest

from checks import (
    boltzmann,
    calibration,
    decoding,
    distillation,
    exploration,
    many_samples,
    museum,
    notes_on_trial,
    real_model,
    sequences,
    softmax,
    temperature,
)
from tempcourse.checks import EXERCISES, check
from tempcourse.checks.judge import Array, Between, Function, Near, Number

CHAPTERS = [
    softmax,
    temperature,
    boltzmann,
    distillation,
    decoding,
    sequences,
    exploration,
    calibration,
    real_model,
    many_samples,
    notes_on_trial,
    museum,
]
BANKS = {number: known for chapter in CHAPTERS for number, known in chapter.BANK.items()}


def each(kind):
    """Return the cases of a test that runs over one kind of answer in all banks."""
    return [
        pytest.param(number, kind, position, id=f"{number}-{position + 1}")
        for number, known in BANKS.items()
        for position in range(len(getattr(known, kind)))
    ]


@cache
def said(number, kind, position):
    """Return what a check prints for an answer of a bank; a slip stands there with words of its hint."""
    answer = getattr(BANKS[number], kind)[position]
    with redirect_stdout(StringIO()) as printed:
        check(number, answer[0] if kind == "slips" else answer)
    return printed.getvalue()


def own_hints(exercise):
    """Return the hints that an exercise has for its slips; those of a function stand at its cases."""
    if isinstance(exercise, Function):
        return [case.hint for case in exercise.cases if case.hint]
    return [hint for _, hint in exercise.slips]


@pytest.mark.parametrize(("number", "kind", "position"), each("right"))
def test_a_right_answer_is_confirmed(number, kind, position):
    assert said(number, kind, position) == f"Exercise {number}: right. {EXERCISES[number].right}\n"


@pytest.mark.parametrize(("number", "kind", "position"), each("slips"))
def test_a_likely_slip_gets_its_own_hint(number, kind, position):
    _, hint, *seen = BANKS[number].slips[position]
    first, second = said(number, kind, position).splitlines()
    assert first.startswith(f"Exercise {number}: not yet.")
    assert all(words in first for words in seen)
    assert hint in second
    assert second != f"Hint: {EXERCISES[number].hint}"


@pytest.mark.parametrize(("number", "kind", "position"), each("wrong"))
def test_another_wrong_answer_gets_the_hint_of_the_exercise(number, kind, position):
    first, second = said(number, kind, position).splitlines()
    assert first.startswith(f"Exercise {number}: not yet.")
    assert second == f"Hint: {EXERCISES[number].hint}"


@pytest.mark.parametrize("number", EXERCISES)
def test_an_exercise_knows_a_slip(number):
    assert own_hints(EXERCISES[number]), f"exercise {number} has no slip with a hint of its own"


@pytest.mark.parametrize("number", EXERCISES)
def test_the_banks_know_enough_answers_and_every_slip_of_an_exercise(number):
    assert number in BANKS, f"no bank in tests/checks knows exercise {number}"
    known = BANKS[number]
    assert len(known.right) >= 8, f"fewer than 8 right answers to exercise {number} are known"
    assert len(known.slips) + len(known.wrong) >= 8, f"fewer than 8 wrong answers to exercise {number} are known"
    heard = [said(number, "slips", position) for position in range(len(known.slips))]
    for hint in own_hints(EXERCISES[number]):
        assert any(hint in words for words in heard), f"no answer to exercise {number} is known that gets: {hint}"


def test_the_banks_know_no_exercise_that_is_not_there():
    assert sum(len(chapter.BANK) for chapter in CHAPTERS) == len(BANKS)
    assert BANKS.keys() <= EXERCISES.keys()


def parts(test):
    """Return a test and the tests that it is made of."""
    return [test, *getattr(test, "tests", ()), *getattr(test, "faults", ())]


@pytest.mark.parametrize("number", [k for k, e in EXERCISES.items() if not isinstance(e, Function)])
def test_what_tells_an_answer_is_data_or_has_a_name(number):
    exercise = EXERCISES[number]
    tests = [test for test, _ in exercise.slips]
    if isinstance(exercise, Number | Array):
        tests.append(exercise.test)
    if isinstance(exercise, Number):
        assert all(isinstance(test, Near | Between) for test in tests)
    assert "<lambda>" not in [getattr(part, "__name__", "") for test in tests for part in parts(test)]
