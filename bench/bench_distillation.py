"""Small networks trained together beside scikit-learn's one after the other, in one run: seconds, and the ratio."""

import statistics
import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from tempcourse.distillation import BATCH_SIZE, LEARNING_RATE, accuracy, load_digits_split, train

TITLE = "Training of 60 networks, 64-32-10, against scikit-learn's MLPClassifier"

NETWORKS = 60
HIDDEN = 32
STEPS = 800
IMAGES = [50, 400]
ROUNDS = 3
RATIO_WANTED = 5


def together(images, labels):
    """Return the accuracy of each of our networks as a function of images and labels."""
    rng = [np.random.default_rng(seed) for seed in range(NETWORKS)]
    networks = train(images, labels, hidden=HIDDEN, steps=STEPS, rng=rng)
    return lambda *test: accuracy(networks, *test)


def one_by_one(images, labels):
    """Return the same of scikit-learn's, made of as many steps at the same batch size and rate, which stays there."""
    passes = STEPS * BATCH_SIZE // len(images)
    networks = [
        MLPClassifier(
            (HIDDEN,), alpha=0, batch_size=BATCH_SIZE, learning_rate_init=LEARNING_RATE, max_iter=passes,
            tol=0, n_iter_no_change=passes, random_state=seed,
        )
        for seed in range(NETWORKS)
    ]  # fmt: skip
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        for network in networks:
            network.fit(images, labels)
    steps = {network.t_ // BATCH_SIZE for network in networks}
    assert steps == {STEPS}, f"scikit-learn made {steps} steps, not {STEPS}"
    return lambda *test: np.array([network.score(*test) for network in networks])


def timed(training, split, n):
    """Return seconds of processor time and the mean test accuracy."""
    start = time.process_time()
    score = training(split.train_images[:n], split.train_labels[:n])
    return time.process_time() - start, score(split.test_images, split.test_labels).mean()


def row(split, n):
    """Return one row of the table: the median over rounds in which the two alternate."""
    ours, theirs = zip(*((timed(together, split, n), timed(one_by_one, split, n)) for _ in range(ROUNDS)), strict=True)
    (seconds, score), (their_seconds, their_score) = np.median(ours, axis=0), np.median(theirs, axis=0)
    ratio = statistics.median(b / a for (a, _), (b, _) in zip(ours, theirs, strict=True))
    details = f"{seconds:.1f} s, {score:.1%} right; theirs {their_seconds:.1f} s, {their_score:.1%}"
    return f"{n} images, {STEPS} steps", f"{ratio:.0f} × ({details})", f"at least {RATIO_WANTED} ×"


def rows():
    """Return the table: what was compared, what was measured, and what is wanted."""
    split = load_digits_split()
    return [row(split, n) for n in IMAGES]
