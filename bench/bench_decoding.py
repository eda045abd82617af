"""Writing and counting beside NLTK, and filters beside transformers' processors, in one run: processor time."""

import random
import statistics
import time
import timeit

import numpy as np
from bench_softmax import ratio_of_times

from tempcourse.decoding import chain, min_p, temper, top_k, top_p, typical_p
from tempcourse.language import NGramModel, load_stories

try:
    import nltk.lm
except ImportError:
    nltk = None
try:
    import torch
    from transformers.generation import logits_process as processors
except ImportError:
    torch = None

TITLE = "Decoding: a trigram model beside NLTK's, and filters beside transformers'"

ORDER, BATCH, LENGTH = 3, 1024, 300
NLTK_LENGTH = 500  # it draws only from the words that it saw after a context, which is the lighter work
ROUNDS = 5
SPEED = [  # what is done at every step, the least tokens a second that are wanted, the least ratio to NLTK's
    ("unfiltered", {}, 500_000, 20),
    ("τ = 0.8", {"temperature": 0.8}, 500_000, 20),
    ("τ = 0.8, top-k 40, top-p 0.9", {"temperature": 0.8, "filters": chain((top_k, 40), (top_p, 0.9))}, 40_000, 0),
    ("typical 0.9", {"filters": chain((typical_p, 0.9))}, 40_000, 0),
]
FILTERS = [  # function, setting, the name of transformers' class
    (temper, 0.7, "TemperatureLogitsWarper"),
    (top_k, 50, "TopKLogitsWarper"),
    (top_p, 0.9, "TopPLogitsWarper"),
    (min_p, 0.05, "MinPLogitsWarper"),
    (typical_p, 0.9, "TypicalLogitsWarper"),
]
NOT_INSTALLED = "not installed: pip install -e '.[oracles]'"


def seconds(function):
    """Return the processor time of a call."""
    return timeit.timeit(function, timer=time.process_time, number=1)


def median_seconds(function):
    """Return the median processor time of a few calls."""
    return statistics.median(seconds(function) for _ in range(ROUNDS))


def nltk_stories(tokens):
    """Return the model that NLTK fits to the same n-grams."""
    model = nltk.lm.WittenBellInterpolated(ORDER)
    model.fit([list(nltk.everygrams(tokens, max_len=ORDER))], vocabulary_text=tokens)
    return model


def generation_rows():
    """Return the rows on tokens a second."""
    training, _ = load_stories()
    model, rng = NGramModel.fit(training, ORDER), np.random.default_rng(0)
    if nltk:
        other, stream = nltk_stories(training), random.Random(0)
        theirs = NLTK_LENGTH / median_seconds(lambda: other.generate(NLTK_LENGTH, random_seed=stream))
    rows = []
    for what, how, target, least in SPEED:
        taken = median_seconds(lambda how=how: model.generate("", LENGTH, batch=BATCH, rng=rng, **how))
        speed = BATCH * LENGTH / taken
        measured, wanted = f"{speed:,.0f} tokens/s", f"at least {target:,}"
        if least:
            measured += f"; NLTK {f'{theirs:,.0f}, {speed / theirs:.0f} ×' if nltk else NOT_INSTALLED}"
            wanted += f", {least} ×"
        rows.append((f"generate, batch of {BATCH}, {what}", measured, wanted))
    return rows


def fitting_row():
    """Return the row on counting the stories."""
    training, _ = load_stories()
    ours = median_seconds(lambda: NGramModel.fit(training, ORDER))
    theirs = f"{median_seconds(lambda: nltk_stories(training)):.2f} s for the counts" if nltk else NOT_INSTALLED
    return f"fit, order {ORDER}, {len(training):,} tokens", f"{ours:.2f} s with all rows; NLTK {theirs}", "no target"


def filter_row(function, setting, name):
    """Return one row on a filter: our time over transformers'."""
    z = 3 * np.random.default_rng(0).standard_normal((64, 50257), np.float32)
    what, wanted = f"{function.__name__}({setting}), (64, 50257) float32: time", "at most 1.5 ×"
    if not torch:
        taken = median_seconds(lambda: function(z, setting))
        return what, f"{1e3 * taken:.0f} ms; transformers {NOT_INSTALLED}", wanted
    processor, tensor = getattr(processors, name)(setting), torch.from_numpy(z)
    ratio = ratio_of_times(lambda: function(z, setting), lambda: processor(None, tensor))
    return what, f"{ratio:.2f} × transformers'", wanted


def rows():
    """Return the table: what was compared, what was measured, and what is wanted."""
    return [*generation_rows(), fitting_row(), *(filter_row(*case) for case in FILTERS)]
