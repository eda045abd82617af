"""The transformer on a small model of random weights: what must hold for any; the real one is in full/test_model.py."""

from functools import partial

import numpy as np
import pytest
from small_transformer import GROUPS, HEADS, LAYERS, WIDTH, small_transformer

from tempcourse.decoding import chain, top_k
from tempcourse.sequences import beam_search, greedy
from tempcourse.softmax import log_softmax, softmax
from tempcourse.transformer import (
    END,
    Layer,
    attention_logits,
    load_transformer,
    model_path,
    rms_norm,
    rotary,
    rotate,
    swiglu,
)

TEXT = "A cup of tea, 20 °C — “naïve” 日本 🙂\n\n\tdone"


@pytest.fixture(scope="module")
def model():
    """A model whose tokens are the bytes, two pairs of them, and the end."""
    return small_transformer()


def slowly(model, tokens, tau=1.0):
    """The logits after each of the tokens, one number at a time where that is clearer, in float64."""
    d = WIDTH // HEADS
    x = model.embedding[tokens].astype(np.float64)
    norm = lambda x, w: x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + model.settings.epsilon) * w  # noqa: E731
    for layer in model.layers:
        y, fetched = norm(x, layer.attention_norm), np.zeros_like(x)
        for head in range(HEADS):
            own = slice(head * d, (head + 1) * d)
            shared = slice(head // (HEADS // GROUPS) * d, (head // (HEADS // GROUPS) + 1) * d)
            q, k, v = y @ layer.query[own].T, y @ layer.key[shared].T, y @ layer.value[shared].T
            for rows in (q, k):
                for m in range(len(tokens)):
                    for j in range(0, d, 2):
                        angle = m * model.settings.base ** (-j / d)
                        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
                        rows[m, j : j + 2] = turn @ rows[m, j : j + 2]
            for m in range(len(tokens)):
                logits = k[: m + 1] @ q[m] / np.sqrt(d) / tau
                weights = np.exp(logits - logits.max())
                fetched[m, own] = weights @ v[: m + 1] / weights.sum()
        x = x + fetched @ layer.output.T
        y = norm(x, layer.network_norm)
        gate = y @ layer.gate.T
        x = x + (gate / (1 + np.exp(-gate)) * (y @ layer.up.T)) @ layer.down.T
    return norm(x, model.norm) @ model.embedding.T


@pytest.mark.parametrize("tau", [0.3, 1.0, 4.0])
def test_logits_are_those_of_the_formulas(model, tau):
    tokens = model.encode(TEXT)
    expected = slowly(model, tokens, tau)
    np.testing.assert_allclose(model.logits(TEXT, attention_temperature=tau), expected, atol=1e-4)
    assert np.ptp(expected, axis=-1).min() > 1


def test_attention_at_the_ends_of_the_scale(model):
    tokens = model.encode("cup of tea")
    np.testing.assert_allclose(
        model.logits(tokens, attention_temperature=np.inf), slowly(model, tokens, 1e9), atol=1e-4
    )
    np.testing.assert_allclose(model.logits(tokens, attention_temperature=0), slowly(model, tokens, 1e-3), atol=1e-3)


def test_a_long_text_is_read_in_pieces(model):
    tokens = np.random.default_rng(1).integers(0, len(model.embedding), 580)
    np.testing.assert_allclose(model.logits(tokens)[-3:], slowly(model, tokens)[-3:], atol=1e-4)
    each = np.take_along_axis(log_softmax(model.logits(tokens)[:-1]), tokens[1:, np.newaxis], axis=-1)[:, 0]
    np.testing.assert_allclose(model.log_probabilities(tokens[1:], tokens[:1]), each, atol=1e-4)


def test_batches_are_their_rows(model):
    tokens = np.random.default_rng(2).integers(0, len(model.embedding), (2, 3, 9))
    whole = model.logits(tokens)
    assert whole.shape == (2, 3, 9, len(model.embedding)) and whole.dtype == np.float32
    np.testing.assert_allclose(whole[1, 2], model.logits(tokens[1, 2]), atol=1e-4)
    np.testing.assert_allclose(
        model.log_probability(tokens)[1, 2], model.log_probability(tokens[1, 2]), rtol=1e-6
    )


def test_steps_go_where_the_whole_text_goes(model):
    tokens = model.encode(TEXT)
    states = np.array([model.state(tokens[:3]), model.state(tokens[4:7])])
    for token in (3, 8):
        states = model.step(states, np.array([tokens[token], tokens[-token]]))
    first = log_softmax(model.logits([*tokens[:3], tokens[3], tokens[8]])[-1])
    second = log_softmax(model.logits([*tokens[4:7], tokens[-3], tokens[-8]])[-1])
    np.testing.assert_allclose(model.next_log_probabilities(states), [first, second], atol=1e-4)
    one = model.step(model.state(tokens[:3]), tokens[3])
    np.testing.assert_allclose(np.exp(one.log_probabilities).sum(), 1)
    longer = np.array([one, model.state(tokens[:3])])
    with pytest.raises(ValueError, match=r"states must be after texts of the same length, got lengths \[3, 4\]"):
        model.step(longer, [1, 1])


def test_a_state_is_not_changed_by_a_step(model):
    state = model.state("tea")
    first = model.step(state, 5).log_probabilities
    model.step(state, 9)
    np.testing.assert_array_equal(model.step(state, 5).log_probabilities, first)


def test_greedy_and_beams_take_it(model):
    path = greedy(model, "tea", 6)
    np.testing.assert_array_equal(
        model.generate("tea", 6, temperature=0, rng=np.random.default_rng(0)), path[np.newaxis]
    )
    beams = beam_search(model, "tea", 3, 40)
    assert beams.log_probabilities[0] >= model.log_probability(path[:3], "tea") - 1e-6
    np.testing.assert_array_equal(beam_search(model, "tea", 6, 1).tokens[0], path)


def test_log_probability_is_of_the_tokens_after_the_prompt(model):
    tokens = model.encode("of tea")
    before = len(model.encode("cup ")) - 1
    cut = model.encode("cup ").tolist() + model.encode("of tea").tolist()
    p = softmax(model.logits(cut))
    expected = sum(np.log(p[before + i, token]) for i, token in enumerate(tokens))
    assert model.log_probability("of tea", "cup ") == pytest.approx(expected, abs=1e-4)
    assert model.perplexity("of tea", "cup ") == pytest.approx(np.exp(-expected / len(tokens)), rel=1e-4)
    after_end = log_softmax(model.logits(END)[-1])[tokens[0]]
    assert model.log_probability(tokens[:1]) == pytest.approx(after_end, abs=1e-4)


def test_draws_have_the_tempered_probabilities(model):
    p = softmax(model.logits("tea")[-1].astype(float), 2.0)
    drawn = model.generate("tea", 1, temperature=2.0, batch=20000, rng=np.random.default_rng(3))[:, 0]
    counts = np.bincount(drawn, minlength=len(p))
    big = p * 20000 > 20
    z = (counts - 20000 * p)[big] / np.sqrt(20000 * p * (1 - p))[big]
    assert np.sqrt(np.mean(z**2)) < 1.3 and abs(z).max() < 4.5
    five = np.argsort(p)[-5:]
    kept = model.generate("tea", 1, filters=chain(partial(top_k, k=5)), batch=500, rng=np.random.default_rng(4))
    assert set(kept.ravel()) <= set(five) and len(set(kept.ravel())) > 1


def test_another_arithmetic_goes_through_every_matrix(model):
    tokens = model.encode(TEXT)
    none = model.rounded(weights=np.zeros_like)
    assert (none.logits(tokens) == 0).all()
    assert (model.rounded(activations=np.zeros_like).logits(tokens) == 0).all()
    np.testing.assert_array_equal(model.rounded().logits(tokens), model.logits(tokens))
    seen = []
    model.rounded(activations=lambda x: seen.append(x.shape) or x).logits(tokens)
    assert len(seen) == 7 * LAYERS + 1
    half = model.rounded(weights=lambda x: x.astype(np.float16).astype(np.float32))
    moved = np.abs(half.logits(tokens) - model.logits(tokens)).max()
    assert 0 < moved < 0.2
    assert half.layers[0].attention_norm is model.layers[0].attention_norm


def test_texts_come_back(model):
    assert model.decode(model.encode(TEXT)) == TEXT
    assert model.decode([]) == "" and model.encode("").size == 0
    assert model.encode(f"a{END}b").tolist()[1] == 0 and model.decode(model.encode(f"a{END}b")) == f"a{END}b"
    assert model.encode("te").size == 1 and model.vocabulary[model.encode("te")[0]] == "te"
    assert repr(model) == f"Transformer: {LAYERS} layers, {len(model.embedding)} tokens"


def test_attention_weights_are_distributions_over_the_past(model):
    weights = model.attention("cup of tea")
    n = len(model.encode("cup of tea"))
    assert weights.shape == (LAYERS, HEADS, n, n)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
    assert not np.triu(weights, 1).any() and (weights[..., 0] > 0).all()


def test_parts_are_their_formulas():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(4, 8)).astype(np.float32)
    np.testing.assert_allclose((rms_norm(7 * x, np.ones(8, np.float32), 0) ** 2).mean(axis=-1), 1, rtol=1e-5)
    # A product of turned vectors depends on how far apart they are, and on nothing else.
    near, far = (rotate(x[:2], rotary([m, m + 3], 8, 1e4)) for m in (0, 50))
    assert near[0] @ near[1] == pytest.approx(far[0] @ far[1], rel=1e-4)
    assert abs(near[0] @ near[1] - x[0] @ x[1]) > 0.1
    logits = attention_logits(x, x)
    assert logits[2, 1] == pytest.approx(x[2] @ x[1] / np.sqrt(8), rel=1e-5) and logits[1, 2] == -np.inf
    one = Layer(*[None] * 6, gate=np.eye(8), up=np.eye(8), down=np.eye(8))
    np.testing.assert_allclose(swiglu(x, one), x * x / (1 + np.exp(-x)), rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.logits([]), "tokens must be at least one, got none"),
        (lambda m: m.logits(""), "tokens must be at least one, got none"),
        (lambda m: m.logits(3), r"tokens must be in rows, got shape \(\)"),
        (lambda m: m.logits([3, -1]), "tokens must be from 0 to 258, got -1"),
        (lambda m: m.logits([3, 259]), "tokens must be from 0 to 258, got 259"),
        (lambda m: m.logits([0.5]), "tokens must be a text or indices of tokens, got float64"),
        (lambda m: m.logits([[1, 2], [3]]), "tokens must have rows of one length"),
        (lambda m: m.logits([1] * 601), "tokens must be at most 600 tokens, got 601"),
        (lambda m: m.logits([1], attention_temperature=-1), "temperature must be at least 0, got -1"),
        (lambda m: m.state([[1, 2]]), r"prompt must be one row, got shape \(1, 2\)"),
        (lambda m: m.decode([[1, 2]]), r"tokens must be one row, got shape \(1, 2\)"),
        (lambda m: m.attention([[1, 2]]), r"tokens must be one row, got shape \(1, 2\)"),
        (lambda m: m.generate("a", 600, rng=np.random.default_rng(0)), "prompt and length must be at most 600 tokens"),
        (lambda m: m.generate("a", -1, rng=np.random.default_rng(0)), "length must be a whole number of at least 0"),
        (lambda m: m.generate("a", 1, batch=0, rng=np.random.default_rng(0)), "batch must be a whole number"),
        (lambda m: m.generate("a", 1, rng=1), r"rng must be a numpy.random.Generator, got 1"),
        (lambda m: m.generate("a", 1, temperature=-1, rng=np.random.default_rng(0)), "temperature must be at least 0"),
    ],
)
def test_what_cannot_be_is_named(model, call, message):
    with pytest.raises(ValueError, match=message):
        call(model)


