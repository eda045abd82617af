r"""Sequences: what a model's texts are as a whole, when each token is chosen with those to come in view, or without.

Everywhere a sequence is exactly `length` tokens long. The token that ends a story is a token as the others are: what
follows it is a new story.

`greedy` and `beam_search` go step by step. Of a model they ask

- ``state(prompt)``, the state after a prompt,
- ``next_log_probabilities(states)``, a row for each of many states, and
- ``step(states, tokens)``, the states that follow;

and `beam_search` also its ``log_probability(tokens, prompt)``. `most_likely` and `sequence_temperature` look ahead from
every state that there is, so they need a model with tables of these, a `tempcourse.language.MarkovModel`.
"""

import math
from dataclasses import dataclass

import numpy as np

from tempcourse._arguments import check_flag, check_rng, check_whole, read_array, read_number, read_temperature
from tempcourse.decoding import draw
from tempcourse.softmax import entropy, log_softmax, logsumexp, softmax

__all__ = [
    "Beams",
    "TemperedSequences",
    "beam_search",
    "greedy",
    "most_likely",
    "sequence_temperature",
]

# Rows are worked on in blocks of about so many numbers.
BLOCK_SIZE = 1 << 18


def greedy(model, prompt, length):
    """Return the text that takes the most likely token at each step.

    It need not be the most likely text: the best first token may lead to where no good second one is.

    Parameters
    ----------
    model : MarkovModel
        Of `tempcourse.language`, or another that can be stepped.
    prompt : str, sequence of str, or array_like of int
        What comes before, as for the model's `state`.
    length : int
        How many tokens are written.

    Returns
    -------
    ndarray of int
        Indices of tokens, without the prompt, shape ``(length,)``.

    Raises
    ------
    ValueError
        If the model does not know a word, if the prompt is not one row, or if `length` is not a whole number of at
        least 1.

    Examples
    --------
    >>> from tempcourse.language import MarkovModel
    >>> rows = {(): {"A": 0.6, "B": 0.4}, ("A",): {"x": 0.5, "y": 0.5}, ("B",): {"x": 1.0}}
    >>> tree = MarkovModel.from_rows(rows)
    >>> path = greedy(tree, [], 2)
    >>> print([tree.vocabulary[i] for i in path], np.exp(tree.log_probability(path)).round(3))
    ['A', 'x'] 0.3
    """
    check_whole(length, "length", 1)
    state, path = _state(model, prompt), np.empty(length, np.intp)
    for i in range(length):
        path[i] = model.next_log_probabilities(state).argmax()
        state = model.step(state, path[i])
    return path


def most_likely(model, prompt, length):
    r"""Return the most likely of all texts of a length, exactly, by the Viterbi algorithm.

    .. math:: v_0(s) = 0, \qquad v_k(s) = \max_w \left( \log p(w \mid s) + v_{k-1}(s \cdot w) \right)

    is the best log-probability of k more tokens from state s, where s·w is the next state. So each step takes the
    token that is best for itself and all that may follow.

    Parameters
    ----------
    model : MarkovModel
        Of `tempcourse.language`.
    prompt, length
        As for `greedy`.

    Returns
    -------
    ndarray of int
        Indices of tokens, without the prompt, shape ``(length,)``.

    Raises
    ------
    ValueError
        As `greedy` does.

    References
    ----------
    Viterbi (1967), "Error bounds for convolutional codes and an asymptotically optimum decoding algorithm".

    Examples
    --------
    >>> from tempcourse.language import MarkovModel
    >>> rows = {(): {"A": 0.6, "B": 0.4}, ("A",): {"x": 0.5, "y": 0.5}, ("B",): {"x": 1.0}}
    >>> tree = MarkovModel.from_rows(rows)
    >>> path = most_likely(tree, [], 2)
    >>> print([tree.vocabulary[i] for i in path], np.exp(tree.log_probability(path)).round(3))
    ['B', 'x'] 0.4
    """
    check_whole(length, "length", 1)
    values = _values(model.log_probabilities, model.next_states, length - 1, 0.0)
    state, path = _state(model, prompt), np.empty(length, np.intp)
    for i, value in enumerate(values[::-1]):
        path[i] = (model.log_probabilities[state] + value[model.next_states[state]]).argmax()
        state = model.next_states[state, path[i]]
    return path


@dataclass(frozen=True)
class Beams:
    """The texts that `beam_search` ended with, the best score first."""

    #: Indices of tokens, without the prompt, shape (beams, length).
    tokens: np.ndarray
    #: Their log-probabilities under the model itself, in nats, shape (beams,).
    log_probabilities: np.ndarray


