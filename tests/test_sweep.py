"""Sweeps of models whose success is known exactly: means, intervals and their coverage, pairs, verdicts, errors."""

import itertools
import math
import re
from itertools import product
from statistics import NormalDist

import numpy as np
import pytest
from small_transformer import small_transformer

from tempcourse.language import NGramModel, load_stories
from tempcourse.softmax import softmax
from tempcourse.sweep import sweep

INF, NAN = math.inf, math.nan
TAUS = [0.5, 1.0, 2.0]


def uniform(seed):
    return np.random.default_rng(seed).random()


def logistic(prompt, temperature, seed):
    """Answer rightly with the probability softmax([prompt, 0] / τ)."""
    return uniform(seed) < softmax([prompt, 0.0], temperature)[0]


def steady(chances):
    """Return a model that is right with a probability that the temperature alone decides."""
    return lambda prompt, temperature, seed: uniform(seed) < chances[temperature]


def right(prompt, answer):
    return answer


def found(model=logistic, prompts=range(12), temperatures=TAUS, score=right, *, seed=0, resamples=200, **settings):
    return sweep(
        model, prompts, temperatures, score, rng=np.random.default_rng(seed), resamples=resamples, **settings
    )


def given(rows, temperatures=None, **settings):
    """Return the sweep of scores that are given, a row for each temperature, a column for each prompt."""
    rows = np.array(rows)
    taus = list(range(len(rows))) if temperatures is None else temperatures
    return found(
        lambda prompt, temperature, seed: rows[taus.index(temperature), prompt],
        range(rows.shape[1]),
        taus,
        **settings,
    )


def outside(count, of, share):
    """Return how many standard errors a count lies from what is expected."""
    return abs(count - of * share) / math.sqrt(of * share * (1 - share))


# What is asked


def test_every_temperature_gets_the_same_prompts_and_the_same_seeds():
    asked = []

    def model(prompt, temperature, seed):
        asked.append((temperature, prompt, seed))
        return seed

    result = found(model, list("abcdefghi"), samples=3, score=lambda prompt, answer: answer % 7)
    of_each = [[each[1:] for each in asked if each[0] == tau] for tau in TAUS]
    assert of_each[0] == of_each[1] == of_each[2]
    assert [prompt for prompt, _ in of_each[0]] == [letter for letter in "abcdefghi" for _ in range(3)]
    assert [seed for _, seed in of_each[0]] == result.seeds.ravel().tolist()
    assert len(set(result.seeds.ravel())) == 27
    np.testing.assert_array_equal(result.scores, np.tile(result.seeds % 7, (3, 1, 1)))


def test_model_and_score_get_plain_python_and_what_was_answered():
    prompts = [[{"role": "user", "content": str(i)}] for i in range(8)]
    heard = []

    def model(prompt, temperature, seed):
        assert prompt in prompts and type(temperature) is float and type(seed) is int and 0 <= seed < 2**31
        return {"text": prompt[0]["content"]}

    def score(prompt, answer):
        heard.append((prompt, answer))
        return int(answer["text"])

    result = found(model, prompts, score=score)
    assert all(answer["text"] == prompt[0]["content"] for prompt, answer in heard)
    assert len(heard) == 24 and result.means.tolist() == [3.5] * 3


def test_a_prompt_is_done_with_before_the_next_begins():
    asked = []
    found(lambda prompt, temperature, seed: asked.append(prompt) or 0, samples=2)
    assert asked == sorted(asked)


def test_the_same_generator_gives_the_same_sweep_and_another_gives_another():
    one, again, other = (found(samples=2, seed=seed) for seed in (1, 1, 2))
    for name, value in vars(one).items():
        np.testing.assert_array_equal(value, getattr(again, name))
    assert (one.seeds != other.seeds).all() and (one.intervals != other.intervals).any()


# Closed forms


