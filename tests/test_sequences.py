"""Greedy, beams, the most likely text, sequence temperature: all texts of small models, statistics, errors."""

import itertools
import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from strictly import strict

from tempcourse import sequences as module
from tempcourse.language import MarkovModel
from tempcourse.sequences import Beams
from tempcourse.softmax import entropy, softmax

pytestmark = pytest.mark.filterwarnings("error")

greedy = strict(module.greedy)
beam_search = strict(module.beam_search)
most_likely = strict(module.most_likely)
sequence_temperature = strict(module.sequence_temperature)

INF = math.inf


def random_model(seed, tokens=3, contexts=2, zeros=False):
    """Return a model with a row for every context of up to so many tokens."""
    rng = np.random.default_rng(seed)
    vocabulary = [str(i) for i in range(tokens)]
    rows = {}
    for length in range(contexts + 1):
        for context in itertools.product(vocabulary, repeat=length):
            z = 2 * rng.normal(size=tokens)
            if zeros:
                z[rng.integers(tokens)] = -INF
            rows[context] = dict(zip(vocabulary, softmax(z).tolist(), strict=True))
    return MarkovModel.from_rows(rows)


def all_texts(model, length):
    """Return all texts of a length and their log-probabilities."""
    texts = np.array(list(itertools.product(range(len(model.vocabulary)), repeat=length)))
    return texts, model.log_probability(texts)


FIRST, AFTER_A, AFTER_B = {"A": 0.6, "B": 0.4}, {"x": 0.34, "y": 0.33, "z": 0.33}, {"x": 0.9, "y": 0.05, "z": 0.05}
TREE = MarkovModel.from_rows({(): FIRST, ("A",): AFTER_A, ("B",): AFTER_B})
LEAVES = [[first, second] for first in "AB" for second in "xyz"]


class TestBestTexts:
    def test_greedy_is_not_the_most_likely(self):
        assert [TREE.vocabulary[i] for i in greedy(TREE, [], 2)] == ["A", "x"]
        assert [TREE.vocabulary[i] for i in most_likely(TREE, [], 2)] == ["B", "x"]
        assert np.exp(TREE.log_probability(["A", "x"])) == pytest.approx(0.204)
        assert np.exp(TREE.log_probability(["B", "x"])) == pytest.approx(0.36)

    @pytest.mark.parametrize("seed", range(8))
    def test_viterbi_is_the_best_of_all(self, seed):
        model = random_model(seed, zeros=seed % 2 == 1)
        for length in (1, 2, 5):
            texts, log_p = all_texts(model, length)
            np.testing.assert_array_equal(most_likely(model, [], length), texts[log_p.argmax()])
        after = most_likely(model, ["0", "1"], 4)
        texts = all_texts(model, 4)[0]
        assert model.log_probability(after, ["0", "1"]) == model.log_probability(texts, ["0", "1"]).max()

    @pytest.mark.parametrize("seed", range(4))
    def test_greedy_takes_the_largest_logit_each_time(self, seed):
        model, prompt = random_model(seed), ["1"]
        for token in greedy(model, prompt, 6):
            assert token == model.logits(prompt).argmax()
            prompt = [*prompt, model.vocabulary[token]]

    def test_of_texts_that_tie_the_first_is_taken(self):
        even = MarkovModel.from_rows({(): {"a": 0.5, "b": 0.5}})
        assert greedy(even, [], 3).tolist() == most_likely(even, [], 3).tolist() == [0, 0, 0]


