"""The real language model: figures computed by another program, the recorded contexts, and transformers."""

import numpy as np
import pytest

from tempcourse.contexts import load_contexts, load_written
from tempcourse.language import load_stories
from tempcourse.sequences import greedy
from tempcourse.softmax import entropy, log_softmax, softmax
from tempcourse.transformer import load_transformer, model_path

TEXTS = ["", "The cat sat on the", "Prices: 1024, 3.14 and 7", "naïve café — 日本語 🙂", "  two\n\n\ttab", "x" * 300]
TEMPERATURES = [0.1, 0.2, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0, 10.0]


@pytest.fixture(scope="module")
def model():
    """SmolLM2."""
    return load_transformer()


def test_size(model):
    arrays = [model.embedding, model.norm, *(each for layer in model.layers for each in vars(layer).values())]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    assert sum(array.size for array in arrays) == 134_515_008
    assert len(model.vocabulary) == 49152


@pytest.mark.parametrize("text", TEXTS)
def test_texts_come_back(model, text):
    assert model.decode(model.encode(text)) == text


def test_digits_are_tokens_each_and_nothing_is_put_before(model):
    assert [model.decode([token]) for token in model.encode("1024 cats")] == ["1", "0", "2", "4", " cats"]


def test_next_tokens(model):
    p = softmax(model.logits("The cat sat on the")[-1].astype(float))
    shares = dict(zip(model.vocabulary, p.tolist(), strict=True))
    expected = {" cat": 0.071, " moon": 0.050, " cou": 0.038, " golden": 0.027, " sun": 0.025}
    assert {name: round(shares[name], 3) for name in expected} == expected


def test_perplexity_of_a_story_is_lowest_at_the_attention_s_own_temperature(model):
    story = " ".join(load_stories()[0][:300])
    means = {tau: -model.log_probabilities(story, attention_temperature=tau).mean() for tau in (0.5, 0.85, 1, 1.15, 2)}
    assert min(means, key=means.get) in (0.85, 1, 1.15)
    assert means[0.5] > means[1] + 0.3 and means[2] > means[1] + 0.3


def test_batches_move_logits_by_rounding_only(model):
    tokens = model.encode("Once upon a time, there was a")
    alone = model.logits(tokens)
    for batch in (2, 7, 16):
        together = model.logits(np.tile(tokens, (batch, 1)))
        assert np.abs(together - alone).max() < 2e-4


def test_greedy_is_generation_at_zero(model):
    prompt = "Once upon a time, there was a"
    written = model.generate(prompt, 12, temperature=0, rng=np.random.default_rng(0))[0]
    assert list(greedy(model, prompt=prompt, length=12)) == written.tolist()


@pytest.mark.parametrize("context", load_contexts().values(), ids=load_contexts())
def test_recorded_contexts_are_the_model_s(model, context):
    logits = model.logits(model.chat(context.text) if context.kind == "chat" else context.text)[-1].astype(float)
    order = np.argsort(-logits, kind="stable")
    np.testing.assert_allclose(context.logits[:200], logits[order[:200]], atol=1e-3)
    for tau in TEMPERATURES:
        p, recorded = softmax(logits, tau), softmax(context.logits, tau)
        log_z, log_z_recorded = (row.max() / tau - log_softmax(row, tau).max() for row in (logits, context.logits))
        assert log_z_recorded == pytest.approx(log_z, abs=1e-3)
        assert entropy(recorded) == pytest.approx(entropy(p), rel=1e-3)
        for share in (0.5, 0.9, 0.95, 0.99):
            size, recorded_size = (np.searchsorted(np.sort(row)[::-1].cumsum(), share) + 1 for row in (p, recorded))
            assert abs(recorded_size - size) <= 1 + size / 1000


def test_transformers_has_the_same_logits(model):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    path = model_path()
    theirs = transformers.AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    for text in ["The cat sat on the", " ".join(load_stories()[0][:400])]:
        tokens = model.encode(text)
        with torch.no_grad():
            expected = theirs(torch.tensor(tokens[np.newaxis])).logits[0].numpy()
        assert np.abs(model.logits(tokens) - expected).max() < 2e-4


@pytest.mark.parametrize("temperature", load_written())
def test_recorded_texts_are_what_the_seed_draws(model, temperature):
    """Each token lies where its uniform number falls; roundings of another processor may move a boundary a little."""
    written = load_written()[temperature]
    prompt = model.encode(written.prompt)
    rng = np.random.default_rng(0)
    uniform = np.stack([rng.random(len(written.tokens)) for _ in written.tokens.T], axis=1)
    for text, tokens, drawn in zip(written.texts, written.tokens, uniform, strict=True):
        assert model.decode(tokens) == text
        logits = model.logits(np.append(prompt, tokens[:-1]))[len(prompt) - 1 :]
        p = softmax(logits.astype(float), temperature)
        upto = p.cumsum(axis=1)[np.arange(len(tokens)), tokens]
        assert (upto - p[np.arange(len(tokens)), tokens] - 1e-3 <= drawn).all() and (drawn <= upto + 1e-3).all()