def test_scores_means_and_differences_are_those_of_the_definition():
    rows = [[0, 1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 1, 1, 1, 1, 1], [9, 0, 0, 0, 0, 0, 0, 0]]
    result = given(rows)
    assert result.scores.shape == (3, 8, 1)
    assert result.means.tolist() == [3.5, 1, 9 / 8]
    assert (result.best, result.baseline) == (0, 0)
    assert result.differences.tolist() == [0, -2.5, -19 / 8]
    named = given(rows, baseline=1)
    assert (named.best, named.baseline) == (0, 1)
    assert named.differences.tolist() == [2.5, 0, 1 / 8]
    np.testing.assert_array_equal(named.difference_intervals[1], [0, 0])


def test_an_interval_is_that_of_all_resamples_where_these_can_be_counted():
    values = np.array([0.0, 0, 0, 1, 1, 5])
    means = np.sort([np.mean(each) for each in product(values, repeat=6)])
    result = given([values, np.zeros(6)], resamples=20_000, confidence=0.9)
    np.testing.assert_allclose(result.intervals[0], np.quantile(means, [0.05, 0.95]), atol=0.02)
    np.testing.assert_allclose(result.difference_intervals[1], -result.intervals[0][::-1], atol=1e-12)


def test_means_are_unbiased():
    chances = {0.5: 0.8, 1.0: 0.5, 2.0: 0.3}
    means = np.array([found(steady(chances), seed=seed, samples=2, resamples=1).means for seed in range(400)])
    errors = np.sqrt([p * (1 - p) / (24 * 400) for p in chances.values()])
    assert (abs(means.mean(axis=0) - list(chances.values())) < 4 * errors).all()


def test_intervals_hold_the_mean_of_all_prompts_as_often_as_they_say():
    """Prompts differ, and are drawn: right with a probability that is uniform, so that the mean of all is ½."""

    def covered(seed):
        prompts = np.random.default_rng([1, seed]).random(40)
        model = lambda prompt, temperature, seed: uniform(seed) < prompt  # noqa: E731
        low, high = found(model, prompts, [1, 2], seed=seed, samples=3).intervals[0]
        return low <= 0.5 <= high

    assert 0.915 < np.mean([covered(seed) for seed in range(400)]) < 0.97


@pytest.mark.parametrize(("prompts", "share"), [(6, 0.86), (20, 0.93), (50, 0.94)])
def test_on_few_prompts_intervals_hold_as_often_as_the_docstring_says(prompts, share):
    def holds(seed):
        scores = np.random.default_rng([2, seed]).normal(size=prompts)
        low, high = given([scores, np.zeros(prompts)], seed=seed, resamples=300).intervals[0]
        return low <= 0 <= high

    assert outside(sum(map(holds, range(300))), 300, share) < 3


def test_samples_of_one_prompt_are_not_taken_for_prompts():
    """All answers to a prompt are alike: then eight samples tell what one does, and no interval is narrower."""
    rows = [np.arange(12) % 2, np.zeros(12, int)]
    one, eight = (given(rows, samples=samples, resamples=4000) for samples in (1, 8))
    np.testing.assert_allclose(eight.intervals, one.intervals, atol=1e-12 + 1 / 12)  # a step of such a mean
    width = np.diff(eight.intervals[0])[0]
    alone = 2 * 1.96 * math.sqrt(0.25 / (12 * 8))  # if they were 96 prompts
    assert width == pytest.approx(alone * math.sqrt(8), rel=0.15)


def test_paired_differences_are_narrower_by_the_known_factor():
    """Right if u < p: with the same u, two temperatures differ with probability |p − q| alone."""
    chances = {0.5: 0.7, 2.0: 0.6}
    paired = found(steady(chances), range(4000), [0.5, 2], resamples=2000)
    apart = found(lambda prompt, temperature, seed: uniform([seed, int(2 * temperature)]) < chances[temperature],
                  range(4000), [0.5, 2], resamples=2000)  # fmt: skip
    widths = [np.diff(each.difference_intervals[1])[0] for each in (paired, apart)]
    factor = math.sqrt(0.1 * 0.9 / (0.7 * 0.3 + 0.6 * 0.4))
    assert widths[0] / widths[1] == pytest.approx(factor, rel=0.08)
    assert widths[0] == pytest.approx(2 * 1.96 * math.sqrt(0.1 * 0.9 / 4000), rel=0.08)
    assert paired.indistinguishable.tolist() == [0.5]


