"""A transformer of random weights, small enough for any test."""

import functools

import numpy as np

from tempcourse.transformer import END, Layer, Settings, Transformer, _tokenizer

HEADS, GROUPS, WIDTH, INNER, LAYERS = 4, 2, 16, 24, 3


@functools.cache
def small_transformer():
    """Return a model whose tokens are the bytes, two pairs of them, and the end."""
    from tokenizers.pre_tokenizers import ByteLevel

    rng = np.random.default_rng(0)
    tokens = [END, *sorted(ByteLevel.alphabet()), "te", "Ġo"]
    tokenizer = _tokenizer(tokens, ["t e", "Ġ o"], [3] + [1] * (len(tokens) - 1))

    def weights(*shape):
        return rng.normal(0, 1.5 / np.sqrt(shape[-1]), shape).astype(np.float32)

    def layer():
        shared = WIDTH * GROUPS // HEADS
        return Layer(
            attention_norm=1 + weights(WIDTH) / 5,
            query=weights(WIDTH, WIDTH),
            key=weights(shared, WIDTH),
            value=weights(shared, WIDTH),
            output=weights(WIDTH, WIDTH),
            network_norm=1 + weights(WIDTH) / 5,
            gate=weights(INNER, WIDTH),
            up=weights(INNER, WIDTH),
            down=weights(WIDTH, INNER),
        )

    settings = Settings(heads=HEADS, groups=GROUPS, base=1e4, epsilon=1e-5, longest=600)
    layers = [layer() for _ in range(LAYERS)]
    return Transformer(settings, 3 * weights(len(tokens), WIDTH), layers, 1 + weights(WIDTH) / 5, tokenizer)
