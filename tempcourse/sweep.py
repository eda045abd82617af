r"""Sweep: a model's answers scored at several temperatures, and which of these can be told apart.

A score is noisy twice over. Some prompts are harder than others, and the same prompt is answered otherwise with other
random numbers. So every temperature gets the same prompts and the same random numbers, by seeds, and what is compared
are differences on one prompt: what makes a prompt hard, or a seed lucky, at every temperature drops out of them.

The intervals come from resampling the *prompts*, with all samples of each. Prompts are what will be others in use.
Several samples of one prompt share its difficulty; to resample them one by one would count them as so many prompts, and
say how the mean moves with other random numbers on these very prompts, which is less than how it moves with others.

References
----------
Glasserman, Yao (1992), "Some guidelines and guarantees for common random numbers"; Miller (2024), "Adding error bars to
evals: a statistical approach to language model evaluations", for prompts as draws, differences on one prompt and how
many it takes; Hesterberg (2015), "What teachers should know about the bootstrap", for how narrow its intervals are on
few.
"""

import math
import reprlib
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tempcourse._arguments import check_rng, check_whole, read_list, read_number, read_temperature, read_temperatures
from tempcourse.words import number

__all__ = ["Sweep", "sweep"]

# Seeds are below this, which fits any service's whole numbers.
SEEDS = 1 << 31
# In size, of a score: its square must be a number, too.
LARGEST = 1e100
# More prompts than anybody has.
MOST = 1e15


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep found, as `sweep` returns it; printed, it is a table. One entry for each of k temperatures."""

    #: As they were given, shape (k,).
    temperatures: np.ndarray
    #: The score of each answer, shape (k, prompts, samples).
    scores: np.ndarray
    #: The seed of each answer, the same at every temperature, shape (prompts, samples).
    seeds: np.ndarray
    #: The share of all such intervals that hold what they should.
    confidence: float
    #: The mean score, shape (k,).
    means: np.ndarray
    #: Where that of other prompts would lie, each for itself, shape (k, 2).
    intervals: np.ndarray
    #: The temperature that the others are compared with, the one that was named or else the best.
    baseline: float
    #: The mean score less that of the baseline, shape (k,).
    differences: np.ndarray
    #: Their intervals, all together as sure as the confidence says, shape (k, 2).
    difference_intervals: np.ndarray

    @property
    def best(self):
        """The temperature of the highest mean, of several the first; flattered, for it was chosen by its luck, too."""
        return float(self.temperatures[self.means.argmax()])

    @property
    def indistinguishable(self):
        """The temperatures that cannot be told from the baseline, itself among them, as 0 is in the interval."""
        low, high = self.difference_intervals.T
        return self.temperatures[(low <= 0) & (high >= 0)]

    def __str__(self):
        columns = (self.means, *self.intervals.T, self.differences, *self.difference_intervals.T)
        lines = [f"     τ    mean  interval          minus τ = {number(self.baseline, 3)}'s"]
        for tau, row in zip(self.temperatures, np.transpose(columns), strict=True):
            mean, low, high, difference, below, above = (number(value, 3) for value in row)
            told = "not told" if tau in self.indistinguishable else "told"
            line = f"{number(tau, 3):>6} {mean:>7}  {low:>6} to {high:6}"
            against = f"  {difference:>7}  {below:>7} to {above:7} {told}"
            lines.append(line + against if tau != self.baseline else line.rstrip())
        return "\n".join(lines)

    def prompts_needed(self, difference, *, power=0.8):
        r"""Return how many prompts it takes to tell a difference from the baseline.

        .. math:: n = \left\lceil \frac{(z_{1 - \alpha/2} + z_b)^2 s^2}{\delta^2} \right\rceil

        with the quantiles z of the normal distribution, the power b, the difference δ, the variance s² from prompt to
        prompt of the differences that were found, with as many samples of each, and the error α that is allowed for
        each comparison, the (k − 1)th part of what all are.

        Parameters
        ----------
        difference : float
            δ > 0, of the mean scores.
        power : float, default 0.8
            How likely it should be that the difference is told: from 0.5, to below 1.

        Returns
        -------
        ndarray of int
            For each temperature, and 0 for the baseline, shape ``(k,)``; never fewer than `sweep` takes.

        Raises
        ------
        ValueError
            If `difference` or `power` is not allowed.

        References
        ----------
        Miller (2024), "Adding error bars to evals".
        """
        delta = read_number(difference, "difference", above=True, finite=True)
        power = read_number(power, "power", 0.5, math.nextafter(1, 0))
        rows, error = self.scores.mean(axis=-1), (1 - self.confidence) / (len(self.temperatures) - 1)
        base = self.temperatures == self.baseline
        spread = (rows - rows[base]).std(axis=1, ddof=1)
        z = NormalDist().inv_cdf(power) - NormalDist().inv_cdf(error / 2)
        with np.errstate(over="ignore"):
            needed = np.ceil((z * spread / delta) ** 2)
        if needed.max() > MOST:
            raise ValueError(f"difference must be so large that {MOST:g} prompts tell it, got {difference!r}")
        return np.where(base, 0, np.maximum(needed, _fewest(error))).astype(int)


def sweep(
    model, prompts, temperatures, score, *, samples=1, rng, baseline=None, confidence=0.95, resamples=10_000
):
    r"""Score a model's answers at several temperatures, and say which of these can be told apart.

    Answer j to prompt i is drawn with the same seed at every temperature. With the scores :math:`x_{\tau i j}` of n
    prompts, m samples of each, and the baseline b,

    .. math:: \bar x_\tau = \frac{1}{n m} \sum_{i, j} x_{\tau i j}, \qquad
              d_\tau = \frac{1}{n} \sum_i \left( \frac{1}{m} \sum_j (x_{\tau i j} - x_{b i j}) \right)

    and an interval lies between two quantiles of the same mean over n prompts that are drawn from the n with
    replacement, each with all of its samples. Those of the means are for each temperature by itself. Those of the
    differences allow each of the k − 1 comparisons only the (k − 1)th part of the error, and so hold all together. That
    covers the choice of a best, too: the one that is truly best is set apart from what looks best no more often than
    the error says, for it loses only if one of *its* k − 1 comparisons is wrong.

    Parameters
    ----------
    model : callable
        A function ``model(prompt, temperature=…, seed=…)`` that returns an answer, such as a text. The same seed must
        give the same random numbers at each temperature. Where a service ignores seeds, the pairs are still of the same
        prompt, and the intervals are right, only wider.
    prompts : sequence
        Handed to `model` as they are, and each drawn for itself from what will be asked. At least 6, and some more for
        a higher confidence or more than two temperatures: fewer may all lean one way by chance. Intervals from few are
        too narrow: of those of a mean at 95 %, for normal scores, 86 % hold on 6 prompts, 93 % on 20 and 94 % on 50. It
        is worse where nearly all answers are right, or nearly none; an interval without width is no certainty.
    temperatures : array_like, real
        At least two, all different, τ ≥ 0, shape ``(k,)``.
    score : callable
        A function ``score(prompt, answer)`` that returns a number, or whether the answer is right: True is 1.
    samples : int, default 1
        Answers to each prompt at each temperature. More of them take away the noise of the draws, not that of the
        prompts: where it can be had, another prompt tells more than another sample.
    rng : numpy.random.Generator
        The source of the seeds, and of what is resampled.
    baseline : float, optional
        The temperature that the others are compared with, one of them; by default that of the highest mean.
    confidence : float, default 0.95
        From 0.5, to below 1.
    resamples : int, default 10000
        How often prompts are drawn.

    Returns
    -------
    Sweep
        It prints as a table.

    Raises
    ------
    ValueError
        If an argument is not as it says here: among others, if a temperature comes twice, if there are too few prompts,
        or if a score is nan or no number. This last error, and whatever `model` and `score` themselves raise, carries a
        note that says for which prompt, temperature and seed.
    TypeError
        If temperatures are not real numbers.

    Examples
    --------
    A model that knows some capitals well and others less well, and the colder, the surer:

    >>> from tempcourse.softmax import softmax
    >>> def model(prompt, temperature, seed):
    ...     right = softmax([prompt, 0.0], temperature)[0]
    ...     return "Paris" if np.random.default_rng(seed).random() < right else "Rome"
    >>> def score(prompt, text):
    ...     return text == "Paris"
    >>> prompts = np.linspace(-0.5, 2.5, 40)  # how much better the right answer is scored
    >>> found = sweep(model, prompts, [0, 0.3, 2], score, samples=4, rng=np.random.default_rng(1))
    >>> print(found)
         τ    mean  interval          minus τ = 0's
         0   0.825     0.7 to 0.925
       0.3   0.812   0.725 to 0.894   −0.0125   −0.106 to 0.0813  not told
         2   0.569     0.5 to 0.637    −0.256   −0.381 to −0.119  told
    >>> print(found.indistinguishable, found.prompts_needed(0.05))
    [0.  0.3] [  0 280 530]

    A model of the course is handed over in two lines, and so is a service that speaks as OpenAI's does::

        def model(prompt, temperature, seed):
            tokens = smollm.generate(prompt, 8, temperature=temperature, rng=np.random.default_rng(seed))
            return smollm.decode(tokens[0])

        def service(prompt, temperature, seed):
            settings = {"temperature": temperature, "seed": seed}
            return client.completions.create(model=name, prompt=prompt, **settings).choices[0].text
    """
    for each, name in (model, "model"), (score, "score"):
        if not callable(each):
            raise ValueError(f"{name} must be a function, got {reprlib.repr(each)}")
    check_whole(samples, "samples", 1)
    check_whole(resamples, "resamples", 1)
    check_rng(rng)
    confidence = read_number(confidence, "confidence", 0.5, math.nextafter(1, 0))
    taus = _read_different(temperatures)
    error = (1 - confidence) / (len(taus) - 1)
    prompts = _read_prompts(prompts, len(taus), confidence, _fewest(error))
    if baseline is not None:
        baseline = read_temperature(baseline, "baseline")
        if baseline not in taus:
            raise ValueError(f"baseline must be one of the temperatures, got {baseline:g}")
    seeds = rng.integers(SEEDS, size=(len(prompts), samples))
    scores = _scored(model, prompts, taus, score, seeds)
    # Sums that are rounded once, whatever their order, so that what is equal is told equal.
    rows = np.apply_along_axis(math.fsum, -1, scores)
    if baseline is None:
        baseline = taus[rows.sum(axis=1).argmax()]
    drawn = _resampled(rows, resamples, rng)
    apart = drawn - drawn[:, taus == baseline]
    count = scores[0].size
    means = rows.sum(axis=1) / count
    return Sweep(
        temperatures=taus,
        scores=scores,
        seeds=seeds,
        confidence=confidence,
        means=means,
        intervals=_between(drawn / count, 1 - confidence),
        baseline=float(baseline),
        differences=means - means[taus == baseline],
        difference_intervals=_between(apart / count, error),
    )


def _fewest(error):
    """Return how many prompts it takes that all of them lean one way by chance more rarely than an error."""
    return 1 + math.ceil(-math.log2(error))


def _read_different(temperatures):
    """Return at least two temperatures, all different, as an array."""
    taus = np.asarray(read_temperatures(temperatures, "temperatures"), float)
    if taus.ndim != 1 or len(taus) < 2:
        raise ValueError(f"temperatures must be one row of at least 2, got shape {taus.shape}")
    values, counts = np.unique(taus, return_counts=True)
    if counts.max() > 1:
        raise ValueError(f"temperatures must be all different, got {values[counts.argmax()]:g} twice")
    return taus


def _read_prompts(prompts, temperatures, confidence, least):
    """Return prompts as a list."""
    prompts = read_list(prompts, "prompts", "prompts")
    if len(prompts) < least:
        what = f"{temperatures} temperatures at a confidence of {confidence:g}"
        raise ValueError(f"prompts must be at least {least} for {what}, got {len(prompts)}")
    return prompts


def _scored(model, prompts, taus, score, seeds):
    """Return all scores, shape ``(k, prompts, samples)``, prompt by prompt, so that a model may keep what it read."""
    scores = np.empty((len(taus), *seeds.shape))
    for i, j in np.ndindex(seeds.shape):
        for tau, of_tau in zip(taus.tolist(), scores, strict=True):
            seed = int(seeds[i, j])
            try:
                of_tau[i, j] = _read_score(score(prompts[i], model(prompts[i], temperature=tau, seed=seed)))
            except Exception as error:
                error.add_note(f"for prompt {reprlib.repr(prompts[i])}, temperature {tau:g}, seed {seed}")
                raise
    return scores


def _read_score(score):
    """Return a score as a float; right is 1, and wrong is 0."""
    return read_number(int(score) if isinstance(score, bool | np.bool_) else score, "score", -LARGEST, LARGEST)


def _resampled(rows, resamples, rng):
    """Return the sums of rows over prompts that are drawn with replacement, shape ``(resamples, k)``."""
    n = rows.shape[1]
    return np.stack([rows[:, rng.integers(n, size=n)].sum(axis=1) for _ in range(resamples)])


def _between(drawn, error):
    """Return the quantiles that leave half of an error on each side, shape ``(k, 2)``."""
    return np.quantile(drawn, [error / 2, 1 - error / 2], axis=0).T
