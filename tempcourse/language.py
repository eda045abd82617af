r"""A language model small enough to see through: an n-gram model of the stories that were written for this course.

What comes next depends on the state, the last few tokens. A model is a table: for each state a row of
log-probabilities, which are its logits, and a row of next states, one a token. So all that a decoder asks of a
large language model can be asked of this one, and answered exactly.

Tokens are words and punctuation marks. Words are in lower case, but for names. A story ends with the token `END`,
and a prompt begins a story: the empty prompt is the state after `END`.
"""

import difflib
import re
import reprlib
from collections.abc import Mapping
from functools import cached_property
from importlib import resources
from itertools import chain

import numpy as np

from tempcourse._arguments import (
    check_rng,
    check_whole,
    read_array,
    read_distributions,
    read_list,
    read_temperature,
    refuse,
)
from tempcourse.decoding import draw, temper
from tempcourse.softmax import entropy, log_softmax, softmax

__all__ = ["END", "MarkovModel", "NGramModel", "load_stories", "tokenize"]

#: The token at the end of a story.
END = "<end>"

# The words that the stories write with a capital wherever they stand.
NAMES = frozenset(
    "Anna April August Bo I January Jon July June Mara March May Monday Otto Pim Sunday Tom Tuesday Wednesday".split()
)

# The last stories are held out.
HELD_OUT_STORIES = 5

# In n-grams, the place of a token before the beginning of the story.
NOTHING = -1

# Shares of time have converged when no more than this moves in a step.
STILL = 1e-8

TOKEN = re.compile(r"<end>|\w+(?:['’-]\w+)*|[^\w\s]")
OPENING, CLOSING = "“", "”"


