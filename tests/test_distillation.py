"""Distillation: its gradient against differences and PyTorch, training against a textbook's, what students learn."""

import itertools
import math
import types

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tempcourse import distillation as module
from tempcourse.distillation import (
    Networks,
    accuracy,
    balanced_subset,
    distillation_gradient,
    distillation_loss,
    load_digits_split,
    logit_matching_gradient,
    predict_logits,
    same_confidence,
    shuffled_wrong_classes,
    smoothed_labels,
    soft_targets,
    train,
)
from tempcourse.softmax import entropy, softmax

pytestmark = pytest.mark.filterwarnings("error")

settings.register_profile("steady", deadline=None, derandomize=True)  # the same on every machine
settings.load_profile("steady")

SEEDS = 20

distributions = hnp.arrays(np.float64, (3, 5), elements=st.floats(0.01, 1)).map(lambda a: a / a.sum(-1, keepdims=True))


def generators(seeds=SEEDS):
    return [np.random.default_rng(seed) for seed in range(seeds)]


def logits(*shape, seed=0, scale=2.0):
    return np.random.default_rng(seed).normal(scale=scale, size=shape)


@pytest.fixture(scope="module")
def split():
    return load_digits_split()


@pytest.fixture(scope="module")
def teacher(split):
    rng = np.random.default_rng(0)
    return train(split.train_images, split.train_labels, hidden=128, steps=720, rng=rng)


class TestSplit:
    def test_is_of_the_shapes_and_types_that_it_says(self, split):
        assert split.train_images.shape == (1200, 64) and split.test_images.shape == (597, 64)
        assert split.train_images.dtype == split.test_images.dtype == np.float32
        assert split.train_images.min() == 0 and split.train_images.max() == 1

    def test_has_every_digit_once_and_as_scikit_learn_has_it(self, split):
        from sklearn.datasets import load_digits

        pixels, labels = load_digits(return_X_y=True)
        indices = np.concatenate([split.train_indices, split.test_indices])
        assert sorted(indices) == list(range(1797))
        np.testing.assert_array_equal(np.concatenate([split.train_images, split.test_images]), pixels[indices] / 16)
        np.testing.assert_array_equal(np.concatenate([split.train_labels, split.test_labels]), labels[indices])

    def test_is_fixed_and_keeps_the_digits_with_a_story_for_the_test(self, split):
        np.testing.assert_array_equal(load_digits_split().train_indices, split.train_indices)
        assert {1346, 1670} <= set(split.test_indices)

    def test_another_generator_splits_otherwise(self, split):
        one, two, other = (load_digits_split(rng=np.random.default_rng(seed)) for seed in (5, 5, 6))
        np.testing.assert_array_equal(one.test_indices, two.test_indices)
        assert (one.test_indices != other.test_indices).any()

    def test_cannot_be_assigned_to(self, split):
        with pytest.raises(AttributeError):
            split.train_labels = 0


class TestBalancedSubset:
    def test_has_as_many_of_each_digit_and_none_twice(self, split):
        subset = balanced_subset(split.train_labels, 400, rng=np.random.default_rng(1))
        assert np.bincount(split.train_labels[subset]).tolist() == 10 * [40]
        assert len(set(subset)) == 400

    def test_is_random(self):
        labels = np.repeat(np.arange(10), 2)
        rng = np.random.default_rng(2)
        first = np.stack([balanced_subset(labels, 10, rng=rng) for _ in range(200)]) % 2
        assert abs(first.mean(axis=0) - 0.5).max() < 0.15  # 4 standard errors

    @pytest.mark.parametrize("size", [0, 15, -10, 30, 10.0])
    def test_errors(self, size):
        labels = np.repeat(np.arange(10), 2)
        with pytest.raises(ValueError, match=rf"^size must be a positive multiple of 10, at most 20 here, got {size}$"):
            balanced_subset(labels, size, rng=np.random.default_rng(0))