def beam_search(model, prompt, length, width, *, temperature=None, renormalise=False):
    r"""Return the texts that survive when only the best few are written on at each step.

    .. math:: \sum_t \frac{\log p_t}{\tau} \quad \text{or, renormalised,} \quad
              \sum_t \log \operatorname{softmax}(z_t / \tau)

    is what the texts are compared by. The first is the same search at every temperature. The second drifts to
    `greedy` as τ → 0, where all but the most likely next token cost more and more.

    Parameters
    ----------
    model, prompt, length
        As for `greedy`.
    width : int
        How many texts are kept at each step, at least 1; 1 is `greedy`.
    temperature : float, optional
        τ > 0, and finite; renormalised, also 0 and ∞. The default is 1.
    renormalise : bool, default False
        Whether the tempered probabilities of each next token are made to sum to 1.

    Returns
    -------
    Beams
        At most `width` texts: fewer if fewer are possible.

    Raises
    ------
    ValueError
        As `greedy` does, if `width` is not a whole number of at least 1, or if `temperature` is not allowed.
    TypeError
        If the temperature is not a real number.

    Examples
    --------
    >>> from tempcourse.language import MarkovModel
    >>> rows = {(): {"A": 0.6, "B": 0.4}, ("A",): {"x": 0.5, "y": 0.5}, ("B",): {"x": 1.0}}
    >>> tree = MarkovModel.from_rows(rows)
    >>> print(np.exp(beam_search(tree, [], 2, width=2).log_probabilities).round(3))
    [0.4 0.3]
    >>> print(np.exp(beam_search(tree, [], 2, 2, temperature=0.1, renormalise=True).log_probabilities).round(3))
    [0.3 0.3]
    """
    check_whole(length, "length", 1)
    check_whole(width, "width", 1)
    check_flag(renormalise, "renormalise")
    tau = 1.0 if temperature is None else temperature
    if not renormalise:
        read_number(tau, "temperature", above=True, finite=True, where=", unless renormalised")
    tokens, scores, states = np.empty((1, 0), np.intp), np.zeros(1), np.array([_state(model, prompt)])
    for _ in range(length):
        log_p = model.next_log_probabilities(states)
        step = log_softmax(log_p, tau) if renormalise else log_p  # 1/τ is a factor of all: it changes no order
        total = (scores[:, np.newaxis] + step).ravel()
        best = np.argsort(-total, kind="stable")[: min(width, np.isfinite(total).sum())]
        beam, token = np.divmod(best, log_p.shape[1])
        tokens, scores = np.column_stack([tokens[beam], token]), total[best]
        states = model.step(states[beam], token)
    return Beams(tokens, model.log_probability(tokens, prompt))


class TemperedSequences:
    """The distribution over whole texts that `sequence_temperature` returns."""

    def __init__(self, model, prompt, length, temperature):
        check_whole(length, "length", 1)
        self._model, self._start, self._length = model, _state(model, prompt), length
        self._logits, self._temperature = model.log_probabilities, temperature
        if temperature == math.inf:  # as if all were equally likely, at τ = 1
            self._logits, self._temperature = np.where(self._logits > -math.inf, 0.0, -math.inf), 1.0
        self._values = _values(self._logits, model.next_states, length - 1, self._temperature)

    def _step(self, states, left):
        """Return the logits of the next token where so many are left to write, to be used at the temperature."""
        return self._logits[states] + self._values[left - 1][self._model.next_states[states]]

    def sample(self, *, rng, batch=1):
        """Draw texts.

        Parameters
        ----------
        rng : numpy.random.Generator
            The source of randomness.
        batch : int, default 1
            How many.

        Returns
        -------
        ndarray of int
            Indices of tokens, without the prompt, shape ``(batch, length)``.

        Raises
        ------
        ValueError
            If `batch` is not a whole number of at least 1, or if `rng` is no generator.
        """
        check_whole(batch, "batch", 1)
        check_rng(rng)
        states, written = np.full(batch, self._start), np.empty((self._length, batch), np.intp)
        for left, drawn in zip(range(self._length, 0, -1), written, strict=True):
            visited, which = np.unique(states, return_inverse=True)
            cumulative = softmax(self._step(visited, left), self._temperature).cumsum(axis=-1)
            drawn[...] = draw(cumulative, which, rng)
            states = self._model.next_states[states, drawn]
        return written.T

    def log_probability(self, tokens):
        """Return the log-probability of texts under this distribution.

        Parameters
        ----------
        tokens : str, sequence of str, or array_like of int
            As for the model's `indices`, shape ``(..., length)``.

        Returns
        -------
        float or ndarray
            In nats, shape ``(...)``.

        Raises
        ------
        ValueError
            If the model does not know a word, or if the texts have another length.
        """
        indices = self._model.indices(tokens)
        if indices.shape[-1:] != (self._length,):
            got = indices.shape[-1] if indices.ndim else "a single one"
            raise ValueError(f"tokens must be {self._length}, got {got}")
        texts = indices.reshape(-1, self._length)
        states, total = np.full(len(texts), self._start), np.zeros(len(texts))
        for left, token in zip(range(self._length, 0, -1), texts.T, strict=True):
            visited, which = np.unique(states, return_inverse=True)
            total += log_softmax(self._step(visited, left), self._temperature)[which, token]
            states = self._model.next_states[states, token]
        return total.reshape(indices.shape[:-1])[()]

    def entropy(self):
        """Return the entropy of the whole text.

        Returns
        -------
        float
            In nats.
        """
        to_go = np.zeros(len(self._logits))
        for left in range(1, self._length + 1):
            now = np.empty_like(to_go)
            for block in _blocks(self._logits):
                p = softmax(self._step(block, left), self._temperature)
                now[block] = entropy(p) + (p * to_go[self._model.next_states[block]]).sum(axis=-1)
            to_go = now
        return float(to_go[self._start])


