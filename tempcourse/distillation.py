r"""Distillation: small networks that learn from labels, or from a teacher's softened probabilities.

Throughout, ``z`` are the student's logits and ``v`` the teacher's, T is the temperature (the letter of Hinton's
paper), q = softmax(z/T) and p = softmax(v/T). A student learns by

.. math:: L = T^2 \left( -\sum_i p_i \log q_i \right), \qquad \frac{\partial L}{\partial z_i} = T (q_i - p_i),

averaged over the images. The networks are of one hidden layer, and many of them are trained together as one
batched matrix product, in float32.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tempcourse.softmax import softmax

__all__ = [
    "Networks",
    "Split",
    "accuracy",
    "load_digits_split",
    "predict_logits",
    "soft_targets",
    "train",
]

CLASSES = 10
TRAINING_IMAGES = 1200

# The default split: with it the digits 1346 and 1670, whose second guesses tell a story, are among the test images.
SPLIT_SEED = 0

BATCH_SIZE = 50
LEARNING_RATE = 5e-3
MEAN_DECAY, SQUARE_DECAY, EPSILON = 0.9, 0.999, 1e-8  # as Adam's authors advise

# So many networks are trained at once: then each step finds their numbers in the cache.
BLOCK_SIZE = 20


@dataclass(frozen=True, eq=False)
class Split:
    """Handwritten digits, to train on and to test on."""

    #: Pixels from 0 to 1, eight rows of eight, float32, shape (1200, 64).
    train_images: np.ndarray
    #: The digits, from 0 to 9, shape (1200,).
    train_labels: np.ndarray
    #: Where `sklearn.datasets.load_digits` has them, shape (1200,).
    train_indices: np.ndarray
    #: Shape (597, 64).
    test_images: np.ndarray
    #: Shape (597,).
    test_labels: np.ndarray
    #: Shape (597,).
    test_indices: np.ndarray


def load_digits_split(*, rng=None):
    """Return scikit-learn's 1797 handwritten digits, 1200 to train on and 597 to test on.

    A plain permutation decides, so that the classes are as uneven as chance makes them. The digits of one writer
    may be on both sides: the test asks about new images, not about new writers.

    Parameters
    ----------
    rng : numpy.random.Generator, optional
        The source of the permutation. The default is the same split each time, of seed 0.

    Returns
    -------
    Split
        Images, labels and their indices in `sklearn.datasets.load_digits`.

    References
    ----------
    Alpaydin, Kaynak (1998), "Optical recognition of handwritten digits", UCI machine learning repository: its
    test images, which are what scikit-learn carries.

    Examples
    --------
    >>> split = load_digits_split()
    >>> split.train_images.shape, split.test_images.shape, split.train_images.dtype
    ((1200, 64), (597, 64), dtype('float32'))
    """
    from sklearn.datasets import load_digits  # slow to import

    rng = np.random.default_rng(SPLIT_SEED) if rng is None else rng
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16).astype(np.float32)
    order = rng.permutation(len(labels))
    parts = order[:TRAINING_IMAGES], order[TRAINING_IMAGES:]
    return Split(*(array for indices in parts for array in (images[indices], labels[indices], indices)))


@dataclass(frozen=True, eq=False)
class Networks:
    """Trained networks of one hidden layer of rectified linear units, float32, with leading axes ``(...)``."""

    #: Shape (..., features, hidden).
    hidden_weights: np.ndarray
    #: Shape (..., 1, hidden).
    hidden_biases: np.ndarray
    #: Shape (..., hidden, classes).
    output_weights: np.ndarray
    #: Shape (..., 1, classes).
    output_biases: np.ndarray


def train(inputs, targets, *, hidden, temperatures=1.0, steps, rng):
    r"""Train many networks at once, each from its own targets, by Adam.

    .. math:: L = -\frac{T^2}{n} \sum_{k=1}^{n} \sum_i p_{ki} \log q_{ki}, \qquad
              q_k = \operatorname{softmax}(z_k / T)

    Each step takes min(n, 50) images, in a new order in each pass; the rate falls linearly from 0.005 to 0.
    How many steps there are does not depend on how many images there are.

    All arrays broadcast on their leading axes, which are the axes of the networks. With one generator all
    networks start from the same weights and see the same batches. With a sequence of them the last leading axis
    has one entry a generator, and networks of the same generator share weights and batches: those of shape
    ``(settings, seeds)`` differ along the first axis by the setting alone, and can be compared in pairs.

    Parameters
    ----------
    inputs : array_like, real
        Shape ``(..., n, features)``.
    targets : array_like
        Labels, whole numbers from 0 to 9, of shape ``(..., n)``; or probabilities, of a floating type and of
        shape ``(..., n, classes)``.
    hidden : int
        How many hidden units each network has.
    temperatures : float or array_like, default 1.0
        T of the student, positive and finite, of shape ``(...)``. The targets are taken as they are: those of
        `soft_targets` have been softened already. Labels are usually learned at 1.
    steps : int
        How many steps of Adam are made.
    rng : numpy.random.Generator, or a sequence of them
        The source of initial weights and of batches.

    Returns
    -------
    Networks
        With the leading axes that inputs, targets, temperatures and generators broadcast to.

    Raises
    ------
    ValueError
        If shapes do not fit, if inputs are not finite, if labels are not whole numbers from 0 to 9 or
        probabilities are not distributions, if a temperature is not positive and finite, or if `hidden` or
        `steps` is not a whole number that can be.

    References
    ----------
    Kingma, Ba (2015), "Adam: a method for stochastic optimization"; He, Zhang, Ren, Sun (2015), "Delving deep
    into rectifiers" (the initial weights).

    Examples
    --------
    Two settings, each from the same three seeds:

    >>> images, labels = load_digits_split().train_images[:50], load_digits_split().train_labels[:50]
    >>> rng = [np.random.default_rng(seed) for seed in range(3)]
    >>> networks = train(images, labels, hidden=8, temperatures=[[1.0], [2.0]], steps=100, rng=rng)
    >>> networks.hidden_weights.shape
    (2, 3, 64, 8)
    >>> accuracy(networks, images, labels).shape
    (2, 3)
    """
    x = np.asarray(inputs, np.float32)
    p = _probabilities(targets)
    T = np.asarray(temperatures, np.float32)
    n, features = x.shape[-2:]
    classes = p.shape[-1]
    seeds = list(rng) if isinstance(rng, Iterable) else [rng]
    of_seeds = (len(seeds),) if isinstance(rng, Iterable) else ()
    leading = np.broadcast_shapes(x.shape[:-2], p.shape[:-2], T.shape, of_seeds)

    starts = np.stack([_initial_parameters(features, hidden, classes, seed) for seed in seeds])
    batches = np.stack([_batches(n, steps, seed) for seed in seeds])
    seed_of = _spread(np.arange(len(seeds)).reshape(of_seeds), leading)
    x_of, p_of = (_spread(np.arange(math.prod(a.shape[:-2])).reshape(a.shape[:-2]), leading) for a in (x, p))
    T_of = _spread(T, leading)
    x, p = x.reshape(-1, n, features), p.reshape(-1, n, classes)

    parameters = starts[seed_of]
    for first in range(0, len(parameters), BLOCK_SIZE):
        block = slice(first, first + BLOCK_SIZE)

        def batch(step, block=block):
            rows = batches[seed_of[block], step]
            return x[x_of[block, None], rows], p[p_of[block, None], rows]

        _descend(parameters[block], features, hidden, classes, T_of[block, None, None], batch, steps)
    return Networks(*_layers(parameters.reshape(*leading, -1), features, hidden, classes))


def predict_logits(networks, inputs):
    """Return the logits that networks give to inputs.

    Parameters
    ----------
    networks : Networks
        With leading axes ``(...)``.
    inputs : array_like, real
        Shape ``(n, features)``, or with leading axes that broadcast.

    Returns
    -------
    ndarray
        Float32, shape ``(..., n, classes)``.

    Raises
    ------
    ValueError
        If the inputs do not have as many features as the networks.
    """
    x = np.asarray(inputs, np.float32)
    h = np.maximum(x @ networks.hidden_weights + networks.hidden_biases, 0)
    return h @ networks.output_weights + networks.output_biases


def accuracy(networks, inputs, labels):
    """Return the share of inputs whose largest logit is that of their label.

    Parameters
    ----------
    networks : Networks
        With leading axes ``(...)``.
    inputs : array_like, real
        Shape ``(n, features)``.
    labels : array_like of int
        Shape ``(n,)``.

    Returns
    -------
    float or ndarray
        From 0 to 1, shape ``(...)``.
    """
    return (predict_logits(networks, inputs).argmax(axis=-1) == labels).mean(axis=-1)


def soft_targets(logits, temperature):
    r"""Return a teacher's probabilities at a temperature.

    .. math:: p_i = \frac{\exp(v_i / T)}{\sum_j \exp(v_j / T)}
    """
    return softmax(logits, temperature)


def _probabilities(targets):
    """Return labels as one-hot distributions, and distributions as they are."""
    targets = np.asarray(targets)
    if targets.dtype.kind in "iu":
        return np.eye(CLASSES, dtype=np.float32)[targets]
    return targets.astype(np.float32)


def _spread(values, shape):
    """Return values broadcast to a shape, in one row."""
    return np.broadcast_to(values, shape).ravel()


def _initial_parameters(features, hidden, classes, rng):
    """Return one network's parameters in one row: normal weights after He, biases of 0."""
    parameters = np.zeros(features * hidden + hidden + hidden * classes + classes, np.float32)
    hidden_weights, _, output_weights, _ = _layers(parameters, features, hidden, classes)
    hidden_weights[...] = rng.normal(scale=math.sqrt(2 / features), size=hidden_weights.shape)
    output_weights[...] = rng.normal(scale=math.sqrt(2 / hidden), size=output_weights.shape)
    return parameters


