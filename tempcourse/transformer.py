r"""A real language model in NumPy, to be read: SmolLM2-135M-Instruct, with 30 layers and 49,152 tokens.

A text is cut into tokens, and each token is looked up as a vector x of 576 numbers. Every layer adds two terms to each
of the vectors: what attention fetches from this one and those before it, and what a small network makes of it alone,

.. math:: x \leftarrow x + \operatorname{attention}(\operatorname{norm}(x)), \qquad
          x \leftarrow x + \operatorname{network}(\operatorname{norm}(x))

and the logits of the next token are the products of the last vector with those of all tokens. The architecture is
Llama's: RMS norm, rotary positions, query heads in groups that share keys and values, SwiGLU.

The weights are in a file of their own, which is no part of this package: `make model`, in the folder of the course,
fetches it. `gguf` reads it, and `tokenizers` cuts texts; both come with ``pip install "tempcourse[model]"``.

References
----------
Ben Allal et al. (2025), "SmolLM2: when smol goes big"; Zhang, Sennrich (2019), "Root mean square layer normalization";
Su et al. (2021), "RoFormer"; Ainslie et al. (2023), "GQA"; Shazeer (2020), "GLU variants improve transformer".
"""

import json
import os
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tempcourse._arguments import check_rng, check_whole, read_array, read_temperature, refuse
from tempcourse.decoding import draw, temper
from tempcourse.softmax import log_softmax, softmax

__all__ = ["END", "State", "Transformer", "load_transformer", "model_path"]

#: The token between two documents; it is read as the prompt where there is none.
END = "<|endoftext|>"

# The file that holds the model.
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"

# A text is read in pieces of so many tokens: attention has a number for each pair of them.
PIECE = 256


@dataclass(frozen=True)
class Layer:
    """The weights of one layer: each matrix holds a row for each number that it makes."""

    attention_norm: np.ndarray
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    output: np.ndarray
    network_norm: np.ndarray
    gate: np.ndarray
    up: np.ndarray
    down: np.ndarray


@dataclass(frozen=True)
class Settings:
    """The numbers of a model that its weights do not show."""

    heads: int
    groups: int  # of heads, each with keys and values of its own
    base: float  # of the rotary positions
    epsilon: float  # of the norms
    longest: int  # text that it can read, in tokens


class Memory:
    """The keys and values of the tokens so far, of each text of a batch, so that none is computed twice."""

    def __init__(self, layers, batch, groups, capacity, width):
        self.keys = np.empty((layers, batch, groups, capacity, width), np.float32)
        self.values = np.empty_like(self.keys)
        self.length = 0

    @classmethod
    def joined(cls, memories, room, copies=1):
        """Return the memory of all texts of some memories, each so many times, with room for more tokens."""
        layers, _, groups, _, width = memories[0].keys.shape
        length = memories[0].length
        whole = cls(layers, len(memories) * copies, groups, length + room, width)
        for i, memory in enumerate(memories):
            rows = slice(i * copies, (i + 1) * copies)
            whole.keys[:, rows, :, :length] = memory.keys[:, :, :, :length]
            whole.values[:, rows, :, :length] = memory.values[:, :, :, :length]
        whole.length = length
        return whole

    def of(self, i):
        """Return the memory of one of the texts."""
        one = Memory.__new__(Memory)
        one.keys, one.values, one.length = self.keys[:, i : i + 1], self.values[:, i : i + 1], self.length
        return one


@dataclass(frozen=True, eq=False)
class State:
    """What a model knows after one text, as `Transformer.state` and `Transformer.step` return it."""

    #: The keys and values of its tokens.
    memory: Memory
    #: The log-probabilities of the next token, in nats, shape (n,).
    log_probabilities: np.ndarray


def linear(x, weights):
    """Return W x for each of many vectors, in one product of matrices."""
    return (x.reshape(-1, x.shape[-1]) @ weights.T).reshape(*x.shape[:-1], -1)


def rms_norm(x, weights, epsilon):
    r"""Return :math:`w \odot x / \sqrt{\overline{x^2} + \varepsilon}`: vectors of one length, whatever theirs was."""
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(epsilon)) * weights


def rotary(positions, width, base):
    r"""Return the turns :math:`e^{i m \theta_j}`, :math:`\theta_j = b^{-2j/d}`, a row for each position m."""
    return np.exp(1j * np.outer(positions, base ** (-np.arange(0, width, 2) / width))).astype(np.complex64)


