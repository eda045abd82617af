"""Numbers in words: signs, infinities, and what only rounds to nothing or all."""

import math

import pytest

from tempcourse.words import number, percent, shares


@pytest.mark.parametrize(
    ("value", "said"),
    [(2.0, "2"), (-0.5, "−0.5"), (math.inf, "∞"), (-math.inf, "−∞"), (1 / 3, "0.333333"), (1234567, "1.23457 × 10⁶")],
)
def test_a_number(value, said):
    assert number(value) == said


def test_a_number_in_fewer_digits():
    assert number(1 / 3, 3) == "0.333"
    assert number(math.inf, 3) == "∞"


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.0, "0 %"),
        (5e-324, "<0.1 %"),
        (0.000499, "<0.1 %"),
        (0.0005, "0.1 %"),
        (0.5, "50.0 %"),
        (0.99949, "99.9 %"),
        (0.9995, ">99.9 %"),
        (math.nextafter(1, 0), ">99.9 %"),
        (1.0, "100 %"),
        (1, "100 %"),
    ],
)
def test_a_share_is_nothing_or_all_only_where_it_is(probability, said):
    assert percent(probability) == said


def test_a_distribution():
    assert shares([1.0, 0.0]) == "class 1 100 %, class 2 0 %"