def _layers(parameters, features, hidden, classes):
    """Return hidden weights, hidden biases, output weights and output biases as views of rows of parameters."""
    shapes = [(features, hidden), (1, hidden), (hidden, classes), (1, classes)]
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    parts = np.split(parameters, ends[:-1], axis=-1)
    return [part.reshape(*part.shape[:-1], *shape) for part, shape in zip(parts, shapes, strict=True)]


def _batches(n, steps, rng):
    """Return which inputs each step takes, shape (steps, size): each pass is a new order, cut into batches."""
    size = min(n, BATCH_SIZE)
    in_a_pass = n // size
    passes = math.ceil(steps / in_a_pass)
    orders = rng.permuted(np.tile(np.arange(n), (passes, 1)), axis=1)
    return orders[:, : in_a_pass * size].reshape(-1, size)[:steps]


def _descend(parameters, features, hidden, classes, T, batch, steps):
    """Make the steps of Adam that train a block of networks, on their parameters in place."""
    W1, b1, W2, b2 = _layers(parameters, features, hidden, classes)
    gradient, mean, square, change = (np.zeros_like(parameters) for _ in range(4))
    dW1, db1, dW2, db2 = _layers(gradient, features, hidden, classes)
    for step in range(steps):
        x, p = batch(step)
        h = x @ W1
        h += b1
        np.maximum(h, 0, out=h)
        z = h @ W2
        z += b2

        dz = softmax(z, T, out=z)  # the derivative of the loss, T (q − p), averaged over the batch
        dz -= p
        dz *= T / p.shape[-2]
        np.matmul(h.swapaxes(1, 2), dz, out=dW2)
        np.sum(dz, axis=1, keepdims=True, out=db2)
        dh = dz @ W2.swapaxes(1, 2)
        dh *= h > 0
        np.matmul(x.swapaxes(1, 2), dh, out=dW1)
        np.sum(dh, axis=1, keepdims=True, out=db1)

        # Adam, with the factors 1 − decay of its two means left to the rate.
        mean *= MEAN_DECAY
        mean += gradient
        gradient *= gradient
        square *= SQUARE_DECAY
        square += gradient
        np.sqrt(square, out=change)
        change += EPSILON
        np.divide(mean, change, out=change)
        change *= LEARNING_RATE * (1 - step / steps) * _unbiased(step + 1)
        parameters -= change


def _unbiased(step):
    """Return the factor that Adam's ratio of means, kept without 1 − decay, must have at a step."""
    mean = (1 - MEAN_DECAY) / (1 - MEAN_DECAY**step)
    square = (1 - SQUARE_DECAY) / (1 - SQUARE_DECAY**step)
    return mean / math.sqrt(square)