def rotate(x, turns):
    """Turn each pair of numbers in its plane, so that products of two vectors see how far apart their places are."""
    return (np.ascontiguousarray(x).view(np.complex64) * turns).view(np.float32)


def attention_logits(queries, keys):
    r"""Return :math:`q \cdot k / \sqrt{d}`, and −∞ where the key comes after the query.

    Shapes ``(..., n, d)`` and ``(..., m, d)`` give ``(..., n, m)``; the queries are of the last n of the m places.
    """
    n, m = queries.shape[-2], keys.shape[-2]
    logits = queries @ np.swapaxes(keys, -1, -2) / np.float32(np.sqrt(queries.shape[-1]))
    return np.where(np.arange(m) > np.arange(m - n, m)[:, np.newaxis], np.float32(-np.inf), logits)


def swiglu(x, layer, linear=linear):
    r"""Return :math:`W_d \left( \operatorname{silu}(W_g x) \odot W_u x \right)`, with silu(g) = g / (1 + e^{−g})."""
    gate = linear(x, layer.gate)
    return linear(gate / (1 + np.exp(-gate)) * linear(x, layer.up), layer.down)


class Transformer:
    """SmolLM2-135M-Instruct, or another small model of Llama's architecture; `load_transformer` returns it.

    It is asked as the models of `tempcourse.language` are. A token is an index from 0 to n − 1, and a text stands for
    its tokens. There is no beginning of a text among them: an empty prompt is read as the token `END`.

    Parameters
    ----------
    settings : Settings
        What the weights do not show.
    embedding : ndarray
        A vector for each token, shape ``(n, width)``; the logits come from the same.
    layers : sequence of Layer
        In the order in which they are gone through.
    norm : ndarray
        The weights of the last norm, shape ``(width,)``.
    tokenizer : tokenizers.Tokenizer
        What cuts a text into tokens.
    activations : callable, optional
        What is made of vectors before they meet a matrix of weights, as `rounded` says.
    """

    def __init__(self, settings, embedding, layers, norm, tokenizer, activations=None):
        self.settings, self.embedding, self.layers, self.norm = settings, embedding, tuple(layers), norm
        self.tokenizer, self.activations = tokenizer, activations

    def __repr__(self):
        return f"{type(self).__name__}: {len(self.layers)} layers, {len(self.embedding)} tokens"

    @cached_property
    def vocabulary(self):
        """The text of each token, a tuple; what is a part of a character only is shown as �."""
        return tuple(self.tokenizer.decode_batch([[i] for i in range(len(self.embedding))], skip_special_tokens=False))

    def encode(self, text):
        """Return the tokens of a text.

        Parameters
        ----------
        text : str
            Any; the names of special tokens, such as `END`, stand for these.

        Returns
        -------
        ndarray of int
            Shape ``(length,)``.

        Raises
        ------
        TypeError
            If `text` is no text.
        """
        if not isinstance(text, str):
            raise TypeError(f"text must be a str, got {type(text).__name__}")
        return np.array(self.tokenizer.encode(text).ids, np.intp)

    def decode(self, tokens):
        """Return the text of tokens.

        Parameters
        ----------
        tokens : array_like of int
            Shape ``(length,)``.

        Returns
        -------
        str
            Where the tokens are those of a text, that text.

        Raises
        ------
        ValueError
            If the tokens are not one row of indices of the vocabulary.
        """
        return self.tokenizer.decode(self._row(tokens, "tokens").tolist(), skip_special_tokens=False)

    def rounded(self, weights=None, activations=None):
        """Return the same model in another arithmetic, such as one of fewer bits.

        Parameters
        ----------
        weights, activations : callable, optional
            What is made of each matrix of weights, once, and of the vectors that are about to meet one: functions of
            an array of float32 that return one of the same shape.

        Returns
        -------
        Transformer
        """
        embedding, layers = self.embedding, self.layers
        if weights is not None:
            embedding, layers = weights(embedding), [_rounded(layer, weights) for layer in layers]
        return Transformer(self.settings, embedding, layers, self.norm, self.tokenizer, activations)

    def chat(self, message):
        """Return a message in the format of the model's chats, for it to write the answer."""
        system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
        turns = [("system", system), ("user", message)]
        said = "".join(f"<|im_start|>{who}\n{what}<|im_end|>\n" for who, what in turns)
        return f"{said}<|im_start|>assistant\n"

    def logits(self, tokens, *, attention_temperature=1.0):
        """Return the logits of what follows each of the tokens.

        Parameters
        ----------
        tokens : str or array_like of int
            Shape ``(..., length)``.
        attention_temperature : float, default 1.0
            What the logits of all attention are divided by, 0 and ∞ included.

        Returns
        -------
        ndarray of float32
            Shape ``(..., length, n)``: with 49,152 tokens, 197 kB for each.

        Raises
        ------
        ValueError
            If the tokens are not rows of indices of the vocabulary, if there are none or too many for the model to
            read, or if the temperature is not one number of at least 0.
        TypeError
            If the temperature is not a real number.
        """
        tau, tokens = read_temperature(attention_temperature, "attention_temperature"), self._rows(tokens, "tokens")
        rows = tokens.reshape(-1, tokens.shape[-1])
        memory = self._memory(*rows.shape)
        pieces = [self._linear(hidden, self.embedding) for hidden in self._read(rows, memory, tau)]
        return np.concatenate(pieces, axis=1).reshape(*tokens.shape, -1)

    def attention(self, tokens):
        """Return how much each token attends to each: the weights of all heads in all layers.

        Parameters
        ----------
        tokens : str or array_like of int
            Shape ``(length,)``.

        Returns
        -------
        ndarray of float32
            Shape ``(layers, heads, length, length)``; each row of the last axis sums to 1, over its own token and
            those before.

        Raises
        ------
        ValueError
            As `logits` does, or if there is more than one row.
        """
        tokens, weights = self._row(self._rows(tokens, "tokens"), "tokens"), []
        self._hidden(tokens[np.newaxis], self._memory(1, len(tokens)), 1.0, weights)
        return np.concatenate(weights)

    def state(self, prompt=""):
        """Return the state after a prompt, for `next_log_probabilities` and `step`.

        Parameters
        ----------
        prompt : str or array_like of int
            Shape ``(length,)``; the empty one is read as `END`.

        Returns
        -------
        State

        Raises
        ------
        ValueError
            As `logits` does, or if there is more than one row.
        """
        tokens = self._prompt(prompt)[np.newaxis]
        memory = self._memory(*tokens.shape)
        *_, last = self._read(tokens, memory)
        return State(memory, self._log_probabilities(last[:, -1])[0])

    def next_log_probabilities(self, states):
        """Return the log-probabilities of the next token after states.

        Parameters
        ----------
        states : State or ndarray of State
            Shape ``(...)``.

        Returns
        -------
        ndarray
            In nats, shape ``(..., n)``.
        """
        if isinstance(states, State):
            return states.log_probabilities
        return np.stack([state.log_probabilities for state in states.ravel()]).reshape(*states.shape, -1)

    def step(self, states, tokens):
        """Return the states that follow when each is given one more token.

        Parameters
        ----------
        states : State or ndarray of State
            After texts of the same length, shape ``(...)``.
        tokens : int or ndarray of int
            One a state.

        Returns
        -------
        State or ndarray of State
            Shape ``(...)``.

        Raises
        ------
        ValueError
            As `logits` does, or if the texts differ in length.
        """
        each = [states] if isinstance(states, State) else states.ravel().tolist()
        lengths = {state.memory.length for state in each}
        if len(lengths) > 1:
            raise ValueError(f"states must be after texts of the same length, got lengths {sorted(lengths)}")
        tokens = self._indices(tokens, "tokens")
        if tokens.size != len(each):
            raise ValueError(f"tokens must be one a state, of which there are {len(each)}, got {tokens.size}")
        memory = Memory.joined([state.memory for state in each], room=1)
        self._check_length(memory.length + 1, "states and tokens")
        hidden = self._hidden(tokens.reshape(-1, 1), memory)
        after = self._log_probabilities(hidden[:, -1])
        following = np.empty(len(each), object)
        following[:] = [State(memory.of(i), row) for i, row in enumerate(after)]
        return following[0] if isinstance(states, State) else following.reshape(states.shape)

    def log_probability(self, tokens, prompt=""):
        """Return the log-probability of tokens after a prompt.

        Parameters
        ----------
        tokens, prompt : str or array_like of int
            The shape of tokens may be ``(..., length)``. The two are cut into tokens each for itself.

        Returns
        -------
        float or ndarray
            In nats, shape ``(...)``.

        Raises
        ------
        ValueError
            As `logits` does, or if the prompt is more than one row.
        """
        return self.log_probabilities(tokens, prompt).sum(axis=-1)[()]

    def log_probabilities(self, tokens, prompt="", *, attention_temperature=1.0):
        """Return the log-probability of each of the tokens after a prompt and the tokens before it.

        Parameters
        ----------
        tokens, prompt
            As for `log_probability`.
        attention_temperature : float, default 1.0
            As for `logits`.

        Returns
        -------
        ndarray
            In nats, shape ``(..., length)``.

        Raises
        ------
        ValueError
            As `log_probability` does, or if the temperature is not one number of at least 0.
        TypeError
            If the temperature is not a real number.
        """
        tau = read_temperature(attention_temperature, "attention_temperature")
        tokens, before = self._rows(tokens, "tokens"), self._prompt(prompt)
        rows = tokens.reshape(-1, tokens.shape[-1])
        whole = np.concatenate([np.broadcast_to(before, (len(rows), len(before))), rows], axis=1)
        memory, found = self._memory(*whole.shape), []
        for hidden in self._read(whole[:, :-1], memory, tau):
            done = sum(piece.shape[1] for piece in found)
            following = whole[:, 1 + done : 1 + done + hidden.shape[1]]
            log_p = self._log_probabilities(hidden)
            found.append(np.take_along_axis(log_p, following[..., np.newaxis], axis=-1)[..., 0])
        return np.concatenate(found, axis=1)[:, len(before) - 1 :].reshape(tokens.shape)

    def perplexity(self, tokens, prompt=""):
        """Return the perplexity of tokens: so many equally likely tokens would be as surprising.

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
            As `log_probability` does.
        """
        return np.exp(-self.log_probabilities(tokens, prompt).mean(axis=-1))[()]

    def generate(self, prompt, length, *, temperature=1.0, filters=None, batch=1, rng):
        """Write on from a prompt, for a whole batch at once.

        Parameters
        ----------
        prompt : str or array_like of int
            As for `state`.
        length : int
            How many tokens are written.
        temperature : float, default 1.0
            τ ≥ 0, 0 and ∞ included.
        filters : callable, optional
            A function of logits of shape ``(batch, n)``, such as a `tempcourse.decoding.chain`, that treats each row
            for itself. It follows the temperature.
        batch : int, default 1
            How many texts are written.
        rng : numpy.random.Generator
            The source of randomness.

        Returns
        -------
        ndarray of int
            The tokens, without the prompt, shape ``(batch, length)``.

        Raises
        ------
        ValueError
            As `state` does; if `length` is not a whole number of at least 0, or `batch` of at least 1; if the
            temperature is not one number of at least 0; or if `rng` is no generator.
        TypeError
            If the temperature is not a real number.
        """
        check_whole(length, "length", 0)
        check_whole(batch, "batch", 1)
        check_rng(rng)
        temperature, state = read_temperature(temperature), self.state(prompt)
        self._check_length(state.memory.length + length, "prompt and length")
        memory = Memory.joined([state.memory], room=length, copies=batch)
        log_p = np.broadcast_to(state.log_probabilities, (batch, len(self.embedding)))
        written = np.empty((length, batch), np.intp)
        for i, drawn in enumerate(written):
            logits = temper(log_p, temperature)
            p = softmax(logits if filters is None else filters(logits))
            drawn[...] = draw(p.cumsum(axis=-1), np.arange(batch), rng)
            if i < length - 1:
                log_p = self._log_probabilities(self._hidden(drawn[:, np.newaxis], memory)[:, -1])
        return written.T

    def _hidden(self, tokens, memory, tau=1.0, seen=None):
        """Return the vectors that the logits come from, shape ``(batch, length, width)``; the memory grows by them."""
        epsilon, width = self.settings.epsilon, memory.keys.shape[-1]
        now = slice(memory.length, memory.length + tokens.shape[1])
        turns = rotary(np.arange(now.start, now.stop), width, self.settings.base)
        x = self.embedding[tokens]
        for layer, keys, values in zip(self.layers, memory.keys, memory.values, strict=True):
            y = rms_norm(x, layer.attention_norm, epsilon)
            keys[:, :, now] = rotate(_in_heads(self._linear(y, layer.key), width), turns)
            values[:, :, now] = _in_heads(self._linear(y, layer.value), width)
            queries = rotate(_in_heads(self._linear(y, layer.query), width), turns)
            weights, fetched = self._attend(queries, keys[:, :, : now.stop], values[:, :, : now.stop], tau)
            if seen is not None:
                seen.append(weights)
            x = x + self._linear(fetched, layer.output)
            x = x + swiglu(rms_norm(x, layer.network_norm, epsilon), layer, self._linear)
        memory.length = now.stop
        return rms_norm(x, self.norm, epsilon)

    def _linear(self, x, weights):
        """Return W x in the model's arithmetic."""
        return linear(x if self.activations is None else self.activations(x), weights)

    def _attend(self, queries, keys, values, tau):
        """Return the weights of each head, and what they fetch: the means of the values that they weigh.

        The heads of a group share keys and values: shapes ``(batch, heads, n, d)`` and ``(batch, groups, m, d)`` give
        ``(batch, heads, n, m)`` and ``(batch, n, heads × d)``.
        """
        batch, heads, n, width = queries.shape
        grouped = queries.reshape(batch, self.settings.groups, -1, n, width)
        weights = softmax(attention_logits(grouped, keys[:, :, np.newaxis]), tau)
        fetched = (weights @ values[:, :, np.newaxis]).reshape(batch, heads, n, width)
        return weights.reshape(batch, heads, n, -1), fetched.swapaxes(1, 2).reshape(batch, n, -1)

    def _read(self, tokens, memory, tau=1.0):
        """Read tokens of shape ``(batch, length)`` piece by piece, and yield `_hidden` of each."""
        for start in range(0, tokens.shape[1], PIECE):
            yield self._hidden(tokens[:, start : start + PIECE], memory, tau)

    def _log_probabilities(self, hidden):
        """Return the log-probabilities of what follows, in the precision of the course's other models."""
        return log_softmax(self._linear(hidden, self.embedding).astype(np.float64))

    def _memory(self, batch, capacity):
        """Return an empty memory."""
        width = self.embedding.shape[1] // self.settings.heads
        return Memory(len(self.layers), batch, self.settings.groups, capacity, width)

    def _indices(self, tokens, name):
        """Return tokens as indices of the vocabulary, in the shape that they have, perhaps none."""
        tokens = self.encode(tokens) if isinstance(tokens, str) else read_array(tokens, name)
        if tokens.size == 0:
            return np.empty(tokens.shape, np.intp)
        if tokens.dtype.kind not in "iu":
            raise ValueError(f"{name} must be a text or indices of tokens, got {tokens.dtype}")
        last = len(self.embedding) - 1
        refuse(tokens, (tokens < 0) | (tokens > last), name, f"from 0 to {last}")
        return tokens

    def _rows(self, tokens, name):
        """Return tokens in rows, at least one in each."""
        tokens = self._indices(tokens, name)
        if tokens.size == 0:
            raise ValueError(f"{name} must be at least one, got none")
        if tokens.ndim == 0:
            raise ValueError(f"{name} must be in rows, got shape ()")
        self._check_length(tokens.shape[-1], name)
        return tokens

    def _row(self, tokens, name):
        """Return tokens that are one row, perhaps of none."""
        tokens = self._indices(tokens, name)
        if tokens.ndim != 1:
            raise ValueError(f"{name} must be one row, got shape {tokens.shape}")
        self._check_length(tokens.size, name)
        return tokens

    def _prompt(self, prompt):
        """Return the tokens of a prompt, one row, in which the empty one is `END`."""
        tokens = self._row(prompt, "prompt")
        return tokens if tokens.size else self.encode(END)

    def _check_length(self, length, name):
        """Refuse what is longer than the model was made for."""
        if length > self.settings.longest:
            raise ValueError(f"{name} must be at most {self.settings.longest} tokens, got {length}")


