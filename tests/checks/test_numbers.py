"""The numbers that stand in the exercises, computed anew from what the chapters use."""

from fractions import Fraction
from itertools import accumulate, combinations_with_replacement

import numpy as np
import pytest

from checks.calibration import by_differences, excess
from tempcourse.annealing import random_couplings
from tempcourse.boltzmann import boltzmann, heat_capacity
from tempcourse.calibration import fit_temperature
from tempcourse.checks import EXERCISES
from tempcourse.checks.boltzmann import ends_lowest
from tempcourse.checks.decoding import nucleus_size
from tempcourse.checks.exploration import play
from tempcourse.distillation import load_digits_split, predict_logits, train
from tempcourse.exploration import geometric, harmonic
from tempcourse.ising import glass_energies
from tempcourse.softmax import softmax


def peak(values, places):
    return places[np.argmax(values)]


def flips(first, with_a, with_b):
    """Return the temperature at which the best text with A and that with B are as likely, drawn word by word."""

    def lead(tau):
        a, b = softmax(np.log(first), tau)
        return a * softmax(np.log(with_a), tau)[0] - b * softmax(np.log(with_b), tau)[0]

    low, high = 0.1, 1.0
    assert lead(low) > 0 > lead(high)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if lead(middle) > 0 else (low, middle)
    return low


def test_the_liveliest_place_on_the_slider(say):
    T = np.geomspace(0.05, 5, 5001)
    C = heat_capacity([-2.0, -1.0, -0.5, -0.1], T[:, None])
    assert "right." in say("3.4", peak(C, T))
    assert "how high the peak is" in say("3.4", C.max())
    assert "for a given step of τ" in say("3.4", peak(C / T, T))
    assert "two levels" in say("3.4", peak(heat_capacity([0.0, 1.0], T[:, None]), T))


def test_at_the_warmest_end_the_lowest_state_is_too_rare():
    energies = glass_energies(random_couplings(20, rng=np.random.default_rng(2)))
    lowest = energies < energies.min() + 1e-9
    assert boltzmann(energies, 0.22)[lowest].sum() < 0.57 < boltzmann(energies, 0.21)[lowest].sum()


@pytest.mark.parametrize("seed", [1, 2])
def test_no_seed_changes_what_is_said_of_a_noisy_answer(seed):
    rng = np.random.default_rng(seed)
    share = EXERCISES["3.6"].share
    assert ends_lowest(np.linspace(0.7, 0, 30), rng) >= share > ends_lowest(np.geomspace(2, 0.05, 30), rng)
    allowed = EXERCISES["7.3"].allowed
    assert all(play(harmonic(20), gap, rng).final_regret.mean() <= most for gap, most in allowed.items())
    assert play(geometric(1, 0.99), 0.5, rng).final_regret.mean() > allowed[0.5]
    assert play(harmonic(10), 0.2, rng).final_regret.mean() > allowed[0.2]


def test_no_rounding_decides_a_choice_by_noise():
    draws = [z - temperature * np.log(-np.log(u)) for z, temperature, u in arguments("5.2")]
    pulls = [m + scale / np.sqrt(n) * noise for m, n, scale, noise in arguments("7.4")]
    for index in draws + pulls:
        second, first = np.sort(index)[-2:]
        assert first - second > 1e-9


def arguments(number):
    return [case.arguments for case in EXERCISES[number].cases]


def test_the_nucleus_is_the_exact_one_where_sums_are_rounded():
    for parts in combinations_with_replacement(range(1, 19), 3):
        if sum(parts) == 20:
            sums = list(accumulate(Fraction(part, 20) for part in sorted(parts, reverse=True)))
            for twentieths in range(1, 21):
                exact = next(n for n, total in enumerate(sums, 1) if total >= Fraction(twentieths, 20))
                assert nucleus_size(np.array(parts) / 20, twentieths / 20) == exact


def test_where_the_order_flips(say):
    assert "right." in say("6.4", flips([0.55, 0.45], [0.4, 0.3, 0.3], [0.8, 0.2]))
    tree = flips([0.6, 0.4], [0.34, 0.33, 0.33], [0.9, 0.05, 0.05])
    assert "the tree in the text" in say("6.4", tree)


def test_the_slope_is_the_derivative_of_the_likelihood_by_the_inverse_temperature():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(scale=3, size=(50, 4)), rng.integers(4, size=50)
    for temperature in (0.5, 1, 3):
        slope = by_differences(logits, labels, temperature)
        assert excess(logits, labels, temperature) == pytest.approx(slope, rel=1e-6)


def test_the_temperature_of_rougher_images_is_that_of_the_chapters_network(say):
    split = load_digits_split()
    images = np.concatenate([split.train_images, split.test_images])
    labels = np.concatenate([split.train_labels, split.test_labels])
    rng = np.random.default_rng(0)
    noisy = images + rng.normal(scale=0.5, size=images.shape)
    network = train(noisy[:400], labels[:400], hidden=128, steps=480, rng=rng)
    rougher = images + np.random.default_rng(8).normal(scale=0.8, size=images.shape)

    def said(images, part):
        return say("8.5", fit_temperature(predict_logits(network, images)[part], labels[part]))

    assert said(rougher, slice(400, 800)).startswith("Exercise 8.5: right.")
    assert "to judge τ" in said(rougher, slice(800, None))
    assert "was trained on" in said(rougher, slice(400))
    assert "on all images" in said(rougher, slice(None))
    assert "the old temperature" in said(noisy, slice(400, 800))