class TestLoss:
    def test_of_two_classes_by_hand(self):
        p, q = scipy.special.expit(1.5), scipy.special.expit(0.5)
        soft = -4 * (p * math.log(q) + (1 - p) * math.log(1 - q))
        hard = -math.log(scipy.special.expit(-1))
        z, v = [[1.0, 0.0]], [[3.0, 0.0]]
        assert distillation_loss(z, v, 2) == pytest.approx(soft, rel=1e-14)
        mixed = distillation_loss(z, v, 2, labels=[1], soft_weight=0.3)
        assert mixed == pytest.approx(0.3 * soft + 0.7 * hard, rel=1e-14)

    def test_is_least_where_the_student_is_the_teacher(self):
        v = logits(6, 10)
        least = distillation_loss(v, v, 3)
        assert least == pytest.approx(9 * entropy(softmax(v, 3)).mean(), rel=1e-14)
        assert all(distillation_loss(v + logits(6, 10, seed=seed, scale=0.1), v, 3) > least for seed in range(1, 20))

    def test_is_the_mean_over_the_rows(self):
        z, v = logits(7, 4), logits(7, 4, seed=1)
        alone = [distillation_loss(*row, 2) for row in zip(z, v, strict=True)]
        assert distillation_loss(z, v, 2) == pytest.approx(np.mean(alone), rel=1e-14)

    @pytest.mark.parametrize("a", [0.1, 3.0])
    def test_when_logits_and_temperature_grow_together_grows_as_their_square(self, a):
        z, v = logits(7, 4), logits(7, 4, seed=1)
        loss, gradient = distillation_loss(z, v, 2), distillation_gradient(z, v, 2)
        assert distillation_loss(a * z, a * v, a * 2) == pytest.approx(a**2 * loss, rel=1e-13)
        np.testing.assert_allclose(distillation_gradient(a * z, a * v, a * 2), a * gradient, rtol=1e-12)


class TestGradient:
    @pytest.mark.parametrize("soft_weight", [1.0, 0.25, 0.0])
    @pytest.mark.parametrize("T", [0.5, 1, 4, 30])
    def test_is_that_of_the_loss_by_differences(self, T, soft_weight):
        z, v = logits(5, 10), logits(5, 10, seed=1)
        mix = {"labels": np.arange(5), "soft_weight": soft_weight}
        gradient = distillation_gradient(z, v, T, **mix)
        h = 1e-5
        for i in np.ndindex(z.shape):
            step = np.zeros_like(z)
            step[i] = h
            rise = distillation_loss(z + step, v, T, **mix) - distillation_loss(z - step, v, T, **mix)
            # The loss carries T², and so does its rounding.
            assert gradient[i] == pytest.approx(rise / (2 * h), abs=1e-9 + 1e-10 * T**2)

    @pytest.mark.parametrize("T", [0.5, 1, 4, 30])
    def test_is_that_of_pytorch(self, T):
        torch = pytest.importorskip("torch")
        z, v, y = logits(5, 10), logits(5, 10, seed=1), np.arange(5)
        student, teacher, labels = torch.tensor(z, requires_grad=True), torch.tensor(v), torch.tensor(y)
        cross_entropy = torch.nn.functional.cross_entropy
        loss = 0.3 * T**2 * cross_entropy(student / T, torch.softmax(teacher / T, -1))
        loss = loss + 0.7 * cross_entropy(student, labels)
        loss.backward()
        mix = {"labels": y, "soft_weight": 0.3}
        assert distillation_loss(z, v, T, **mix) == pytest.approx(loss.item(), rel=1e-12)
        np.testing.assert_allclose(distillation_gradient(z, v, T, **mix), student.grad.numpy(), atol=1e-14 * T)

    def test_of_a_row_sums_to_zero_and_minds_no_shift(self):
        z, v = logits(5, 10), logits(5, 10, seed=1)
        gradient = distillation_gradient(z, v, 3)
        np.testing.assert_allclose(gradient.sum(axis=-1), 0, atol=1e-15)
        np.testing.assert_allclose(distillation_gradient(z + 5, v - 7, 3), gradient, atol=1e-14)

    def test_keeps_its_size_from_warm_to_hot_and_without_the_square_would_not(self):
        z, v = logits(200, 10, scale=1), logits(200, 10, seed=1, scale=1)
        sizes = [np.linalg.norm(distillation_gradient(z, v, T)) for T in (1, 2, 5, 10, 100)]
        assert max(sizes) / min(sizes) < 1.05

    def test_float32_stays(self):
        z = logits(5, 10).astype(np.float32)
        assert distillation_gradient(z, z, 2, labels=np.arange(5), soft_weight=0.5).dtype == np.float32

    def test_does_not_change_its_inputs(self):
        z, v = logits(5, 10), logits(5, 10, seed=1)
        copies = z.copy(), v.copy()
        distillation_gradient(z, v, 2)
        logit_matching_gradient(z, v, 2)
        np.testing.assert_array_equal((z, v), copies)