class TestBeamSearch:
    @pytest.mark.parametrize("seed", range(6))
    def test_full_width_finds_all_texts_in_order(self, seed):
        model = random_model(seed, zeros=seed % 2 == 1)
        log_p = all_texts(model, 4)[1]
        beams = beam_search(model, [], 4, 3**4)
        assert isinstance(beams, Beams)
        possible = log_p > -INF
        assert beams.tokens.shape == (possible.sum(), 4)
        assert (beams.tokens[0] == most_likely(model, [], 4)).all()
        np.testing.assert_allclose(beams.log_probabilities, np.sort(log_p[possible])[::-1], rtol=1e-12)

    @pytest.mark.parametrize("seed", range(4))
    def test_width_1_is_greedy(self, seed):
        model = random_model(seed)
        assert (beam_search(model, ["2"], 6, 1).tokens[0] == greedy(model, ["2"], 6)).all()

    def test_what_is_kept_are_the_best_ways_on_from_what_was_kept(self):
        model, width = random_model(5, tokens=4), 3
        beams = [()]
        for _ in range(5):
            longer = [(*beam, token) for beam in beams for token in range(4)]
            beams = sorted(longer, key=lambda text: -model.log_probability(np.array(text)))[:width]
        assert beam_search(model, [], 5, width).tokens.tolist() == [list(beam) for beam in beams]

    @pytest.mark.parametrize("temperature", [0.01, 0.5, 3])
    def test_a_temperature_changes_nothing(self, temperature):
        model = random_model(1, tokens=5)
        plain, tempered = beam_search(model, [], 5, 4), beam_search(model, [], 5, 4, temperature=temperature)
        np.testing.assert_array_equal(plain.tokens, tempered.tokens)
        np.testing.assert_array_equal(plain.log_probabilities, tempered.log_probabilities)

    def test_renormalised_it_drifts_to_greedy(self):
        def best(temperature):
            beams = beam_search(TREE, [], 2, 6, temperature=temperature, renormalise=True)
            return [TREE.vocabulary[i] for i in beams.tokens[0]]

        assert best(1) == best(None) == ["B", "x"]
        assert best(0.1) == best(0) == ["A", "x"]
        tempered = beam_search(TREE.tempered(0.7), [], 2, 6).tokens
        np.testing.assert_array_equal(beam_search(TREE, [], 2, 6, temperature=0.7, renormalise=True).tokens, tempered)

    def test_no_impossible_text_is_returned(self):
        assert len(beam_search(TREE, [], 2, 100).tokens) == 6

    def test_errors(self):
        for width in (0, 1.5):
            with pytest.raises(ValueError, match=rf"^width must be a whole number of at least 1, got {width}$"):
                beam_search(TREE, [], 2, width)
        for temperature in (0, -1, INF, math.nan):
            with pytest.raises(ValueError, match=r"^temperature must be above 0 and finite, unless renormalised, got"):
                beam_search(TREE, [], 2, 2, temperature=temperature)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -1\.0$"):
            beam_search(TREE, [], 2, 2, temperature=-1, renormalise=True)
        for function in (greedy, most_likely, lambda *args: beam_search(*args, 1)):
            with pytest.raises(ValueError, match=r"^length must be a whole number of at least 1, got 0$"):
                function(TREE, [], 0)
            with pytest.raises(ValueError, match=r"^tokens must be words that the model knows, got 'q'$"):
                function(TREE, ["q"], 1)


class Unrolled:
    """A model whose state is the text so far, as that of a large language model is."""

    def __init__(self, model):
        self.state, self.next_log_probabilities = model.indices, model.logits
        self.log_probability = model.log_probability

    def step(self, states, tokens):
        return np.concatenate([states, np.expand_dims(tokens, -1)], axis=-1)


@pytest.mark.parametrize("prompt", [[], ["1", "2"]])
def test_what_goes_step_by_step_needs_no_table_of_states(prompt):
    model = random_model(3, zeros=True)
    np.testing.assert_array_equal(greedy(Unrolled(model), prompt, 6), greedy(model, prompt, 6))
    for options in ({}, {"temperature": 0.5, "renormalise": True}):
        ours, theirs = (beam_search(m, prompt, 6, 4, **options) for m in (Unrolled(model), model))
        np.testing.assert_array_equal(ours.tokens, theirs.tokens)
        np.testing.assert_array_equal(ours.log_probabilities, theirs.log_probabilities)