def tokenize(text):
    """Return the tokens of a text: words, in lower case but for names, and punctuation marks.

    A straight quotation mark opens after a space or at the beginning, and closes elsewhere.

    Parameters
    ----------
    text : str
        Of one or more stories, or a part of one.

    Returns
    -------
    list of str
        The tokens.

    Raises
    ------
    TypeError
        If `text` is no text.

    Examples
    --------
    >>> tokenize('"We have a lamp," said Mara.')
    ['“', 'we', 'have', 'a', 'lamp', ',', '”', 'said', 'Mara', '.']
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, got {type(text).__name__}")
    text = re.sub(r'(?<!\S)"', OPENING, text).replace('"', CLOSING).replace("’", "'")
    return [_cased(token) for token in TOKEN.findall(text)]


def load_stories():
    """Return the tokens of the stories, those to train on and those held out.

    Returns
    -------
    training, held_out : list of str
        Each story ends with `END`. The last five stories are held out.

    Examples
    --------
    >>> training, held_out = load_stories()
    >>> print(*training[:11])
    the village stood between the hill and the sea . it
    """
    text = resources.files("tempcourse").joinpath("data/stories.txt").read_text(encoding="utf8")
    stories = [[*tokenize(story), END] for story in text.split("\n\n")]
    training, held_out = stories[:-HELD_OUT_STORIES], stories[-HELD_OUT_STORIES:]
    return list(chain.from_iterable(training)), list(chain.from_iterable(held_out))


class MarkovModel:
    """A model whose next token depends on a state, and whose state follows from the last state and token.

    A state stands for a context: the longest tuple of last tokens that the model has a row for. The context of no
    tokens is always among them. All four parameters are kept as attributes.

    Parameters
    ----------
    vocabulary : sequence of str
        The tokens, n of them.
    contexts : sequence of tuple of str
        The contexts of the states; the first is ``()``.
    log_probabilities : array_like
        Of the next token, in nats, shape ``(states, n)``.
    next_states : array_like of int
        Shape ``(states, n)``.

    Examples
    --------
    >>> tree = MarkovModel.from_rows({(): {"A": 0.6, "B": 0.4}, ("A",): {"x": 0.5, "y": 0.5}, ("B",): {"x": 1.0}})
    >>> print(np.exp([tree.log_probability(["A", "y"]), tree.log_probability(["B", "x"])]).round(3))
    [0.3 0.4]
    """

    def __init__(self, vocabulary, contexts, log_probabilities, next_states):
        self.vocabulary = tuple(vocabulary)
        self.contexts = tuple(contexts)
        self.log_probabilities = np.asarray(log_probabilities, np.float64)
        self.next_states = np.asarray(next_states, np.int32)

    @classmethod
    def from_rows(cls, rows):
        """Return a model from the probabilities of the next tokens, context by context.

        Parameters
        ----------
        rows : dict
            From contexts, tuples of tokens, to dicts from tokens to probabilities that sum to 1. The context ``()``
            is where a prompt begins, and what counts where no longer context fits.

        Returns
        -------
        MarkovModel
            Its vocabulary is in the order of first appearance.

        Raises
        ------
        ValueError
            If there is no context ``()``, or if a row is no map from tokens to probabilities that sum to 1.
        TypeError
            If a probability is no real number.
        """
        if not isinstance(rows, Mapping) or not all(isinstance(row, Mapping) for row in rows.values()):
            raise ValueError(f"rows must map contexts to maps from tokens to probabilities, got {reprlib.repr(rows)}")
        if () not in rows:
            raise ValueError(f"rows must hold the context (), got {list(rows)}")
        contexts = sorted(rows, key=len)
        vocabulary = list(dict.fromkeys(token for row in rows.values() for token in row))
        probabilities = np.array([[rows[context].get(token, 0.0) for token in vocabulary] for context in contexts])
        read_distributions(probabilities, "rows")
        state_of = {context: state for state, context in enumerate(contexts)}
        next_states = [[_longest(state_of, (*context, token)) for token in vocabulary] for context in contexts]
        with np.errstate(divide="ignore"):
            return cls(vocabulary, contexts, np.log(probabilities), next_states)

    def __repr__(self):
        return f"{type(self).__name__}: {len(self.contexts)} states, {len(self.vocabulary)} tokens"

    @cached_property
    def index(self):
        """The index of each token in the vocabulary, a dict."""
        return {token: i for i, token in enumerate(self.vocabulary)}

    @property
    def start(self):
        """The state at the beginning of a story, an int."""
        return int(self.next_states[0, self.index[END]]) if END in self.index else 0

    def indices(self, tokens):
        """Return tokens as their indices in the vocabulary.

        Parameters
        ----------
        tokens : str, sequence of str, or array_like of int
            A text, or tokens, or indices; tokens and indices may have any shape.

        Returns
        -------
        ndarray of int
            Shape ``(length,)`` for a text, otherwise that of `tokens`.

        Raises
        ------
        ValueError
            If the model does not know a word, or if an index is not of its vocabulary.
        """
        if isinstance(tokens, str):
            tokens = tokenize(tokens)
        array = read_array(tokens, "tokens")
        if array.size == 0:
            return array.astype(np.intp)
        if array.dtype.kind in "iu":
            last = len(self.vocabulary) - 1
            refuse(array, (array < 0) | (array > last), "tokens", f"from 0 to {last}")
            return array
        return np.array([self._index(token) for token in array.ravel().tolist()], np.intp).reshape(array.shape)

    def _rows(self, tokens, name, ndim=None):
        """Return tokens in rows as their indices, or in one row if `ndim` is 1."""
        indices = self.indices(tokens)
        if indices.ndim == 0 or indices.ndim != (ndim or indices.ndim):
            raise ValueError(f"{name} must be {'one row' if ndim else 'in rows'}, got shape {indices.shape}")
        return indices

    def _index(self, token):
        if not isinstance(token, str) or token not in self.index:
            near = difflib.get_close_matches(str(token), self.vocabulary)
            hint = f"; near to it are {', '.join(near)}" if near else ""
            raise ValueError(f"tokens must be words that the model knows, got {token!r}{hint}")
        return self.index[token]

    def state(self, context=""):
        """Return the state after tokens that begin a story.

        Parameters
        ----------
        context : str, sequence of str, or array_like of int
            The tokens so far, as for `indices`, shape ``(..., length)``.

        Returns
        -------
        int or ndarray of int
            Shape ``(...)``.

        Raises
        ------
        ValueError
            As `indices` does, or if the context is a single token, in no row.
        """
        indices = self._rows(context, "context")
        state = np.full(indices.shape[:-1], self.start)
        for token in np.moveaxis(indices, -1, 0):
            state = self.step(state, token)
        return state[()]

    def logits(self, context=""):
        """Return the log-probabilities of the next token, which are logits as good as any.

        Parameters
        ----------
        context : str, sequence of str, or array_like of int
            The tokens so far, as for `state`.

        Returns
        -------
        ndarray
            In nats, shape ``(..., n)``.

        Raises
        ------
        ValueError
            As `indices` does.
        """
        return self.next_log_probabilities(self.state(context)).copy()

    def next_log_probabilities(self, states):
        """Return the log-probabilities of the next token after states.

        Parameters
        ----------
        states : int or ndarray of int
            Shape ``(...)``, as `state` and `step` return them.

        Returns
        -------
        ndarray
            In nats, shape ``(..., n)``.
        """
        return self.log_probabilities[states]

    def step(self, states, tokens):
        """Return the states that follow when each is given one more token.

        Parameters
        ----------
        states : int or ndarray of int
            As for `next_log_probabilities`.
        tokens : int or ndarray of int
            Indices of tokens, one a state.

        Returns
        -------
        int or ndarray of int
            Shape ``(...)``.
        """
        return self.next_states[states, tokens]

    def log_probability(self, tokens, prompt=""):
        """Return the log-probability of tokens after a prompt.

        Parameters
        ----------
        tokens, prompt : str, sequence of str, or array_like of int
            As for `indices`; the shape of tokens may be ``(..., length)``.

        Returns
        -------
        float or ndarray
            In nats, shape ``(...)``.

        Raises
        ------
        ValueError
            As `indices` does, if a single token is in no row, or if the prompt is more than one.
        """
        indices = self._rows(tokens, "tokens")
        state = np.full(indices.shape[:-1], self.state(self._rows(prompt, "prompt", 1)))
        total = np.zeros(state.shape)
        for token in np.moveaxis(indices, -1, 0):
            total += self.log_probabilities[state, token]
            state = self.step(state, token)
        return total[()]

    def perplexity(self, tokens, prompt=""):
        r"""Return the perplexity of tokens: so many equally likely tokens would be as surprising.

        .. math:: \exp\left( -\frac{1}{L} \sum_t \log p(w_t \mid w_{<t}) \right)

        Parameters
        ----------
        tokens, prompt
            As for `log_probability`.

        Returns
        -------
        float or ndarray
            At least 1, shape ``(...)``.

        Raises
        ------
        ValueError
            As `log_probability` does, or if there are no tokens.
        """
        indices = self._rows(tokens, "tokens")
        if indices.shape[-1] == 0:
            raise ValueError("tokens must be at least one, got none")
        return np.exp(-self.log_probability(indices, prompt) / indices.shape[-1])

    def generate(self, prompt, length, *, temperature=1.0, filters=None, batch=1, rng):
        """Write on from a prompt, for a whole batch at once.

        A row of logits is divided by the temperature, then filtered, when its state is met for the first time; from
        then on a token is one search in a row of cumulative probabilities.

        Parameters
        ----------
        prompt : str, sequence of str, or array_like of int
            As for `state`.
        length : int
            How many tokens are written.
        temperature : float, default 1.0
            τ ≥ 0, 0 and ∞ included. At 0, tokens that tie for the largest probability share it.
        filters : callable, optional
            A function of logits of shape ``(rows, n)``, such as a `tempcourse.decoding.chain`, that treats each row
            for itself. It follows the temperature; for another order, put `tempcourse.decoding.temper` into the
            chain.
        batch : int, default 1
            How many texts are written.
        rng : numpy.random.Generator
            The source of randomness.

        Returns
        -------
        ndarray of int
            Indices of tokens, without the prompt, shape ``(batch, length)``.

        Raises
        ------
        ValueError
            As `indices` does; if the prompt is more than one row; if `length` is not a whole number of at least 0, or
            `batch` of at least 1; if the temperature is not one number of at least 0; or if `rng` is no generator.
        TypeError
            If the temperature is not a real number.
        """
        check_whole(length, "length", 0)
        check_whole(batch, "batch", 1)
        check_rng(rng)
        temperature = read_temperature(temperature)
        cumulative, ready = np.empty_like(self.log_probabilities), np.zeros(len(self.contexts), bool)
        states = np.full(batch, self.state(self._rows(prompt, "prompt", 1)))
        written = np.empty((length, batch), np.intp)
        for drawn in written:
            new = np.unique(states[~ready[states]])
            if new.size:
                logits = temper(self.log_probabilities[new], temperature)
                cumulative[new] = softmax(logits if filters is None else filters(logits)).cumsum(axis=-1)
                ready[new] = True
            drawn[...] = draw(cumulative, states, rng)
            states = self.step(states, drawn)
        return written.T

    def tempered(self, temperature):
        """Return the model whose next tokens are drawn at a temperature: a model as good as this one.

        Parameters
        ----------
        temperature : float
            τ ≥ 0, 0 and ∞ included.

        Returns
        -------
        MarkovModel
            Of the same states and vocabulary.

        Raises
        ------
        ValueError
            If the temperature is not one number of at least 0.
        TypeError
            If the temperature is not a real number.
        """
        tempered = log_softmax(self.log_probabilities, read_temperature(temperature))
        return MarkovModel(self.vocabulary, self.contexts, tempered, self.next_states)

    def entropy_rate(self):
        r"""Return the entropy of the next token, averaged over a text without end.

        .. math:: \sum_s \pi_s H(p(\cdot \mid s))

        where π is how much of the time is spent in each state in the long run, when a text begins at the beginning.

        Returns
        -------
        float
            In nats a token, to about seven digits.

        Examples
        --------
        >>> coin = MarkovModel.from_rows({(): {"heads": 0.5, "tails": 0.5}})
        >>> print(round(coin.entropy_rate() / np.log(2), 6))
        1.0
        """
        p = np.exp(self.log_probabilities)
        return float(self._long_run(p) @ entropy(p))

    def _long_run(self, p):
        """Return the share of time in each state: what a step leaves as it is.

        One step in four is left out, which changes nothing in the long run, and no period is left. Most tokens lead
        where they lead from the first state: their flow is a product of a vector and a matrix, and only that of the
        others is added up one by one.
        """
        usual = self.next_states[0]
        states, tokens = np.nonzero(self.next_states != usual)
        targets, flows = self.next_states[states, tokens], p[states, tokens]
        p = p.copy()
        p[states, tokens] = 0
        share, moved = np.zeros(len(p)), 1.0
        share[self.start] = 1
        while moved > STILL:
            step = np.bincount(usual, share @ p, len(p)) + np.bincount(targets, share[states] * flows, len(p))
            share, moved = (share + 3 * step) / 4, abs(step - share).sum()
        return share

    def text(self, tokens, prompt=""):
        """Return tokens as text, after their prompt: a capital begins a sentence, no space comes before a comma.

        Parameters
        ----------
        tokens, prompt : str, sequence of str, or array_like of int
            As for `indices`, shape ``(length,)``.

        Returns
        -------
        str
            A new paragraph follows `END`.

        Raises
        ------
        ValueError
            As `indices` does, or if there is more than one row.

        Examples
        --------
        >>> model = NGramModel.fit(tokenize('"Good night," said Tom. He slept.'), 2)
        >>> print(model.text(["“", "good", "night", ".", "”", "he", "slept", "."]))
        “Good night.” He slept.
        """
        indices = (*self._rows(prompt, "prompt", 1), *self._rows(tokens, "tokens", 1))
        return _written([self.vocabulary[index] for index in indices])


class NGramModel(MarkovModel):
    r"""An n-gram model: the next token depends on the last order − 1 tokens of the story.

    With c(h, w) the count of token w after context h, c(h) their sum, and t(h) the number of different tokens seen
    after h, Witten–Bell interpolation gives

    .. math:: p(w \mid h) = \frac{c(h, w) + t(h)\, p(w \mid h')}{c(h) + t(h)}

    where h' is h without its first token, and below the empty context all tokens are equally likely. A context
    that was never seen has the row of the longest end of it that was. So the states are the contexts seen.

    Parameters
    ----------
    vocabulary : sequence of str
        The tokens, n of them.
    ngrams : array_like of int
        The different n-grams, as indices, shape ``(m, order)``, with −1 for what lies before a story.
    counts : array_like of int
        How often each was seen, shape ``(m,)``.

    References
    ----------
    Witten, Bell (1991), "The zero-frequency problem"; Chen, Goodman (1999), "An empirical study of smoothing
    techniques for language modeling".

    Examples
    --------
    >>> training, held_out = load_stories()
    >>> model = NGramModel.fit(training, 3, vocabulary=training + held_out)
    >>> model
    NGramModel: 6823 states, 820 tokens
    >>> written = model.generate("Old Jon", 9, temperature=0.5, rng=np.random.default_rng(0))
    >>> print(model.text(written[0], prompt="Old Jon"))
    Old Jon had a bag,” said the teacher.
    """

    def __init__(self, vocabulary, ngrams, counts):
        self.ngrams, self.counts = np.asarray(ngrams, np.int32), np.asarray(counts, np.int32)
        contexts, probabilities, next_states = _automaton(len(vocabulary), self.ngrams, self.counts)
        contexts = [tuple(vocabulary[index] for index in context) for context in contexts]
        super().__init__(vocabulary, contexts, np.log(probabilities, out=probabilities), next_states)

    @property
    def order(self):
        """How many tokens an n-gram has, an int."""
        return self.ngrams.shape[1]

    @classmethod
    def fit(cls, tokens, order, *, vocabulary=None):
        """Count the n-grams of a text.

        Parameters
        ----------
        tokens : sequence of str
            As `tokenize` and `load_stories` return them.
        order : int
            At least 1; 1 is no context at all.
        vocabulary : iterable of str, optional
            What the model knows, each as often as you like; the default is the tokens.

        Returns
        -------
        NGramModel
            Its table takes 12 bytes a state and token: for the stories at order 3, 67 MB.

        Raises
        ------
        ValueError
            If `order` is not a whole number of at least 1, if tokens or vocabulary are no sequence of texts, if there
            are no tokens, or if the vocabulary lacks one.
        """
        check_whole(order, "order", 1)
        tokens = _texts(tokens, "tokens")
        if not tokens:
            raise ValueError("tokens must be at least one, got none")
        vocabulary = sorted({END, *(tokens if vocabulary is None else _texts(vocabulary, "vocabulary"))})
        index = {token: i for i, token in enumerate(vocabulary)}
        missing = [token for token in tokens if token not in index]
        if missing:
            raise ValueError(f"vocabulary must hold all tokens, but lacks {missing[0]!r}")
        windows = _windows(np.array([index[token] for token in tokens]), order, index[END])
        return cls(vocabulary, *np.unique(windows, axis=0, return_counts=True))

    def save(self, path):
        """Write the vocabulary and the counts to one file, in NumPy's npz format.

        Parameters
        ----------
        path : str or path-like
            The file, written over if it exists.
        """
        with open(path, "wb") as file:
            np.savez_compressed(file, vocabulary=np.array(self.vocabulary), ngrams=self.ngrams, counts=self.counts)

    @classmethod
    def load(cls, path):
        """Return the model that `save` wrote.

        Parameters
        ----------
        path : str or path-like
            The file. No code in it is ever run.

        Returns
        -------
        NGramModel
            The same to the last digit.
        """
        with np.load(path, allow_pickle=False) as file:
            return cls(file["vocabulary"].tolist(), file["ngrams"], file["counts"])


def _texts(tokens, name):
    """Return tokens as a list of texts."""
    tokens = read_list(tokens, name, "texts")
    wrong = [token for token in tokens if not isinstance(token, str)]
    if wrong:
        raise ValueError(f"{name} must be a sequence of texts, got {reprlib.repr(wrong[0])} in it")
    return tokens


def _cased(token):
    """Return a word in lower case, unless it or what comes before its apostrophe is a name."""
    word = token.lower()
    name = word.capitalize()
    return name if name.split("'")[0] in NAMES else word


def _longest(state_of, context):
    """Return the state of the longest end of a context that has one."""
    return next(state_of[context[i:]] for i in range(len(context) + 1) if context[i:] in state_of)


def _windows(indices, order, end):
    """Return each token with the order − 1 before it that are of its story, or the end of the last story.

    Shape ``(tokens, order)``; what lies before is `NOTHING`.
    """
    stream = np.concatenate([np.full(order - 1, NOTHING), indices])
    if order > 1:
        stream[order - 2] = end
    windows = np.lib.stride_tricks.sliding_window_view(stream, order).copy()
    for place in range(order - 3, -1, -1):
        over = (windows[:, place + 1] == end) | (windows[:, place + 1] == NOTHING)
        windows[over, place] = NOTHING
    return windows


def _automaton(n, ngrams, counts):
    """Return the contexts of an n-gram model over n tokens, shortest first, their probabilities and next states."""
    order = ngrams.shape[1]
    state_of, probabilities, next_states = {}, np.full((1, n), 1 / n), np.zeros((1, n), np.int32)
    for length in range(order):
        seen = ngrams[:, order - 1 - length :]
        inside = (seen != NOTHING).all(axis=1)
        contexts, which = _different_rows(seen[inside, :-1])
        table = np.zeros((len(contexts), n))
        np.add.at(table, (which, seen[inside, -1]), counts[inside])
        shorter = [state_of.get(context[1:], 0) for context in contexts]  # at first, row 0 is all alike
        kinds = (table > 0).sum(axis=1, keepdims=True)
        rows = (table + kinds * probabilities[shorter]) / (table.sum(axis=1, keepdims=True) + kinds)
        if length == 0:
            state_of, probabilities = {(): 0}, rows
            continue
        for state, context in enumerate(contexts, start=len(state_of)):
            state_of[context] = state
            next_states[state_of[context[:-1]], context[-1]] = state
        probabilities = np.concatenate([probabilities, rows])
        next_states = np.concatenate([next_states, next_states[shorter]])
    return list(state_of), probabilities, next_states


def _different_rows(rows):
    """Return the different rows of an array as tuples, and which of them each row is."""
    if rows.shape[1] == 0:
        return [()], np.zeros(len(rows), np.intp)
    different, which = np.unique(rows, axis=0, return_inverse=True)
    return list(map(tuple, different.tolist())), which


def _written(words):
    """Return words as text."""
    text, capital = "", True
    for word in words:
        if word == END:
            text, capital = text + "\n\n", True
            continue
        if text and text[-1] not in "\n" + OPENING and word not in ",.;:?!" + CLOSING:
            text += " "
        if word == OPENING:
            capital = capital or not text.endswith(", ")
        elif word == CLOSING:
            capital = text.endswith(".")
        else:
            word, capital = word[0].upper() + word[1:] if capital else word, word in ".?!"
        text += word
    return text