class TestLogitMatching:
    z, v = logits(50, 10), logits(50, 10, seed=1) + 3

    def relative_error(self, T):
        limit = logit_matching_gradient(self.z, self.v, T)
        return np.linalg.norm(distillation_gradient(self.z, self.v, T) - limit) / np.linalg.norm(limit)

    def test_by_hand(self):
        gradient = logit_matching_gradient([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]], [[5.0, 5.0, 5.0], [6.0, 0.0, 0.0]], 10)
        np.testing.assert_allclose(gradient, np.array([[-1, 0, 1], [-4, 2, 2]]) / 6, atol=1e-16)

    def test_is_the_limit_at_high_temperature_with_an_error_as_its_inverse(self):
        errors = [self.relative_error(T) for T in (100, 200, 400, 800)]
        assert errors[0] < 0.03
        for one, half in itertools.pairwise(errors):
            assert one / half == pytest.approx(2, abs=0.02)

    def test_is_no_limit_at_a_temperature_of_the_logits_size(self):
        assert self.relative_error(1) > 0.5


class TestErrorsOfTheLoss:
    @pytest.mark.parametrize("function", [distillation_loss, distillation_gradient, logit_matching_gradient])
    def test_name_the_argument_and_the_value(self, function):
        z = np.zeros((2, 3))
        for T in (0, -1, math.inf, math.nan):
            with pytest.raises(ValueError, match=rf"^temperature must be above 0 and finite, got {float(T)}$"):
                function(z, z, T)
        with pytest.raises(ValueError, match=r"^temperature must be one number, got shape \(1,\)$"):
            function(z, z, [1])
        with pytest.raises(ValueError, match=r"must have one shape, got \(2, 3\) and \(3,\)$"):
            function(z, z[0], 1)
        with pytest.raises(ValueError, match=r"^teacher_logits must be finite, got -inf$"):
            function(z, z - math.inf, 1)
        with pytest.raises(ValueError, match=r"^student_logits must not be empty, got shape \(0, 3\)$"):
            function(z[:0], z[:0], 1)
        with pytest.raises(TypeError, match=r"^student_logits must be real numbers, got complex128$"):
            function(z * 1j, z, 1)

    @pytest.mark.parametrize("function", [distillation_loss, distillation_gradient])
    def test_of_labels_and_their_weight(self, function):
        z = np.zeros((2, 3))
        for weight in (-0.1, 1.1, math.nan):
            with pytest.raises(ValueError, match=rf"^soft_weight must be from 0 to 1, got {weight}$"):
                function(z, z, 1, labels=[0, 1], soft_weight=weight)
        with pytest.raises(ValueError, match=r"^soft_weight must be 1 without labels, got 0\.5$"):
            function(z, z, 1, soft_weight=0.5)
        for label in (3, -1):
            with pytest.raises(ValueError, match=rf"^labels must be from 0 to 2, got {label}$"):
                function(z, z, 1, labels=[0, label])
        with pytest.raises(ValueError, match=r"^labels must be whole numbers, got float64$"):
            function(z, z, 1, labels=[0.0, 1.0])
        with pytest.raises(ValueError, match=r"^labels must have shape \(2,\), one for each row, got \(3,\)$"):
            function(z, z, 1, labels=[0, 1, 2])

    def test_soft_targets_are_of_a_temperature_between_the_limits(self):
        for T in (0, -1, math.inf):
            with pytest.raises(ValueError, match=rf"^temperature must be above 0 and finite, got {float(T)}$"):
                soft_targets([1.0, 0.0], T)