class TestSequenceTemperature:
    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("temperature", [0, 0.05, 0.5, 1, 2, INF])
    def test_is_softmax_over_all_texts(self, seed, temperature):
        model = random_model(seed, zeros=seed % 2 == 1)
        texts, log_p = all_texts(model, 5)
        exact = softmax(log_p, temperature)
        tempered = sequence_temperature(model, [], 5, temperature)
        np.testing.assert_allclose(np.exp(tempered.log_probability(texts)), exact, rtol=1e-10, atol=1e-14)
        assert tempered.entropy() == pytest.approx(entropy(exact), abs=1e-10)

    def test_after_a_prompt(self):
        model = random_model(7)
        texts = all_texts(model, 3)[0]
        exact = softmax(model.log_probability(texts, ["2", "0"]), 0.4)
        tempered = sequence_temperature(model, ["2", "0"], 3, 0.4)
        np.testing.assert_allclose(np.exp(tempered.log_probability(texts)), exact, rtol=1e-12)

    @pytest.mark.parametrize("temperature", [0.4, 1, 3, INF])
    def test_samples_have_these_frequencies(self, temperature):
        leaves = {"x": 0.4, "y": 0.3, "z": 0.3}
        model = MarkovModel.from_rows({(): {"A": 0.5, "B": 0.5}, ("A",): leaves, ("B",): {"x": 1.0}})
        texts, log_p = all_texts(model, 4)
        possible = log_p > -INF
        drawn = sequence_temperature(model, [], 4, temperature).sample(rng=np.random.default_rng(0), batch=20_000)
        counts = np.bincount(drawn @ 5 ** np.arange(3, -1, -1), minlength=5**4)
        assert possible.sum() == 16
        assert counts[~possible].sum() == 0
        expected = 20_000 * softmax(log_p, temperature)
        assert scipy.stats.chisquare(counts[possible], expected[possible]).pvalue > 0.001
        by_token = 20_000 * np.exp(model.tempered(temperature).log_probability(texts))
        assert temperature == 1 or scipy.stats.chisquare(counts[possible], by_token[possible]).pvalue < 1e-6

    def test_at_0_it_draws_the_most_likely_text(self):
        model = random_model(4)
        drawn = sequence_temperature(model, [], 6, 0).sample(rng=np.random.default_rng(1), batch=5)
        assert (drawn == most_likely(model, [], 6)).all()

    def test_the_order_flips_in_the_two_step_tree(self):
        def share_of_greedys_text(temperature):
            token = TREE.tempered(temperature).log_probability(LEAVES)
            sequence = sequence_temperature(TREE, [], 2, temperature).log_probability(LEAVES)
            assert sequence.argmax() == LEAVES.index(["B", "x"])  # at every temperature
            return token[LEAVES.index(["A", "x"])] - token[LEAVES.index(["B", "x"])]

        flip = scipy.optimize.brentq(share_of_greedys_text, 0.1, 1)
        assert round(flip, 3) == 0.387
        assert share_of_greedys_text(0.38) > 0 > share_of_greedys_text(0.4)

    def test_a_hotter_token_can_mean_a_less_uncertain_text(self):
        leaves = {leaf: 0.25 for leaf in "wxyz"}
        tree = MarkovModel.from_rows({(): {"A": 0.6, "B": 0.4}, ("A",): leaves, ("B",): {"w": 1.0}})

        def entropies(temperature):
            model = tree.tempered(temperature)
            return [sequence_temperature(model, [], length, 1).entropy() for length in (1, 2)]

        cold, hot = entropies(1), entropies(2)
        assert hot[0] > cold[0]
        assert hot[1] < cold[1]
        assert cold[1] == pytest.approx(entropy([0.6, 0.4]) + 0.6 * math.log(4), rel=1e-12)

    def test_errors(self):
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -1\.0$"):
            sequence_temperature(TREE, [], 2, -1)
        with pytest.raises(ValueError, match=r"^temperature must be one number, got shape \(2,\)$"):
            sequence_temperature(TREE, [], 2, [1, 2])
        with pytest.raises(ValueError, match=r"^length must be a whole number of at least 1, got 0$"):
            sequence_temperature(TREE, [], 0, 1)
        with pytest.raises(ValueError, match=r"^tokens must be 2, got 3$"):
            sequence_temperature(TREE, [], 2, 1).log_probability(["A", "x", "A"])
        with pytest.raises(ValueError, match=r"^batch must be a whole number of at least 1, got 0$"):
            sequence_temperature(TREE, [], 2, 1).sample(rng=np.random.default_rng(0), batch=0)