def test_only_texts_are_encoded(model):
    with pytest.raises(TypeError, match="text must be a str, got int"):
        model.encode(3)


def test_nothing_is_written_where_nothing_is_asked(model):
    assert model.generate("a", 0, batch=3, rng=np.random.default_rng(0)).shape == (3, 0)
    assert model.generate("", 2, rng=np.random.default_rng(0)).shape == (1, 2)


def test_where_the_model_is(monkeypatch, tmp_path):
    monkeypatch.delenv("TEMPCOURSE_MODEL", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert model_path().parent == tmp_path / "tempcourse"
    monkeypatch.setenv("TEMPCOURSE_MODEL", str(tmp_path / "here.gguf"))
    assert model_path() == tmp_path / "here.gguf"
    assert model_path(tmp_path / "there.gguf") == tmp_path / "there.gguf"
    with pytest.raises(FileNotFoundError, match=r"not at .*here.gguf: `make model`"):
        load_transformer()
    (tmp_path / "here.gguf").write_bytes(b"no such thing" * 10)
    with pytest.raises(ValueError, match="path must be a GGUF file of a model of Llama's architecture"):
        load_transformer()


@pytest.mark.parametrize("package", ["gguf", "tokenizers"])
def test_a_missing_reader_is_named(monkeypatch, tmp_path, package):
    monkeypatch.setattr("tempcourse.transformer.find_spec", lambda name: None if name == package else name)
    (tmp_path / "here.gguf").touch()
    with pytest.raises(ImportError, match=f"{package} is not installed: pip install {package}"):
        load_transformer(tmp_path / "here.gguf")