def _rounded(layer, weights):
    """Return a layer whose matrices, but not its norms, went through a function."""
    return Layer(**{name: weights(value) if value.ndim > 1 else value for name, value in vars(layer).items()})


def _in_heads(x, width):
    """Return vectors cut into heads, shape ``(batch, heads, length, width)`` of ``(batch, length, heads × width)``."""
    return x.reshape(*x.shape[:2], -1, width).swapaxes(1, 2)


def model_path(path=None):
    """Return where the model's file is: as given, as `TEMPCOURSE_MODEL` says, or where `make model` puts it.

    Parameters
    ----------
    path : str or path-like, optional
        The file.

    Returns
    -------
    pathlib.Path
        Of a file that may not exist.

    Raises
    ------
    TypeError
        If `path` is neither a str nor a path.

    Examples
    --------
    >>> model_path("models/another.gguf").name
    'another.gguf'
    """
    if path is not None and not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a str or a path, got {type(path).__name__}")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(path or os.environ.get("TEMPCOURSE_MODEL") or cache / "tempcourse" / FILE)


def load_transformer(path=None):
    """Return the model.

    The first time, its weights are computed from the four bits each that the file holds; they are kept beside it, in
    a file of 539 MB, if that folder can be written to.

    Parameters
    ----------
    path : str or path-like, optional
        The file; by default as `model_path` says.

    Returns
    -------
    Transformer
        Its weights are float32, 538 MB.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TypeError
        If `path` is neither a str nor a path.
    ValueError
        If the file is no GGUF file of a model of Llama's architecture.
    ImportError
        If `gguf` or `tokenizers` is not installed.

    Examples
    --------
    >>> model = load_transformer()
    >>> p = softmax(model.logits("The cat sat on the")[-1])
    >>> print([(model.decode([i]), round(100 * float(p[i]), 1)) for i in (-p).argsort()[:3]])
    [(' cat', 7.1), (' moon', 5.0), (' cou', 3.8)]
    """
    path = model_path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"path must be that of the model, which is not at {path}: `make model`, in the course's folder, fetches it "
            f"(98 MB); or let the variable TEMPCOURSE_MODEL say where {FILE} is"
        )
    for needed in ("gguf", "tokenizers"):
        if find_spec(needed) is None:
            raise ImportError(f"{needed} is not installed: pip install {needed} (the extra `model` brings both)")
    kept = path.with_suffix(".float32.npz")
    if not kept.exists() or kept.stat().st_mtime < path.stat().st_mtime:
        parts = _read_gguf(path)
        _keep(parts, kept)
    else:
        with np.load(kept, allow_pickle=False) as file:
            parts = {name: file[name] for name in file.files}
    return _assembled(parts)