class TestTargets:
    def test_soft_targets_are_the_teacher_at_a_temperature(self):
        v = logits(4, 10)
        np.testing.assert_allclose(soft_targets(v, 3), scipy.special.softmax(v / 3, axis=-1), rtol=1e-13)

    def test_smoothed_labels(self):
        p = smoothed_labels([[1], [3]], 0.2)
        assert p.shape == (2, 1, 10) and p.dtype == np.float32
        np.testing.assert_allclose(p[1, 0], [0.02, 0.02, 0.02, 0.82, *6 * [0.02]], rtol=1e-6)
        np.testing.assert_array_equal(smoothed_labels([4], 0), np.eye(10)[[4]])
        with pytest.raises(ValueError, match=r"^amount must be from 0 to 1, got 1\.5$"):
            smoothed_labels([1], 1.5)

    @given(distributions)
    def test_same_confidence_keeps_the_top_and_nothing_else(self, p):
        even = same_confidence(p)
        np.testing.assert_allclose(even.sum(axis=-1), 1, rtol=1e-14)
        for row, kept in zip(p, even, strict=True):
            top = row.argmax()
            assert kept[top] == row[top]
            assert set(np.delete(kept, top)) == {(1 - row[top]) / 4}

    @given(distributions, hnp.arrays(np.int64, 3, elements=st.integers(0, 4)))
    def test_shuffling_keeps_the_label_and_what_the_wrong_classes_had(self, p, labels):
        given = p.copy()
        shuffled = shuffled_wrong_classes(p, labels, rng=np.random.default_rng(0))
        rows = np.arange(3)
        np.testing.assert_array_equal(p, given)
        np.testing.assert_array_equal(shuffled[rows, labels], p[rows, labels])
        np.testing.assert_array_equal(np.sort(shuffled), np.sort(p))

    def test_shuffling_favours_no_class_and_shuffles_each_row_by_itself(self):
        p = np.tile([0.5, 0.4, 0.1, 0.0], (4000, 1))
        shuffled = shuffled_wrong_classes(p, np.zeros(4000, int), rng=np.random.default_rng(1))
        np.testing.assert_allclose(shuffled.mean(axis=0)[1:], 0.5 / 3, atol=0.012)  # 4 standard errors
        assert len(np.unique(shuffled, axis=0)) == 6

    def test_shuffling_wants_a_label_for_each_row(self):
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match=r"^labels must have shape \(2,\), one for each row, got \(1,\)$"):
            shuffled_wrong_classes([[0.5, 0.5], [0.5, 0.5]], [0], rng=rng)
        with pytest.raises(ValueError, match=r"^probabilities must sum to 1"):
            shuffled_wrong_classes([[0.5, 0.4]], [0], rng=rng)


def textbook_training(inputs, targets, *, hidden, T, steps, seed):
    """Train one network as books write it, in float64, from the weights and batches that `train` draws."""
    (n, features), classes = inputs.shape, targets.shape[1]
    shapes = [(features, hidden), (1, hidden), (hidden, classes), (1, classes)]
    rng = np.random.default_rng(seed)
    parameters = [a.astype(float) for a in module._layers(module._initial_parameters(shapes, rng), shapes)]
    moments = [(np.zeros(shape), np.zeros(shape)) for shape in shapes]
    for step, rows in enumerate(module._batches(n, steps, rng)):
        W1, b1, W2, b2 = parameters
        x, p = inputs[rows].astype(float), targets[rows].astype(float)
        before = x @ W1 + b1
        h = np.where(before > 0, before, 0)
        dz = distillation_gradient(h @ W2 + b2, T * np.log(p), T)
        dh = np.where(before > 0, dz @ W2.T, 0)
        gradients = [x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)]
        for a, g, (m, v) in zip(parameters, gradients, moments, strict=True):
            m[...] = 0.9 * m + 0.1 * g
            v[...] = 0.999 * v + 0.001 * g**2
            unbiased = m / (1 - 0.9 ** (step + 1)), v / (1 - 0.999 ** (step + 1))
            a -= 0.005 * (1 - step / steps) * unbiased[0] / (np.sqrt(unbiased[1]) + module.EPSILON)
    return Networks(*parameters)


def assert_same(networks, others, atol):
    for name, array in vars(networks).items():
        np.testing.assert_allclose(array, getattr(others, name), atol=atol, err_msg=name)


def at(networks, *index):
    return Networks(*(array[index] for array in vars(networks).values()))


