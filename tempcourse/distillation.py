r"""Distillation: small networks that learn from labels, or from a teacher's softened probabilities.

Throughout, ``z`` are the student's logits and ``v`` the teacher's, T is the temperature (the letter of Hinton's
paper), q = softmax(z/T) and p = softmax(v/T). A student learns by the loss of an image

.. math:: L = -T^2 \sum_i p_i \log q_i, \qquad \frac{\partial L}{\partial z_i} = T (q_i - p_i),

averaged over the images of a batch. The networks have one hidden layer, and many of them are trained together,
by batched matrix products in float32.
"""

import math
from dataclasses import dataclass

import numpy as np

from tempcourse._arguments import (
    FLOAT32_MAX,
    FLOAT32_MIN,
    check_rng,
    check_whole,
    is_whole,
    read_array,
    read_distributions,
    read_finite,
    read_labels,
    read_number,
    read_real,
    refuse,
)
from tempcourse.softmax import log_softmax, softmax

__all__ = [
    "Networks",
    "Split",
    "accuracy",
    "balanced_subset",
    "distillation_gradient",
    "distillation_loss",
    "load_digits_split",
    "logit_matching_gradient",
    "predict_logits",
    "same_confidence",
    "shuffled_wrong_classes",
    "smoothed_labels",
    "soft_targets",
    "train",
]

CLASSES = 10
TRAINING_IMAGES = 1200

# Of the default split, which has the digits 1346 and 1670 among its test images: their second guesses tell a story.
SPLIT_SEED = 0

BATCH_SIZE = 50
LEARNING_RATE = 5e-3
MEAN_DECAY, SQUARE_DECAY, EPSILON = 0.9, 0.999, 1e-8  # as Adam's authors advise

# At this temperature, logits that differ by 1 have probabilities that differ by no more than float32 numbers do.
HOTTEST = 2.0**23

# So many networks are trained at once: then each step finds their numbers in the cache.
BLOCK_SIZE = 40


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

    Raises
    ------
    ValueError
        If `rng` is no generator.

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
    check_rng(rng)
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16).astype(np.float32)
    order = rng.permutation(len(labels))
    parts = order[:TRAINING_IMAGES], order[TRAINING_IMAGES:]
    return Split(*(array for indices in parts for array in (images[indices], labels[indices], indices)))