def sequence_temperature(model, prompt, length, temperature):
    r"""Return the distribution over whole texts at a temperature, exactly.

    .. math:: q(w_1 \ldots w_L) = \frac{p(w_1 \ldots w_L)^{1/\tau}}{\sum_{w'} p(w'_1 \ldots w'_L)^{1/\tau}}

    A temperature on each token is another distribution: it divides by a sum of its own at every step, and so
    forgets how good the ways on from a token are. Here they count, as the soft value

    .. math:: v_k(s) = \tau \log \sum_w \exp \frac{\log p(w \mid s) + v_{k-1}(s \cdot w)}{\tau}

    of k more tokens from state s: softmax of log p(w | s) + v(s·w) at τ is what comes next. At τ = 0 this is the
    recursion of `most_likely`.

    Parameters
    ----------
    model, prompt, length
        As for `most_likely`.
    temperature : float
        τ ≥ 0, 0 and ∞ included. At 0 it is the most likely text (should several tie, each step is shared evenly
        between the tokens that lead to one); at ∞ all texts that are possible are equally likely.

    Returns
    -------
    TemperedSequences
        It can be sampled, gives log-probabilities, and has an entropy.

    Raises
    ------
    ValueError
        As `greedy` does, or if the temperature is not one number of at least 0.
    TypeError
        If the temperature is not a real number.

    References
    ----------
    Shih, Sadigh, Ermon (2023), "Long horizon temperature scaling", who approximate it for large models.

    Examples
    --------
    >>> from tempcourse.language import MarkovModel
    >>> rows = {(): {"A": 0.6, "B": 0.4}, ("A",): {"x": 0.5, "y": 0.5}, ("B",): {"x": 1.0}}
    >>> tree = MarkovModel.from_rows(rows)
    >>> cold = sequence_temperature(tree, [], 2, temperature=0.5)
    >>> print(np.exp(cold.log_probability([["A", "x"], ["A", "y"], ["B", "x"]])).round(3))
    [0.265 0.265 0.471]
    >>> print(np.exp(tree.tempered(0.5).log_probability([["A", "x"], ["A", "y"], ["B", "x"]])).round(3))
    [0.346 0.346 0.308]
    """
    return TemperedSequences(model, prompt, length, read_temperature(temperature))


def _state(model, prompt):
    """Return the one state after a prompt."""
    shape = (len(prompt),) if isinstance(prompt, str) else read_array(prompt, "prompt").shape
    if len(shape) != 1:
        raise ValueError(f"prompt must be one row, got shape {shape}")
    return model.state(prompt)


def _values(logits, next_states, length, temperature):
    """Return the soft values of all states with 0 to `length` tokens to go, shape ``(length + 1, states)``."""
    values = np.zeros((length + 1, len(logits)))
    for k in range(1, length + 1):
        for block in _blocks(logits):
            z = logits[block] + values[k - 1][next_states[block]]
            values[k, block] = logsumexp(z, temperature) if temperature else z.max(axis=-1)  # the same, but faster
    return values


def _blocks(rows):
    """Return slices of rows that fit the cache."""
    step = max(1, BLOCK_SIZE // rows.shape[1])
    return (slice(i, i + step) for i in range(0, len(rows), step))