class TestTraining:
    @pytest.mark.parametrize(("n", "T"), [(20, 1.0), (120, 4.0)])
    def test_is_that_of_a_textbook(self, split, n, T):
        x, p = split.train_images[:n], smoothed_labels(split.train_labels[:n], 0.3)
        ours = train(x, p, hidden=8, temperatures=T, steps=25, rng=np.random.default_rng(3))
        assert_same(ours, textbook_training(x, p, hidden=8, T=T, steps=25, seed=3), atol=2e-4)

    def test_descends_a_gradient_of_the_right_size(self, split, monkeypatch):
        monkeypatch.setattr(module, "EPSILON", 1.0)  # else Adam takes no notice of a factor
        x, p = split.train_images[:30], smoothed_labels(split.train_labels[:30], 0.3)
        ours = train(x, p, hidden=8, temperatures=4.0, steps=1, rng=np.random.default_rng(3))
        assert_same(ours, textbook_training(x, p, hidden=8, T=4.0, steps=1, seed=3), atol=1e-7)

    def test_is_that_of_pytorch(self, split):
        torch = pytest.importorskip("torch")
        n, T, steps = 120, 4.0, 25
        x, p = split.train_images[:n], smoothed_labels(split.train_labels[:n], 0.3)
        ours = train(x, p, hidden=8, temperatures=T, steps=steps, rng=np.random.default_rng(3))
        shapes = [(64, 8), (1, 8), (8, 10), (1, 10)]
        rng = np.random.default_rng(3)
        start = module._layers(module._initial_parameters(shapes, rng), shapes)
        W1, b1, W2, b2 = parameters = [torch.tensor(a, requires_grad=True) for a in start]
        adam = torch.optim.Adam(parameters, lr=0.005)
        schedule = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: 1 - step / steps)
        for rows in module._batches(n, steps, rng):
            z = torch.relu(torch.tensor(x[rows]) @ W1 + b1) @ W2 + b2
            adam.zero_grad()
            (T**2 * torch.nn.functional.cross_entropy(z / T, torch.tensor(p[rows]))).backward()
            adam.step()
            schedule.step()
        assert_same(ours, Networks(*(a.detach().numpy() for a in parameters)), atol=2e-4)

    def test_together_is_as_alone(self, split, monkeypatch):
        monkeypatch.setattr(module, "BLOCK_SIZE", 4)  # so that there are blocks, and the last is shorter
        subsets = np.stack([balanced_subset(split.train_labels, 60, rng=rng) for rng in generators(3)])
        x, y = split.train_images[subsets], split.train_labels[subsets]
        p = np.stack([smoothed_labels(y, amount) for amount in (0, 0.5)])
        T = np.array([[1.0], [3.0]])
        together = train(x, p, hidden=8, temperatures=T, steps=30, rng=generators(3))
        assert together.hidden_weights.shape == (2, 3, 64, 8) and together.output_biases.shape == (2, 3, 1, 10)
        for setting, seed in np.ndindex(2, 3):
            rng = np.random.default_rng(seed)
            alone = train(x[seed], p[setting, seed], hidden=8, temperatures=T[setting, 0], steps=30, rng=rng)
            assert_same(at(together, setting, seed), alone, atol=1e-5)

    def test_settings_of_a_generator_share_weights_and_batches(self, split):
        x, y = split.train_images[:120], split.train_labels[:120]
        same = train(x, y, hidden=8, temperatures=[[1.0], [1.0]], steps=5, rng=generators(3))
        assert_same(at(same, 0), at(same, 1), atol=0)
        assert abs(same.hidden_weights[0, 0] - same.hidden_weights[0, 1]).max() > 0.1

    def test_one_generator_adds_no_axis(self, split):
        x, y = split.train_images[:50], split.train_labels[:50]
        assert train(x, y, hidden=8, steps=1, rng=np.random.default_rng(0)).hidden_weights.shape == (64, 8)
        assert train(x, y, hidden=8, steps=1, rng=generators(1)).hidden_weights.shape == (1, 64, 8)

    def test_labels_are_one_hot_probabilities_and_everything_is_float32(self, split):
        x, y = split.train_images[:50], split.train_labels[:50]
        hard = train(x, y, hidden=8, steps=5, rng=np.random.default_rng(0))
        soft = train(x.astype(np.float64), np.eye(10)[y], hidden=8, steps=5, rng=np.random.default_rng(0))
        assert_same(hard, soft, atol=0)
        assert {array.dtype for array in vars(hard).values()} == {np.dtype(np.float32)}
        assert predict_logits(hard, x.astype(np.float64)).dtype == np.float32

    def test_does_not_change_its_inputs(self, split):
        x, p = split.train_images[:20].copy(), smoothed_labels(split.train_labels[:20], 0.1)
        copies = x.copy(), p.copy()
        train(x, p, hidden=8, steps=5, rng=generators(2))
        np.testing.assert_array_equal(x, copies[0])
        np.testing.assert_array_equal(p, copies[1])

    @pytest.mark.parametrize(("n", "size", "in_a_pass"), [(20, 20, 1), (50, 50, 1), (130, 50, 2)])
    def test_a_pass_takes_every_input_at_most_once(self, n, size, in_a_pass):
        batches = module._batches(n, 7, np.random.default_rng(0))
        assert batches.shape == (7, size)
        for first in range(0, 6, in_a_pass):
            assert len(set(batches[first : first + in_a_pass].ravel())) == in_a_pass * size
        assert set(module._batches(n, 40, np.random.default_rng(0)).ravel()) == set(range(n))

    def test_starts_from_weights_after_he(self):
        shapes = [(400, 100), (1, 100), (100, 50), (1, 50)]
        W1, b1, W2, b2 = module._layers(module._initial_parameters(shapes, np.random.default_rng(0)), shapes)
        assert W1.std() == pytest.approx(math.sqrt(2 / 400), rel=0.02)  # 6 standard errors
        assert W2.std() == pytest.approx(math.sqrt(2 / 100), rel=0.05)  # 5 standard errors
        assert not b1.any() and not b2.any()


