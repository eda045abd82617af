"""The recorded contexts: their shape; full/test_model.py holds them to the model that they are from."""

from collections import Counter

import numpy as np
import pytest

from tempcourse.contexts import load_contexts, load_written
from tempcourse.softmax import entropy, softmax

CONTEXTS = load_contexts()


def test_three_of_each_of_eight_kinds():
    assert len(CONTEXTS) == 24
    assert set(Counter(context.kind for context in CONTEXTS.values()).values()) == {3}
    assert all(context.text == text for text, context in CONTEXTS.items())


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
def test_logits_fall_over_the_whole_vocabulary(context):
    assert context.logits.shape == (49152,)
    assert (np.diff(context.logits) <= 0).all()
    assert len(context.tokens) == 200
    assert np.isfinite(context.logits).all()


def test_a_table_of_one_context():
    """The figures were computed by another program, from the same file."""
    logits = CONTEXTS["The cat sat on the"].logits
    for tau, top, entropy_, nucleus, beyond in [
        (0.2, 0.816, 0.65, 2, 0.0),
        (0.5, 0.353, 2.62, 19, 0.012),
        (1.0, 0.071, 5.67, 533, 0.316),
        (1.5, 0.018, 7.65, 3972, 0.659),
        (2.0, 0.006, 8.80, 10518, 0.829),
    ]:
        p = softmax(logits, tau)
        assert p[0] == pytest.approx(top, abs=6e-4)
        assert entropy(p) == pytest.approx(entropy_, abs=6e-3)
        assert abs(np.searchsorted(p.cumsum(), 0.9) + 1 - nucleus) <= 1 + nucleus / 1000
        assert p[100:].sum() == pytest.approx(beyond, abs=6e-4)


def test_no_reader_can_change_what_the_next_one_gets():
    load_contexts().clear()
    context = load_contexts()["Albert"]
    with pytest.raises(ValueError, match="read-only"):
        context.logits[0] = 0


def test_eight_texts_of_thirty_tokens_at_five_temperatures():
    written = load_written()
    assert list(written) == [0.2, 0.5, 0.7, 1.0, 1.5]
    for each in written.values():
        assert each.tokens.shape == (8, 30) and len(each.texts) == 8
        assert each.tokens.min() >= 0 and each.tokens.max() < 49152