def test_what_makes_prompts_hard_drops_out_of_the_differences():
    hard = np.linspace(0, 100, 20)
    result = given([hard, hard - 1])
    assert np.diff(result.intervals[0])[0] > 20
    np.testing.assert_allclose(result.difference_intervals, [[0, 0], [-1, -1]], atol=1e-12)
    assert result.indistinguishable.tolist() == [0]


# Verdicts


def test_of_equal_temperatures_one_is_told_apart_no_more_often_than_the_error_says():
    """Five temperatures that are equally good, each with numbers of its own: the best is chosen from the same data."""

    def told(seed):
        model = lambda prompt, temperature, seed: uniform([seed, int(temperature)])  # noqa: E731
        result = found(model, range(40), [1, 2, 3, 4, 5], seed=seed, resamples=400)
        return 1 in set(result.temperatures) - set(result.indistinguishable)  # any one of them may be the best

    wrong = sum(told(seed) for seed in range(200))
    assert wrong <= 0.05 * 200 + 3 * math.sqrt(200 * 0.05 * 0.95)


def test_differences_hold_all_together():
    chances = {1: 0.5, 2: 0.5, 3: 0.6, 4: 0.4}
    truth = np.array([0, 0, 0.1, -0.1])

    def holds(seed):
        model = lambda prompt, temperature, seed: uniform([seed, int(temperature)]) < chances[temperature]  # noqa: E731
        low, high = found(model, range(60), list(chances), seed=seed, baseline=1, resamples=500).difference_intervals.T
        return ((low <= truth) & (truth <= high)).all()

    assert np.mean([holds(seed) for seed in range(150)]) > 0.95 - 3 * math.sqrt(0.05 * 0.95 / 150)


def test_each_comparison_may_err_by_its_part():
    """The normal quantile of α / (k − 1), on each side."""
    rows = np.random.default_rng(0).normal(size=(5, 400))
    result = given(rows, baseline=0, resamples=20_000)
    spread = (rows[1:] - rows[0]).std(axis=1) / math.sqrt(400)
    z = NormalDist().inv_cdf(1 - 0.05 / 4 / 2)
    np.testing.assert_allclose(np.diff(result.difference_intervals[1:])[:, 0], 2 * z * spread, rtol=0.05)
    np.testing.assert_allclose(np.diff(result.intervals[1:])[:, 0], 2 * 1.96 * rows[1:].std(axis=1) / 20, rtol=0.05)


def test_equal_sums_are_equal_and_are_not_told_apart():
    """Thirds do not add up in floating point; that they differ by a last bit tells nothing."""
    thirds = np.array([1, 2, 0, 3, 1, 2, 2, 1])

    def model(prompt, temperature, seed):
        return thirds[prompt if temperature == 1 else (prompt + 1) % 8]

    result = found(model, range(8), [1, 2], samples=3, score=lambda prompt, answer: answer / 4)
    assert result.differences.tolist() == [0, 0]
    assert result.best == 1 and result.indistinguishable.tolist() == [1, 2]


def test_the_same_scores_in_another_order_are_not_told_apart():
    """Their sums, in the order in which they come, would differ by a last bit."""
    scores = {0: itertools.cycle([0.1, 0.2, 0.3]), 1: itertools.cycle([0.3, 0.2, 0.1])}

    def model(prompt, temperature, seed):
        return next(scores[temperature])

    result = found(model, range(12), [0, 1], samples=3, score=lambda prompt, answer: answer)
    assert result.differences.tolist() == [0, 0] and result.indistinguishable.tolist() == [0, 1]