class TestErrorsOfTraining:
    x, y = np.zeros((4, 3)), np.array([0, 1, 2, 9])

    def train(self, inputs=x, targets=y, *, hidden=2, temperatures=1.0, steps=1, rng=None):
        rng = np.random.default_rng(0) if rng is None else rng
        return train(inputs, targets, hidden=hidden, temperatures=temperatures, steps=steps, rng=rng)

    def test_of_inputs(self):
        with pytest.raises(ValueError, match=r"^inputs must have a shape \(\.\.\., n, features\), got \(3,\)$"):
            self.train(self.x[0])
        with pytest.raises(ValueError, match=r"^inputs must not be empty, got shape \(0, 3\)$"):
            self.train(self.x[:0])
        with pytest.raises(ValueError, match=r"^inputs must be finite, got nan$"):
            self.train(self.x * math.nan)
        with pytest.raises(TypeError, match=r"^inputs must be real numbers, got complex128$"):
            self.train(self.x * 1j)

    def test_of_targets(self):
        for label in (10, -1):
            with pytest.raises(ValueError, match=rf"^targets must be from 0 to 9, got {label}$"):
                self.train(targets=np.array([0, 1, 2, label]))
        with pytest.raises(ValueError, match=r"^targets must be one for each of 4 inputs, got 3$"):
            self.train(targets=self.y[:3])
        with pytest.raises(ValueError, match=r"^targets must be one for each of 4 inputs, got a single one$"):
            self.train(targets=np.full(10, 0.1))
        with pytest.raises(ValueError, match=r"^targets must sum to 1 along the axis, got a sum of 2$"):
            self.train(targets=np.full((4, 10), 0.2))

    def test_of_temperatures(self):
        for T in (0, -2, math.inf):
            with pytest.raises(ValueError, match=rf"^temperatures must be above 0 and finite, got {float(T)}$"):
                self.train(temperatures=[1, T])

    @pytest.mark.parametrize("name", ["hidden", "steps"])
    @pytest.mark.parametrize("value", [0, -3, 2.0])
    def test_of_whole_numbers(self, name, value):
        with pytest.raises(ValueError, match=rf"^{name} must be a whole number of at least 1, got {value}$"):
            self.train(**{name: value})

    def test_of_generators_and_of_axes(self):
        for rng in (7, [], [np.random.default_rng(0), 1]):
            with pytest.raises(ValueError, match=r"^rng must be a numpy\.random\.Generator or a sequence"):
                self.train(rng=rng)
        with pytest.raises(ValueError, match=r"^leading axes must broadcast, got .*'rng': \(3,\)"):
            self.train(temperatures=[1, 2], rng=generators(3))


