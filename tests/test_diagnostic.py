"""The diagnostic's numbers, computed: each right answer, by the page's own words."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from tempcourse.boltzmann import boltzmann
from tempcourse.calibration import negative_log_likelihood
from tempcourse.softmax import softmax

PAGE = (Path(__file__).parents[1] / "book" / "diagnostic.md").read_text(encoding="utf8")
[CALL] = re.findall(r"^diagnostic\(\[.*?^\]\)$", PAGE, re.MULTILINE | re.DOTALL)
QUESTIONS = ast.literal_eval(ast.parse(CALL).body[0].value.args[0])


def right(chapter):
    """Return the right answer of a chapter's question."""
    _, _, _, choices, answer, _ = QUESTIONS[chapter - 1]
    return choices[answer]


def test_there_is_one_question_for_each_of_the_first_eight_chapters():
    assert [about.split(",")[0] for about, *_ in QUESTIONS] == [f"Chapter {n}" for n in range(1, 9)]


def test_softmax_a_gap_of_log_three_makes_odds_of_three():
    raised = softmax(np.log([0.6, 0.2, 0.2]) + np.array([0, 1.1, 0]))
    assert raised[0] == pytest.approx(raised[1], rel=2e-3) and "about 1.1" in right(1)


def test_temperature_nine_to_one_becomes_three_to_one_at_two():
    assert softmax(np.log([0.9, 0.1]), 2) == pytest.approx([0.75, 0.25]) and right(2) == "At 2"


def test_boltzmann_many_high_states_beat_one_low_one():
    p = boltzmann([0.0] + [2.0] * 150, 1)
    assert p[1:].sum() / p[0] == pytest.approx(20, rel=0.02) and "about 20 times" in right(3)
    assert p[0] / p[1] == pytest.approx(7, rel=0.06)


def test_distillation_probabilities_at_one_temperature_tell_those_at_any_other():
    logits = np.array([9.0, 4.0, -6.0])
    assert softmax(np.log(softmax(logits)), 5) == pytest.approx(softmax(logits, 5)) and right(4).startswith("Nothing")


def test_decoding_a_sixty_fourth_is_an_eighth_at_two():
    hot = softmax(np.log([64 / 65, 1 / 65]), 2)
    assert hot[1] / hot[0] == pytest.approx(1 / 8) and 1 / 64 < 0.1 < 1 / 8 and "an eighth" in right(5)


def test_sequences_half_of_the_words_and_a_third_of_the_texts():
    texts = np.array([0.25, 0.25, 0.5])  # two with A, one with B
    assert softmax(np.log([0.5, 0.5]), 0.5)[0] == 0.5
    assert softmax(np.log(texts), 0.5)[:2].sum() == pytest.approx(1 / 3) and "a third of the time" in right(6)


def test_calibration_an_honest_coin_loses_to_a_modest_expert():
    coin = negative_log_likelihood(np.zeros((2, 2)), [0, 1])
    expert = negative_log_likelihood(np.log([[0.9, 0.1]] * 100), [0] * 95 + [1] * 5)
    assert coin == pytest.approx(0.69, abs=0.005) and expert == pytest.approx(0.22, abs=0.005)
    assert right(8) == "A is better calibrated, B has the lower log loss"