def test_better_than_a_named_baseline_is_told_as_well():
    result = given([np.zeros(10), np.ones(10)], baseline=0)
    assert result.indistinguishable.tolist() == [0]
    assert result.difference_intervals[1].tolist() == [1, 1]


# How many prompts


def test_how_many_prompts_it_takes_is_the_formula_of_power():
    rows = np.array([[0.0, 1] * 10, [0.0] * 20, [1.0, 1] * 10])
    result = given(rows, baseline=1)
    spread = np.array([math.sqrt(0.25 * 20 / 19), 0, 0])
    z = NormalDist().inv_cdf(1 - 0.025 / 2) + NormalDist().inv_cdf(0.8)
    assert z == pytest.approx(2.2414 + 0.8416, abs=1e-4)
    needed = result.prompts_needed(0.1)
    assert needed.dtype.kind == "i"
    assert needed.tolist() == [math.ceil((z * spread[0] / 0.1) ** 2), 0, 7]
    assert result.prompts_needed(0.1, power=0.95)[0] > 1.5 * needed[0]


def test_with_so_many_prompts_the_difference_is_told_as_often_as_the_power_says():
    chances = {1: 0.7, 2: 0.5}
    model = lambda prompt, temperature, seed: uniform([seed, int(temperature)]) < chances[temperature]  # noqa: E731
    (_, count) = found(model, range(3000), [1, 2], resamples=1).prompts_needed(0.2)
    assert count == pytest.approx(2.8016**2 * 0.46 / 0.2**2, rel=0.05)
    told = sum(2 not in found(model, range(count), [1, 2], seed=seed).indistinguishable for seed in range(300))
    assert outside(told, 300, 0.8) < 3.5


def test_the_fewest_prompts_are_those_that_lean_one_way_by_chance_rarely_enough():
    for confidence, k, least in ((0.95, 2, 6), (0.95, 5, 8), (0.99, 2, 8), (0.5, 2, 2)):
        assert 2 / 2**least <= (1 - confidence) / (k - 1) + 1e-12 < 2 / 2 ** (least - 1) + 2e-12
        assert found(prompts=range(least), temperatures=range(1, k + 1), confidence=confidence).means.shape == (k,)
        words = f"prompts must be at least {least} for {k} temperatures at a confidence of {confidence:g}, got"
        with pytest.raises(ValueError, match=re.escape(words)):
            found(prompts=range(least - 1), temperatures=range(1, k + 1), confidence=confidence)


# The course's models, as the docstring hands them over


def test_a_transformer_is_swept_by_two_lines():
    model = small_transformer()

    def answer(prompt, temperature, seed):
        tokens = model.generate(prompt, 2, temperature=temperature, rng=np.random.default_rng(seed))
        return model.decode(tokens[0])

    result = found(answer, ["tea", "to", "a", "e", "o", "te", "oo"], [0, INF], lambda prompt, text: len(set(text)),
                   samples=2)  # fmt: skip
    assert (result.scores[0, :, 0] == result.scores[0, :, 1]).all(), "at 0 nothing is drawn"
    assert (result.scores[1, :, 0] != result.scores[1, :, 1]).any()


def test_the_small_language_model_is_surer_of_a_full_stop_when_it_is_cold():
    model = NGramModel.fit([word for story in load_stories() for word in story], 3)

    def answer(prompt, temperature, seed):
        tokens = model.generate(prompt, 12, temperature=temperature, rng=np.random.default_rng(seed))
        return model.text(tokens[0], prompt)

    prompts = ["Old Jon", "The", "A", "In the", "She", "He", "It", "They", "And"]
    result = found(answer, prompts, [0.2, 5], lambda prompt, text: "." in text, samples=3)
    assert result.best == 0.2


# Printed