class TestPrediction:
    network = Networks(
        np.array([[1.0, -1.0]], np.float32), np.array([[0.0, 0.5]], np.float32),
        np.array([[2.0, 0.0], [0.0, 1.0]], np.float32), np.array([[0.0, 0.25]], np.float32),
    )  # fmt: skip

    def test_of_a_network_by_hand(self):
        np.testing.assert_array_equal(predict_logits(self.network, [[1], [-1], [0]]), [[2, 0.25], [0, 1.75], [0, 0.75]])

    def test_accuracy_of_a_network_by_hand(self):
        assert accuracy(self.network, [[1], [-1], [0]], [0, 1, 0]) == pytest.approx(2 / 3)

    def test_many_networks_at_once(self):
        many = types.SimpleNamespace(**{k: np.stack([[a, -a, a]] * 2) for k, a in vars(self.network).items()})
        assert predict_logits(many, np.ones((5, 1))).shape == (2, 3, 5, 2)
        shares = accuracy(many, [[1], [-1], [0]], [0, 1, 1])
        assert shares.shape == (2, 3) and shares[0, 0] == 1 and shares[0, 1] != 1

    def test_errors(self):
        with pytest.raises(ValueError, match=r"^inputs must have 1 features for these networks, got shape \(3, 2\)$"):
            predict_logits(self.network, np.zeros((3, 2)))
        with pytest.raises(ValueError, match=r"^labels must be one for each of 3 inputs, got shape \(2,\)$"):
            accuracy(self.network, np.zeros((3, 1)), [0, 1])
        with pytest.raises(ValueError, match=r"^labels must be from 0 to 1, got 2$"):
            accuracy(self.network, np.zeros((3, 1)), [0, 1, 2])


def test_the_teacher_knows_its_digits_and_has_second_guesses(split, teacher):
    assert accuracy(teacher, split.test_images, split.test_labels) > 0.97
    logits = predict_logits(teacher, split.test_images)
    for digit, shadows in ((1346, {8, 2}), (1670, {5, 8})):
        p = soft_targets(logits[split.test_indices == digit][0], 5)
        assert p.argmax() == 3 and set(p.argsort()[-3:-1]) <= {*shadows, 9}


@pytest.fixture(scope="module")
def percent(split, teacher):
    """Return test accuracies of students of 20 images, two of each digit, from 20 paired seeds."""
    rngs = generators()
    subsets = np.stack([balanced_subset(split.train_labels, 20, rng=rng) for rng in rngs])
    images, labels = split.train_images[subsets], split.train_labels[subsets]
    warm, hot = (soft_targets(predict_logits(teacher, images), T) for T in (1, 10))
    targets = {
        "hard": (np.eye(10)[labels], 1),
        "T = 1": (warm, 1),
        "T = 10": (hot, 10),
        "smoothed": (smoothed_labels(labels, 0.1), 1),
        "same confidence": (same_confidence(hot), 10),
        "shuffled": (shuffled_wrong_classes(hot, labels, rng=np.random.default_rng(0)), 10),
    }
    p, T = zip(*targets.values(), strict=True)
    T = np.reshape(T, (-1, 1))
    networks = train(images, np.stack(p), hidden=32, temperatures=T, steps=800, rng=rngs)
    shares = 100 * accuracy(networks, split.test_images, split.test_labels)
    return dict(zip(targets, shares, strict=True))


class TestStudents:
    def test_learn_from_labels_what_little_twenty_of_them_say(self, percent):
        assert 70 < percent["hard"].mean() < 77

    def test_learn_far_more_from_soft_targets_and_most_from_hot_ones(self, percent):
        assert 86 < percent["T = 10"].mean() < 91
        assert 2 < (percent["T = 1"] - percent["hard"]).mean() < 7
        assert 12 < (percent["T = 10"] - percent["hard"]).mean() < 19
        assert (percent["T = 10"] > percent["hard"]).all()

    def test_learn_nothing_from_the_confidence_alone(self, percent):
        assert abs((percent["same confidence"] - percent["hard"]).mean()) < 2
        assert (percent["T = 10"] > percent["same confidence"]).all()

    def test_are_not_helped_by_smoothing_and_are_misled_by_shuffled_classes(self, percent):
        assert -5 < (percent["smoothed"] - percent["hard"]).mean() < 0
        assert -22 < (percent["shuffled"] - percent["hard"]).mean() < -8


def test_students_that_never_saw_a_three_know_it_by_what_the_teacher_says_of_others(split, teacher):
    labels = split.train_labels
    rngs = generators(5)
    subsets = np.stack([rng.permutation(np.flatnonzero(labels != 3))[:400] for rng in rngs])
    images = split.train_images[subsets]
    hot = soft_targets(predict_logits(teacher, images), 10)
    p, T = np.stack([np.eye(10)[labels[subsets]], hot]), [[1], [10]]
    networks = train(images, p, hidden=32, temperatures=T, steps=800, rng=rngs)
    threes = split.test_labels == 3
    hard, soft = accuracy(networks, split.test_images[threes], split.test_labels[threes])
    assert (hard == 0).all()
    assert 0.8 < soft.mean() < 0.97
