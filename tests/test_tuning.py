"""The numbers of the page on tuning that no cell of it computes."""

from pathlib import Path

import pytest

from tempcourse.conversion import convert
from tempcourse.decoding import LLAMA_CPP, VLLM
from tempcourse.softmax import log_softmax

PAGE = (Path(__file__).parents[1] / "book" / "tuning.md").read_text(encoding="utf8")


def test_how_many_texts_have_a_slip():
    assert "18 % of the texts of 200 tokens" in PAGE and "$1 - 0.999^{200} = 0.18$" in PAGE
    assert 1 - 0.999**200 == pytest.approx(0.18, abs=0.005)


def test_what_a_min_p_of_the_cold_is_in_the_heat():
    assert "what 0.05 keeps at τ = 1, $0.05^{1/1.8} = 0.19$ keeps at 1.8" in PAGE
    moved = convert({"temperature": 1.8, "min_p": 0.05}, LLAMA_CPP, VLLM)
    assert moved.exact and moved.settings["min_p"] == pytest.approx(0.19, abs=0.005)


def test_the_gap_of_log_probabilities_tells_the_temperature():
    assert "the gap between two tokens is three times as large at 0.5 as at 1.5" in PAGE
    cold, hot = (log_softmax([2.0, 1.0, 0.5], tau) for tau in (0.5, 1.5))
    assert cold[0] - cold[1] == pytest.approx(3 * (hot[0] - hot[1]))