# What a layer's weights are called in GGUF.
GGUF_NAMES = {
    "attention_norm": "attn_norm",
    "query": "attn_q",
    "key": "attn_k",
    "value": "attn_v",
    "output": "attn_output",
    "network_norm": "ffn_norm",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


def _read_gguf(path):
    """Return all that a model is made of, by name: its weights, and as JSON its settings and its tokenizer."""
    from gguf import GGUFReader
    from gguf.quants import dequantize

    try:
        reader = GGUFReader(path)
        told = {name.split(".", 1)[1]: field for name, field in reader.fields.items() if name[:5] != "GGUF."}
        settings = Settings(
            heads=told["attention.head_count"].contents(),
            groups=told["attention.head_count_kv"].contents(),
            base=told["rope.freq_base"].contents(),
            epsilon=told["attention.layer_norm_rms_epsilon"].contents(),
            longest=told["context_length"].contents(),
        )
        tokenizer = _tokenizer(*(told[f"ggml.{name}"].contents() for name in ("tokens", "merges", "token_type")))
    except (KeyError, ValueError) as error:
        raise ValueError(f"path must be a GGUF file of a model of Llama's architecture, got {path}: {error}") from error
    parts = {tensor.name: dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
    return parts | {"settings": json.dumps(asdict(settings)), "tokenizer": tokenizer.to_str()}


def _tokenizer(tokens, merges, kinds):
    """Return what cuts texts as the model was trained to read them: digits one by one, all else as bytes."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [tuple(merge.split(" ")) for merge in merges]))
    steps = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Sequence(steps), decoders.ByteLevel()
    control = [AddedToken(token, special=True) for token, kind in zip(tokens, kinds, strict=True) if kind == 3]
    tokenizer.add_special_tokens(control)
    return tokenizer


def _keep(parts, path):
    """Write the parts of a model to a file, whole or not at all; where that cannot be, they are computed again."""
    try:
        part = path.with_suffix(f".{os.getpid()}")
        with open(part, "wb") as file:
            np.savez(file, **parts)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)


def _assembled(parts):
    """Return the model of its parts."""
    from tokenizers import Tokenizer

    def weights(name):
        return np.asarray(parts[f"{name}.weight"], np.float32)

    count = sum(name.endswith("attn_q.weight") for name in parts)
    layers = [
        Layer(**{ours: weights(f"blk.{i}.{theirs}") for ours, theirs in GGUF_NAMES.items()}) for i in range(count)
    ]
    settings = Settings(**json.loads(str(parts["settings"])))
    tokenizer = Tokenizer.from_str(str(parts["tokenizer"]))
    return Transformer(settings, weights("token_embd"), layers, weights("output_norm"), tokenizer)