def test_a_sweep_prints_as_a_table():
    lines = str(given([[1, 1, 1, 0] * 3, [1, 1, 0, 1] * 3, [0, 0, 0, 0] * 3], [0.25, 1, INF])).splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["0.25", "0.75"], ["1", "0.75"], ["∞", "0"]]
    assert lines[0].endswith("minus τ = 0.25's")
    assert [line.rsplit("  ", 1)[-1] for line in lines[2:]] == ["not told", "told"]
    assert max(map(len, lines)) <= 79 and "−0 " not in lines[1]
    assert lines[1] == lines[1].rstrip()


# Errors


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"prompts": []}, "prompts must be at least 7 for 3 temperatures at a confidence of 0.95, got 0"),
        ({"prompts": "one prompt"}, "prompts must be a sequence of prompts, got 'one prompt'"),
        ({"prompts": 3}, "prompts must be a sequence of prompts, got 3"),
        ({"temperatures": [0.5, 1, 0.5]}, "temperatures must be all different, got 0.5 twice"),
        ({"temperatures": [0, -0.0]}, "temperatures must be all different, got 0 twice"),
        ({"temperatures": [1]}, "temperatures must be one row of at least 2, got shape (1,)"),
        ({"temperatures": 1}, "temperatures must be one row of at least 2, got shape ()"),
        ({"temperatures": [1, -1]}, "temperatures must be at least 0, got -1.0"),
        ({"temperatures": [1, NAN]}, "temperatures must be at least 0, got nan"),
        ({"baseline": 0.7}, "baseline must be one of the temperatures, got 0.7"),
        ({"samples": 0}, "samples must be a whole number of at least 1, got 0"),
        ({"resamples": 0}, "resamples must be a whole number of at least 1, got 0"),
        ({"confidence": 95}, "confidence must be from 0.5 to 0.9999999999999999, got 95"),
        ({"model": "gpt"}, "model must be a function, got 'gpt'"),
        ({"score": 1}, "score must be a function, got 1"),
    ],
)
def test_what_is_not_allowed_is_named(settings, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        found(**settings)


def test_a_source_of_randomness_is_asked_for():
    with pytest.raises(ValueError, match=r"rng must be a numpy\.random\.Generator, got 0"):
        sweep(logistic, range(9), TAUS, right, rng=0)


@pytest.mark.parametrize("score", [NAN, -INF, None, "1", 1j, [1], 10**400, np.array([1, 2])])
def test_a_score_that_is_no_number_is_refused_with_its_prompt(score):
    with pytest.raises(ValueError, match=r"^score must be from -1e\+100 to 1e\+100, got ") as raised:
        found(score=lambda prompt, answer: score if prompt == 4 else 1)
    assert re.fullmatch(r"for prompt 4, temperature 0.5, seed \d+", raised.value.__notes__[0])


@pytest.mark.parametrize("score", [True, np.True_, 1, np.int8(1), np.float32(1), 1.0])
def test_a_score_may_be_any_real_number_or_a_verdict(score):
    assert found(score=lambda prompt, answer: score).means.tolist() == [1, 1, 1]


@pytest.mark.parametrize("where", ["model", "score"])
def test_what_model_and_score_raise_comes_through_with_a_note(where):
    def broken(prompt, *_, **__):
        raise KeyError("no such answer")

    with pytest.raises(KeyError, match="no such answer") as raised:
        found(**{where: broken})
    assert re.fullmatch(r"for prompt 0, temperature 0.5, seed \d+", raised.value.__notes__[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"difference": 0}, "difference must be above 0 and finite, got 0"),
        ({"difference": "0.1"}, "difference must be above 0 and finite, got '0.1'"),
        ({"difference": 5e-324}, "difference must be so large that 1e+15 prompts tell it, got 5e-324"),
        ({"difference": 0.1, "power": 1}, "power must be from 0.5 to 0.9999999999999999, got 1"),
    ],
)
def test_how_many_prompts_cannot_be_said_of_anything(arguments, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        found().prompts_needed(**arguments)
