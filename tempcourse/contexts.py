"""What a real language model expects after 24 texts, and what it writes: recorded, to be had without it.

The model is the one of `tempcourse.transformer`. Of each of the 24 texts, the highest 200 of the 49,152 logits are
recorded as they are, and the rest as a histogram whose bins are a twentieth wide. Sums of exponentials, entropies and
the sizes of nuclei come out right to 0.1 % at temperatures from 0.1 to 10.
"""

import functools
import json
from dataclasses import dataclass
from importlib import resources

import numpy as np

__all__ = ["Context", "Written", "load_contexts", "load_written"]


@dataclass(frozen=True, eq=False)
class Context:
    """A text, and what the model expects after it."""

    #: ``"sure"``, ``"open"``, ``"code"``, ``"list"``, ``"name"``, ``"question"``, ``"chat"`` or ``"mid-word"``.
    kind: str
    #: What the model has read; of the kind chat, the message of a user, in the model's format of chats.
    text: str
    #: The most likely next tokens, most likely first.
    tokens: tuple[str, ...]
    #: The logits of all tokens, in falling order, shape ``(49152,)``; those beyond `tokens` are of the histogram.
    logits: np.ndarray


@dataclass(frozen=True, eq=False)
class Written:
    """What the model wrote at one temperature."""

    #: What it was written after.
    prompt: str
    #: The texts, without the prompt.
    texts: tuple[str, ...]
    #: Their tokens, shape ``(texts, length)``.
    tokens: np.ndarray


def load_contexts():
    """Return the recorded contexts.

    Returns
    -------
    dict of str to Context
        By their texts, three of each kind.

    Examples
    --------
    >>> cat = load_contexts()["The cat sat on the"]
    >>> cat.tokens[:4]
    (' cat', ' moon', ' cou', ' golden')
    >>> from tempcourse.softmax import softmax
    >>> p = softmax(cat.logits)
    >>> [round(100 * float(each), 1) for each in p[:4]]
    [7.1, 5.0, 3.8, 2.7]
    """
    return dict(_contexts())


def load_written():
    """Return texts that the model wrote: the beginning of a fairy tale, written on with a seed.

    Returns
    -------
    dict of float to Written
        By temperature, eight texts of thirty tokens each.

    Examples
    --------
    >>> load_written()[0.7].texts[0][:54]
    ' town called Ravensburg, where people lived in large w'
    """
    data = read_data("texts.json")
    return {
        each["temperature"]: Written(data["prompt"], tuple(each["texts"]), np.array(each["tokens"]))
        for each in data["temperatures"]
    }


@functools.cache
def read_data(name):
    """Return what a file of records holds."""
    return json.loads(resources.files("tempcourse").joinpath(f"data/{name}").read_text(encoding="utf8"))


@functools.lru_cache(maxsize=1)
def _contexts():
    data = read_data("contexts.json")
    return {
        each["text"]: Context(each["kind"], each["text"], tuple(each["tokens"]), _logits(each, data["width"]))
        for each in data["contexts"]
    }


def _logits(record, width):
    """Return all logits: those of a bin lie in it at equal distances."""
    counts = np.array(record["counts"])
    bins = np.repeat(np.arange(len(counts)), counts)
    places = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)
    rest = record["logits"][-1] - width * (bins + (places + 0.5) / np.repeat(counts, counts))
    logits = np.concatenate([record["logits"], rest])
    logits.flags.writeable = False
    return logits
