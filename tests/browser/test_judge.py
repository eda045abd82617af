"""Exercises judged on the page: what JavaScript says of a value is what Python prints, for all answers of the banks."""

import json
import math
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
from checks.test_answers import BANKS

from tempcourse.checks import EXERCISES, check
from tempcourse.checks.export import exported

VALUES = {number: data for number, exercise in EXERCISES.items() if (data := exported(exercise))}
JUDGE = """([exercise, written]) => {
  const read = (value) => (Array.isArray(value) ? value.map(read) : Number(value));
  return typeof written === "string" ? source.judge(exercise, written) : source.verdict(exercise, read(written.value));
}"""


def said(number, answer):
    """Return what a check prints of an answer, without its number."""
    with redirect_stdout(StringIO()) as printed:
        check(number, answer)
    return printed.getvalue().split(": ", 1)[1].removesuffix("\n")


def known(number):
    """Yield the answers of a bank that are numbers or lists of them, as Python has them."""
    bank = BANKS[number]
    for answer in [*bank.right, *(slip for slip, *_ in bank.slips), *bank.wrong]:
        try:
            values = np.array(answer, dtype=float)
        except (TypeError, ValueError):
            continue
        if not isinstance(answer, str) and values.ndim < 2 and np.array(answer).dtype != bool:
            yield answer, values.tolist()


def as_text(values):
    return [as_text(value) for value in values] if isinstance(values, list) else repr(values).replace("inf", "Infinity")


@pytest.mark.parametrize("number", VALUES)
def test_what_is_said_of_a_value_is_what_python_says(mathematics, number):
    exercise, count = json.loads(json.dumps(VALUES[number], allow_nan=False)), 0
    for answer, values in known(number):
        text = as_text(values)
        found = mathematics.evaluate(JUDGE, [exercise, {"value": text}])
        assert found["text"] == said(number, answer), answer
        assert found["right"] == found["text"].startswith("right")
        if not np.isnan(np.array(values)).any():
            written = json.dumps(values).replace("Infinity", "inf")
            assert mathematics.evaluate(JUDGE, [exercise, written])["text"] == said(number, answer), written
        count += 1
    assert count >= 12


def test_functions_and_schedules_stay_with_python():
    assert len(VALUES) == 43
    assert {type(EXERCISES[number]).__name__ for number in EXERCISES.keys() - VALUES.keys()} == {
        "Function",
        "Schedule",
        "Cooling",
        "Catch",
        "Claim",
    }


READ = """(text) => {
  const show = (value) => (Array.isArray(value) ? value.map(show) : Number.isFinite(value) ? value : String(value));
  try { return source.readings(text).map(show); } catch (error) { return error.message; }
}"""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0.5", [0.5]),
        ("0,5", [0.5]),
        (".5", [0.5]),
        ("−0,25", [-0.25]),
        ("50 %", [0.5]),
        ("50%", [0.5]),
        ("7,1 %", [0.071]),
        ("49,152", [49.152, 49152, [49, 152]]),
        ("1,234,567", [1234567, [1, 234, 567]]),
        ("49_152", None),
        ("1e-3", [1e-3]),
        ("2E3", [2000]),
        ("log(99*50256)", [math.log(99 * 50256)]),
        ("np.log(99 * 50256)", [math.log(99 * 50256)]),
        ("ln 2", [math.log(2)]),
        ("log2(8) + log10(100)", [5]),
        ("1/1.5", [1 / 1.5]),
        ("e^-2", [math.exp(-2)]),
        ("e**-2", [math.exp(-2)]),
        ("exp(−2)", [math.exp(-2)]),
        ("2e^-2", [2 * math.exp(-2)]),
        ("-2^2", [-4]),
        ("2^3^2", [512]),
        ("2(3+1)", [8]),
        ("2π", [2 * math.pi]),
        ("√64", [8]),
        ("sqrt(64)", [8]),
        ("4/(1+e^(0,5))", [4 / (1 + math.exp(0.5))]),
        ("8/2/2", [2]),
        ("1 − 2 − 3", [-4]),
        ("∞", ["Infinity"]),
        ("-inf", ["-Infinity"]),
        ("[1, 2, 3]", [[1, 2, 3]]),
        ("[1,2.5,3]", [[1, 2.5, 3]]),
        ("(1, 2)", [[1, 2]]),
        ("(1 + 2)", [3]),
        ("(1+2)*(3+4)", [21]),
        ("1, 2, 3", [[1, 2, 3]]),
        ("0,5; 0,25; −inf", [[0.5, 0.25, "-Infinity"]]),
        ("[log(2), exp(1)]", [[math.log(2), math.e]]),
        ("[2]", [[2]]),
        ("", None),
        ("about 3", None),
        ("1 +", None),
        ("(1", None),
        ("1 2", None),
        ("alert(1)", None),
        ("constructor", None),
    ],
)
def test_numbers_are_read_as_they_are_written(mathematics, written, meant):
    found = mathematics.evaluate(READ, written)
    if meant is None:
        assert isinstance(found, str) and "cannot read" in found, found
        return
    for one, other in zip(found, meant, strict=False):  # a comma may also stand between entries
        if isinstance(other, list):
            assert [pytest.approx(each, rel=1e-12) if isinstance(each, float) else each for each in other] == one
        else:
            assert one == (pytest.approx(other, rel=1e-12) if isinstance(other, float) else other)


@pytest.mark.parametrize(
    ("number", "written"),
    [("9.1", "37"), ("9.5", "√64"), ("9.4", "0,08"), ("9.4", "8 %"), ("1.1", "e^1,9"), ("1.2", "log(99*50256)")],
)
def test_any_way_to_write_it_is_right(mathematics, number, written):
    assert mathematics.evaluate(JUDGE, [VALUES[number], written])["right"]