def balanced_subset(labels, size, *, rng):
    """Return the indices of a random subset that has as many of each digit.

    Parameters
    ----------
    labels : array_like of int
        Digits from 0 to 9, shape ``(n,)``.
    size : int
        A positive multiple of 10.
    rng : numpy.random.Generator
        The source of randomness.

    Returns
    -------
    ndarray of int
        Shape ``(size,)``, sorted by digit.

    Raises
    ------
    ValueError
        If `labels` are not such digits, if `size` is not such a number or more than they allow, or if
        `rng` is no generator.

    Examples
    --------
    >>> labels = load_digits_split().train_labels
    >>> labels[balanced_subset(labels, 20, rng=np.random.default_rng(0))].tolist()
    [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9]
    """
    check_rng(rng)
    labels = read_labels(labels, CLASSES)
    if labels.ndim != 1:
        raise ValueError(f"labels must be one row, got shape {labels.shape}")
    most = CLASSES * int(np.bincount(labels, minlength=CLASSES).min())
    if not is_whole(size) or size % CLASSES or not 0 < size <= most:
        raise ValueError(f"size must be a positive multiple of {CLASSES}, at most {most} here, got {size!r}")
    order = rng.permutation(len(labels))
    return np.concatenate([order[labels[order] == digit][: size // CLASSES] for digit in range(CLASSES)])


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
    r"""Train many networks together, each on its own targets, by Adam.

    .. math:: L = -\frac{T^2}{n} \sum_{k=1}^{n} \sum_i p_{ki} \log q_{ki}, \qquad
              q_k = \operatorname{softmax}(z_k / T)

    Each step takes min(n, 50) images, in a new order in each pass, and the rate falls linearly from 0.005 to 0.
    How many steps there are does not depend on how many images there are.

    All arrays broadcast on their leading axes, which are the axes of the networks. With one generator all
    networks start from the same weights and see the same batches. With a sequence of generators the last leading
    axis has one entry for each: networks of shape ``(settings, seeds)`` differ along the first axis by the
    setting alone, and can be compared in pairs.

    Parameters
    ----------
    inputs : array_like, real
        Shape ``(..., n, features)``.
    targets : array_like
        Labels from 0 to 9, of an integer type and of shape ``(..., n)``; or probabilities, of a floating type
        and of shape ``(..., n, classes)``.
    hidden : int
        How many hidden units each network has.
    temperatures : float or array_like, default 1.0
        T of the student, positive and at most 2²³, shape ``(...)``. It does not soften the targets, which
        `soft_targets` does. Labels are usually learned at 1.
    steps : int
        How many steps of Adam are made.
    rng : numpy.random.Generator, or a sequence of them
        The source of the initial weights and of the batches.

    Returns
    -------
    Networks
        With the leading axes that inputs, targets, temperatures and generators broadcast to.

    Raises
    ------
    ValueError
        If shapes do not fit, if an input is not finite, if targets are neither such labels nor distributions, if
        a temperature is not in its range, if `hidden` or `steps` is not a whole number of at least 1, or
        if `rng` is neither a generator nor a sequence of them.
    TypeError
        If inputs or temperatures are not real numbers.

    References
    ----------
    Kingma, Ba (2015), "Adam: a method for stochastic optimization"; He, Zhang, Ren, Sun (2015), "Delving deep
    into rectifiers" (the initial weights).

    Examples
    --------
    Two settings, each from the same three seeds:

    >>> split = load_digits_split()
    >>> images, labels = split.train_images[:50], split.train_labels[:50]
    >>> seeds = [np.random.default_rng(seed) for seed in range(3)]
    >>> networks = train(images, labels, hidden=8, temperatures=[[1.0], [2.0]], steps=100, rng=seeds)
    >>> networks.hidden_weights.shape
    (2, 3, 64, 8)
    >>> accuracy(networks, images, labels).shape
    (2, 3)
    """
    x, p = _inputs(inputs), _as_probabilities(targets)
    T = read_finite(temperatures, "temperatures", kinds="iu", above=0)
    refuse(T, (T < FLOAT32_MIN) | (T > HOTTEST), "temperatures", f"from {FLOAT32_MIN:.2g} to {HOTTEST:.0f} in float32")
    T = T.astype(np.float32)
    check_whole(hidden, "hidden", 1)
    check_whole(steps, "steps", 1)
    seeds = _generators(rng)
    leading = _leading_axes(x, p, T, seeds)
    (n, features), classes = x.shape[-2:], p.shape[-1]
    shapes = [(features, hidden), (1, hidden), (hidden, classes), (1, classes)]

    # In one long row of all networks: the seed of each, and where its rows begin among all inputs and all targets.
    seed_of = _places(seeds.shape, leading)
    x_start, p_start = (n * _places(array.shape[:-2], leading)[:, None] for array in (x, p))
    T = np.broadcast_to(T, leading).reshape(-1, 1, 1)
    x, p = x.reshape(-1, features), p.reshape(-1, classes)
    parameters = np.stack([_initial_parameters(shapes, seed) for seed in seeds.flat])[seed_of]
    batches = np.stack([_batches(n, steps, seed) for seed in seeds.flat])
    for first in range(0, len(parameters), BLOCK_SIZE):
        block = slice(first, first + BLOCK_SIZE)
        rows_of_steps = batches[seed_of[block]].swapaxes(0, 1)
        data = ((x.take(x_start[block] + rows, 0), p.take(p_start[block] + rows, 0)) for rows in rows_of_steps)
        _descend(parameters[block], shapes, T[block], data, steps)
    return Networks(*_layers(parameters.reshape(*leading, -1), shapes))


def predict_logits(networks, inputs):
    r"""Return the logits that networks give to inputs.

    .. math:: z = \max(x W_1 + b_1, 0) \, W_2 + b_2

    Parameters
    ----------
    networks : Networks
        With leading axes ``(...)``.
    inputs : array_like, real
        Shape ``(n, features)``, or with leading axes that broadcast with those of the networks.

    Returns
    -------
    ndarray
        Float32, shape ``(..., n, classes)``.

    Raises
    ------
    ValueError
        If an input is not finite, or if they have not as many features as the networks.
    TypeError
        If inputs are not real numbers.

    Examples
    --------
    >>> split = load_digits_split()
    >>> network = train(split.train_images, split.train_labels, hidden=8, steps=10, rng=np.random.default_rng(0))
    >>> predict_logits(network, split.test_images).shape
    (597, 10)
    """
    x, features = _inputs(inputs), networks.hidden_weights.shape[-2]
    if x.shape[-1] != features:
        raise ValueError(f"inputs must have {features} features for these networks, got shape {x.shape}")
    h = np.maximum(x @ networks.hidden_weights + networks.hidden_biases, 0)
    return h @ networks.output_weights + networks.output_biases


def accuracy(networks, inputs, labels):
    """Return the share of inputs whose largest logit is that of their label.

    Parameters
    ----------
    networks : Networks
        With leading axes ``(...)``.
    inputs : array_like, real
        As for `predict_logits`.
    labels : array_like of int
        Shape ``(n,)``, or with leading axes that broadcast with those of the networks.

    Returns
    -------
    float or ndarray
        From 0 to 1, shape ``(...)``.

    Raises
    ------
    ValueError
        As `predict_logits`, and if labels are not classes of the networks, one for each input.
    TypeError
        If inputs are not real numbers.

    Examples
    --------
    >>> split = load_digits_split()
    >>> network = train(split.train_images, split.train_labels, hidden=32, steps=700, rng=np.random.default_rng(0))
    >>> print(accuracy(network, split.test_images, split.test_labels) > 0.95)
    True
    """
    z = predict_logits(networks, inputs)
    labels = read_labels(labels, z.shape[-1])
    if labels.shape[-1:] != z.shape[-2:-1]:
        raise ValueError(f"labels must be one for each of {z.shape[-2]} inputs, got shape {labels.shape}")
    return (z.argmax(axis=-1) == labels).mean(axis=-1)


def soft_targets(logits, temperature):
    r"""Return a teacher's probabilities at a temperature.

    .. math:: p_i = \frac{\exp(v_i / T)}{\sum_j \exp(v_j / T)}

    Parameters
    ----------
    logits : array_like, real
        The teacher's, shape ``(..., classes)``.
    temperature : float or array_like
        T, positive and finite; arrays broadcast as for `tempcourse.softmax.softmax`.

    Returns
    -------
    ndarray
        Probabilities, of the shape and the type of `logits`.

    Raises
    ------
    ValueError
        If a temperature is not positive and finite: a limit has nothing to teach but the top class, or nothing.
        Otherwise as `tempcourse.softmax.softmax`.
    TypeError
        If an argument is not real numbers.

    References
    ----------
    Hinton, Vinyals, Dean (2015), "Distilling the knowledge in a neural network".

    Examples
    --------
    >>> soft_targets([9.0, 4.0, 1.0], temperature=1).round(3)
    array([0.993, 0.007, 0.   ])
    >>> soft_targets([9.0, 4.0, 1.0], temperature=5).round(3)
    array([0.637, 0.234, 0.129])
    """
    return softmax(logits, read_finite(temperature, "temperature", kinds="iu", above=0))


@np.errstate(all="ignore")
def distillation_loss(student_logits, teacher_logits, temperature, *, labels=None, soft_weight=1.0):
    r"""Return how badly a student's logits match a teacher's at a temperature, and labels at temperature 1.

    .. math:: L = -\frac{1}{n} \sum_{k=1}^{n} \Bigl( w \, T^2 \sum_i p_{ki} \log q_{ki}
              + (1 - w) \log \operatorname{softmax}(z_k)_{y_k} \Bigr)

    Here p = softmax(v/T) is the teacher's and q = softmax(z/T) the student's. The gradient of the first sum
    shrinks as 1/T²; the factor keeps its size, so that w means the same at every temperature.

    Parameters
    ----------
    student_logits, teacher_logits : array_like, real
        z and v, of one shape ``(..., classes)`` and finite; the mean is over all rows.
    temperature : float
        T, positive and finite.
    labels : array_like of int, optional
        y, shape ``(...)``. Without them there is no second term.
    soft_weight : float, default 1.0
        w, from 0 to 1; less than 1 needs labels.

    Returns
    -------
    float
        In nats, times T² where soft. Its least value is not 0 but the entropy of the targets. It is ∞ where it is more
        than a float holds.

    Raises
    ------
    ValueError
        If shapes differ, if logits or temperature are not such numbers, if labels are no classes, or if
        `soft_weight` is not from 0 to 1, or is less than 1 without labels.
    TypeError
        If an argument is not real numbers.

    References
    ----------
    Hinton, Vinyals, Dean (2015), "Distilling the knowledge in a neural network".

    Examples
    --------
    >>> print(round(distillation_loss([[1.0, 0.0]], [[3.0, 0.0]], temperature=2.0), 4))
    2.2612
    """
    z, v, T, _ = _checked_logits(student_logits, teacher_logits, temperature)
    y, w = _checked_labels(labels, soft_weight, z.shape)
    loss = 0.0
    if w > 0:
        p = softmax(v, T)
        loss += w * T * np.where(p > 0, p * _costs(z, T), 0).sum(axis=-1)  # no 0·∞
    if w < 1:
        loss += (1 - w) * _costs(z, 1.0)[y]
    return float(np.mean(loss))


@np.errstate(all="ignore")
def distillation_gradient(student_logits, teacher_logits, temperature, *, labels=None, soft_weight=1.0):
    r"""Return the derivative of `distillation_loss` by the student's logits.

    .. math:: \frac{\partial L}{\partial z_k} = \frac{1}{n} \Bigl( w \, T (q_k - p_k)
              + (1 - w) (\operatorname{softmax}(z_k) - y_k) \Bigr)

    One T of the factor T² is used up by the logits' division by T. The other meets q − p, which shrinks as 1/T.

    Parameters
    ----------
    student_logits, teacher_logits, temperature, labels, soft_weight
        As for `distillation_loss`; y_k is here the label as a one-hot row.

    Returns
    -------
    ndarray
        Of the shape of `student_logits`; each row sums to 0.

    Raises
    ------
    ValueError, TypeError
        As for `distillation_loss`.

    References
    ----------
    Hinton, Vinyals, Dean (2015), "Distilling the knowledge in a neural network", equation 2, times T².

    Examples
    --------
    >>> distillation_gradient([[1.0, 0.0]], [[3.0, 0.0]], temperature=2.0).round(4)
    array([[-0.3902,  0.3902]])
    """
    z, v, T, dtype = _checked_logits(student_logits, teacher_logits, temperature)
    y, w = _checked_labels(labels, soft_weight, z.shape)
    gradient = w * _tempered_difference(z, v, T)
    if w < 1:
        log_q = log_softmax(z)
        gradient += (1 - w) * np.where(y, np.expm1(log_q), np.exp(log_q))  # q − 1 with the digits that it has
    return (gradient / (z.size // z.shape[-1])).astype(dtype)


@np.errstate(all="ignore")
def logit_matching_gradient(student_logits, teacher_logits, temperature):
    r"""Return what `distillation_gradient` tends to at high temperature: the student's logits less the teacher's.

    .. math:: \frac{\partial L}{\partial z_{ki}} \to \frac{(z_{ki} - \bar z_k) - (v_{ki} - \bar v_k)}{n N}

    With N classes and exp(x) ≈ 1 + x, softmax(z/T) ≈ (1 + (z − z̄)/T)/N, and T(q − p) follows. This assumes that
    the gaps between the logits of a row are small beside T, and the relative error falls as 1/T. It does not
    assume, as Hinton does, that rows have mean 0, since their means are taken off. What is left is the gradient
    of half the mean squared difference of the logits less their means: distillation has become regression.

    Parameters
    ----------
    student_logits, teacher_logits, temperature
        As for `distillation_gradient`. The temperature is not in the formula, since the loss carries T²; one
        function can so be put in the other's place.

    Returns
    -------
    ndarray
        Of the shape of `student_logits`; each row sums to 0.

    Raises
    ------
    ValueError, TypeError
        As for `distillation_gradient`.

    References
    ----------
    Hinton, Vinyals, Dean (2015), "Distilling the knowledge in a neural network", equation 4, times T²; Ba,
    Caruana (2014), "Do deep nets really need to be deep?" (regression on logits).

    Examples
    --------
    >>> logit_matching_gradient([[1.0, 0.0]], [[3.0, 0.0]], temperature=100.0)
    array([[-0.5,  0.5]])
    >>> distillation_gradient([[1.0, 0.0]], [[3.0, 0.0]], temperature=100.0).round(3)
    array([[-0.5,  0.5]])
    """
    z, v, _, dtype = _checked_logits(student_logits, teacher_logits, temperature)
    difference = (z / 2 - v / 2) / z.size  # halves cannot overflow
    return (2 * (difference - difference.mean(axis=-1, keepdims=True))).astype(dtype)


def smoothed_labels(labels, amount):
    r"""Return label smoothing's targets: the label's one-hot distribution mixed with the uniform one.

    .. math:: p = (1 - a) \, y + a / 10

    Parameters
    ----------
    labels : array_like of int
        Digits from 0 to 9, shape ``(...)``.
    amount : float
        a, from 0 to 1.

    Returns
    -------
    ndarray
        Float32, shape ``(..., 10)``.

    Raises
    ------
    ValueError
        If a label or the amount is out of range.

    References
    ----------
    Szegedy, Vanhoucke, Ioffe, Shlens, Wojna (2016), "Rethinking the Inception architecture for computer vision".

    Examples
    --------
    >>> print(smoothed_labels(2, 0.1).round(2))
    [0.01 0.01 0.91 0.01 0.01 0.01 0.01 0.01 0.01 0.01]
    """
    amount = read_number(amount, "amount", 0, 1)
    return (1 - amount) * _one_hot(labels, CLASSES) + np.float32(amount / CLASSES)


@np.errstate(all="ignore")
def same_confidence(probabilities):
    """Return distributions that keep the top probability and share the rest evenly.

    What is left is how sure the teacher was of each image; what its second guesses were is gone.

    Parameters
    ----------
    probabilities : array_like, real
        Distributions, shape ``(..., classes)``.

    Returns
    -------
    ndarray
        Of the shape of `probabilities`. Of several that tie for the top, the first keeps it.

    Raises
    ------
    ValueError, TypeError
        As for `tempcourse.softmax.entropy`.

    Examples
    --------
    >>> same_confidence([0.6, 0.3, 0.1]).round(3)
    array([0.6, 0.2, 0.2])
    """
    p, dtype = read_distributions(probabilities, "probabilities")
    top = p.max(axis=-1, keepdims=True)
    rest = np.maximum(1 - top, 0) / max(p.shape[-1] - 1, 1)  # rounding may pass 1
    even = np.broadcast_to(rest, p.shape).copy()
    np.put_along_axis(even, p.argmax(axis=-1, keepdims=True), top, axis=-1)
    return even.astype(dtype, copy=False)


def shuffled_wrong_classes(probabilities, labels, *, rng):
    """Return distributions that keep the label's probability and shuffle those of the other classes.

    Each row is shuffled by itself: its confidence and its entropy stay, and what it said of the wrong classes
    becomes noise.

    Parameters
    ----------
    probabilities : array_like, real
        Distributions, shape ``(..., classes)``.
    labels : array_like of int
        Shape ``(...)``.
    rng : numpy.random.Generator
        The source of randomness.

    Returns
    -------
    ndarray
        Of the shape of `probabilities`.

    Raises
    ------
    ValueError, TypeError
        As for `tempcourse.softmax.entropy`, if labels are no classes, one for each row, or if `rng` is no generator.

    Examples
    --------
    >>> shuffled_wrong_classes([0.6, 0.3, 0.1, 0.0], 0, rng=np.random.default_rng(0))
    array([0.6, 0. , 0.3, 0.1])
    """
    p, dtype = read_distributions(probabilities, "probabilities")
    check_rng(rng)
    is_label = _one_hot(labels, p.shape[-1]).astype(bool)
    if is_label.shape != p.shape:
        raise ValueError(f"labels must have shape {p.shape[:-1]}, one for each row, got {is_label.shape[:-1]}")
    shuffled = p.astype(dtype)
    wrong = shuffled[~is_label].reshape(-1, p.shape[-1] - 1)
    shuffled[~is_label] = rng.permuted(wrong, axis=-1).ravel()
    return shuffled


def _initial_parameters(shapes, rng):
    """Return one network's parameters in one row: normal weights after He, biases of 0."""
    parameters = np.zeros(sum(map(math.prod, shapes)), np.float32)
    hidden_weights, _, output_weights, _ = _layers(parameters, shapes)
    for weights in (hidden_weights, output_weights):
        weights[...] = rng.normal(scale=math.sqrt(2 / len(weights)), size=weights.shape)
    return parameters


def _layers(parameters, shapes):
    """Return the weights and biases of both layers as views of rows of parameters."""
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    parts = np.split(parameters, ends[:-1], axis=-1)
    return [part.reshape(*part.shape[:-1], *shape) for part, shape in zip(parts, shapes, strict=True)]


def _batches(n, steps, rng):
    """Return which inputs each step takes, shape (steps, size): each pass is a new order, cut into batches."""
    size = min(n, BATCH_SIZE)
    batches_a_pass = n // size
    orders = np.tile(np.arange(n), (math.ceil(steps / batches_a_pass), 1))
    rng.permuted(orders, axis=1, out=orders)
    return orders[:, : batches_a_pass * size].reshape(-1, size)[:steps]


def _places(axes, leading):
    """Return for each network, in one row, which entry is its own of an array that has some of the leading axes."""
    return np.broadcast_to(np.arange(math.prod(axes)).reshape(axes), leading).ravel()


def _descend(parameters, shapes, T, data, steps):
    """Train a block of networks by Adam: change their parameters, shape (networks, size), in place."""
    W1, b1, W2, b2 = _layers(parameters, shapes)
    gradient, mean, square, change = (np.zeros_like(parameters) for _ in range(4))
    dW1, db1, dW2, db2 = _layers(gradient, shapes)
    for step, (x, p) in enumerate(data):
        h = x @ W1
        h += b1
        np.maximum(h, 0, out=h)
        z = h @ W2
        z += b2

        dz = softmax(z, T, out=z)  # becomes the derivative of the loss, T (q − p)/n
        dz -= p
        dz *= T / p.shape[1]
        dh = dz @ W2.swapaxes(1, 2)
        dh *= h > 0
        np.matmul(h.swapaxes(1, 2), dz, out=dW2)
        np.matmul(x.swapaxes(1, 2), dh, out=dW1)
        np.sum(dz, axis=1, keepdims=True, out=db2)
        np.sum(dh, axis=1, keepdims=True, out=db1)

        mean *= MEAN_DECAY  # the factors 1 − decay of the two means are left to the rate
        mean += gradient
        square *= SQUARE_DECAY
        square += np.square(gradient, out=gradient)
        np.sqrt(square, out=change)
        change += EPSILON
        np.divide(mean, change, out=change)
        change *= LEARNING_RATE * (1 - step / steps) * _adam_correction(step + 1)
        parameters -= change


def _adam_correction(step):
    """Return what makes the ratio of Adam's sums that of its unbiased means."""
    mean = (1 - MEAN_DECAY) / (1 - MEAN_DECAY**step)
    square = (1 - SQUARE_DECAY) / (1 - SQUARE_DECAY**step)
    return mean / math.sqrt(square)


def _inputs(inputs):
    """Return inputs in float32, checked."""
    x = read_finite(inputs, "inputs")
    refuse(x, abs(x) > FLOAT32_MAX, "inputs", "numbers that float32 can hold")
    x = x.astype(np.float32)
    if x.ndim < 2:
        raise ValueError(f"inputs must have a shape (..., n, features), got {x.shape}")
    return x


def _as_probabilities(targets):
    """Return labels as one-hot distributions and distributions as they are, in float32, checked."""
    if read_array(targets, "targets").dtype.kind in "iu":
        return _one_hot(targets, CLASSES, "targets")
    p = read_real(targets, "targets")[0]
    refuse(p, ~((p >= 0) & (p < 2)), "targets", "labels or probabilities")
    return read_distributions(p.astype(np.float32), "targets")[0]  # checked last: it may be rounded to that already


def _one_hot(labels, classes, name="labels"):
    """Return one-hot distributions in float32."""
    return np.eye(classes, dtype=np.float32)[read_labels(labels, classes, name)]


def _leading_axes(x, p, T, seeds):
    """Return the axes of the networks, checked."""
    if p.shape[-2:-1] != x.shape[-2:-1]:
        got = p.shape[-2] if p.ndim > 1 else "a single one"
        raise ValueError(f"targets must be one for each of {x.shape[-2]} inputs, got {got}")
    axes = {"inputs": x.shape[:-2], "targets": p.shape[:-2], "temperatures": T.shape, "rng": seeds.shape}
    try:
        return np.broadcast_shapes(*axes.values())
    except ValueError:
        raise ValueError(f"leading axes must broadcast, got {axes}") from None


def _generators(rng):
    """Return generators as an array of objects, without an axis for a single one."""
    seeds = np.array(rng, dtype=object)
    if not seeds.size or not all(isinstance(seed, np.random.Generator) for seed in seeds.flat):
        raise ValueError(f"rng must be a numpy.random.Generator or a sequence of them, got {rng!r}")
    return seeds


def _checked_logits(student_logits, teacher_logits, temperature):
    z, v = read_finite(student_logits, "student_logits"), read_finite(teacher_logits, "teacher_logits")
    if v.shape != z.shape or z.ndim == 0:
        raise ValueError(f"student_logits and teacher_logits must have one shape, got {z.shape} and {v.shape}")
    T = read_finite(temperature, "temperature", kinds="iu", above=0)
    if T.ndim:
        raise ValueError(f"temperature must be one number, got shape {T.shape}")
    dtype = np.result_type(z, v)
    return z.astype(np.float64), v.astype(np.float64), float(T), dtype


@np.errstate(all="ignore")
def _costs(z, T):
    """Return −T log q, the distance below the top logit plus what the others add to it: no digit is lost by either."""
    top = z.max(axis=-1, keepdims=True)
    log_q_of_top = log_softmax(z, T).max(axis=-1, keepdims=True)
    return (top - z) - T * log_q_of_top


@np.errstate(all="ignore")
def _tempered_difference(z, v, T):
    """Return T (q − p), with q = softmax(z/T) and p = softmax(v/T), to digits that a difference of the two has not.

    With w = z − v, q_i is p_i exp(w_i/T) / Σ p_j exp(w_j/T), so where w varies less than T, expm1 of it tells q from
    p. Elsewhere their logarithms do.
    """
    p = softmax(v, T)
    w = z - v
    w = w - np.take_along_axis(w, v.argmax(axis=-1, keepdims=True), axis=-1)
    w = w - (p * w).sum(axis=-1, keepdims=True)  # what nearly all weight has in common is taken off first, and exactly
    x = w / T
    rise = w * np.where(x == 0, 1, np.expm1(x) / x)  # T expm1(w/T)
    mean = (p * rise).sum(axis=-1, keepdims=True)
    hot = p * (rise - mean) / (1 + mean / T)
    log_q, log_p = log_softmax(z, T), log_softmax(v, T)
    over = np.where(log_q == log_p, 0, log_q - log_p)
    cold = T * np.where(over < 0, np.exp(log_p) * np.expm1(over), -np.exp(log_q) * np.expm1(-over))
    return np.where(abs(x).max(axis=-1, keepdims=True) < 1, hot, cold)


def _checked_labels(labels, soft_weight, shape):
    """Return where the labels are in rows of logits, or None, and the weight of the soft term."""
    soft_weight = read_number(soft_weight, "soft_weight", 0, 1)
    if labels is None:
        if soft_weight != 1:
            raise ValueError(f"soft_weight must be 1 without labels, got {soft_weight}")
        return None, soft_weight
    y = _one_hot(labels, shape[-1]).astype(bool)
    if y.shape != shape:
        raise ValueError(f"labels must have shape {shape[:-1]}, one for each row, got {y.shape[:-1]}")
    return y, soft_weight
