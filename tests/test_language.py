"""The stories, their tokens, and the n-gram model: against counting by hand, bounds, statistics, errors."""

import itertools
import math
import re
from collections import Counter
from importlib import resources

import numpy as np
import pytest
import scipy.stats

from tempcourse import language as module
from tempcourse.decoding import chain, sample, temper, top_k, top_p
from tempcourse.language import END, MarkovModel, NGramModel, load_stories, tokenize
from tempcourse.softmax import entropy, softmax

pytestmark = pytest.mark.filterwarnings("error")

INF = math.inf
TEXT = resources.files("tempcourse").joinpath("data/stories.txt").read_text(encoding="utf8")
WORDS = re.findall(r"[A-Za-z]+(?:'[A-Za-z]+)?", TEXT)
TRAINING, HELD_OUT = load_stories()

CORPUS = ["a", "b", "a", "c", ".", END, "a", "b", "b", ".", END]


@pytest.fixture(scope="module")
def model():
    return NGramModel.fit(TRAINING, 3, vocabulary=TRAINING + HELD_OUT)


class TestStories:
    def test_bounds(self):
        assert len(WORDS) >= 10_000
        assert 700 <= len({word.lower() for word in WORDS}) <= 1000

    def test_written_in_plain_letters(self):
        assert set(TEXT) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,;:?!\"' \n")

    def test_the_last_five_are_held_out(self):
        stories = TEXT.split("\n\n")
        assert TRAINING.count(END) == len(stories) - 5
        assert HELD_OUT.count(END) == 5
        assert HELD_OUT == [token for story in stories[-5:] for token in [*tokenize(story), END]]
        assert TRAINING[-1] == HELD_OUT[-1] == END

    def test_all_words_are_there(self):
        words = Counter(token.lower() for token in TRAINING + HELD_OUT if token[0].isalpha())
        assert words == Counter(word.lower() for word in WORDS)

    def test_names_are_the_words_that_have_a_capital_inside_a_sentence(self):
        inside = set(re.findall(r"[a-z,;] ([A-Z][a-z]*)", TEXT)) - {"Grandmother"}  # who is a word, too
        assert inside == module.NAMES
        capitals = {token for token in TRAINING + HELD_OUT if token != token.lower()}
        assert {token.split("'")[0] for token in capitals} == module.NAMES

    def test_contexts_branch(self):
        pairs = set(itertools.pairwise(TRAINING))
        often = [word for word, count in Counter(TRAINING).items() if count >= 20]
        assert len(often) > 100
        assert min(len({b for a, b in pairs if a == word}) for word in often if word != END) >= 2


class TestTokenize:
    def test_words_marks_and_names(self):
        text = "\"Is Mara's boat here?\" asked Old jon. I don't think so: 'well-made'!"
        expected = "“ is Mara's boat here ? ” asked old Jon . I don't think so : ' well-made ' !".split()
        assert tokenize(text) == expected
        assert tokenize(text.upper()) == expected

    def test_marks_that_are_curly_already(self):
        assert tokenize("“Good,” said Tom’s cat.") == ["“", "good", ",", "”", "said", "Tom's", "cat", "."]
        assert tokenize(f"The end. {END} A day") == ["the", "end", ".", END, "a", "day"]
        assert tokenize("") == tokenize("  \n") == []

    def test_text_gives_back_the_stories(self, model):
        """But for quotation marks, and capitals that follow a comma and a quotation mark, or ?” and !”."""
        stories = TEXT.split("\n\n")[:41]
        written = model.text(TRAINING).split("\n\n")[:-1]
        different = 0
        for story, text in zip(stories, written, strict=True):
            plain = " ".join(story.split()), text.replace("“", '"').replace("”", '"')
            assert plain[0].lower() == plain[1].lower()
            different += sum(a != b for a, b in zip(*plain, strict=True))
        assert different < 0.002 * len(WORDS)

    def test_text_after_a_prompt(self, model):
        assert model.text(["sat", "down", "."], prompt="old Jon") == "Old Jon sat down."
        assert model.text([]) == ""
        assert model.text([".", END, "a"], prompt="here") == "Here.\n\nA"
        with pytest.raises(ValueError, match=r"^tokens must be one row, got shape \(2, 3\)$"):
            model.text(np.zeros((2, 3), int))


def by_hand(corpus, order, vocabulary):
    """Return Witten–Bell probabilities as a function of context and token, straight from the definition."""
    counts = Counter()
    for i, token in enumerate(corpus):
        for length in range(order):
            context = [END, *corpus[:i]][i + 1 - length : i + 1] if length <= i + 1 else None
            if context is not None and END not in context[1:]:
                counts[tuple(context), token] += 1

    def probability(context, token):
        lower = probability(context[1:], token) if context else 1 / len(vocabulary)
        after = {w: count for (h, w), count in counts.items() if h == context}
        if not after:
            return lower
        return (after.get(token, 0) + len(after) * lower) / (sum(after.values()) + len(after))

    return probability


class TestNGramModel:
    @pytest.mark.parametrize("order", [1, 2, 3, 4])
    def test_witten_bell_by_hand(self, order):
        model = NGramModel.fit(CORPUS, order)
        probability = by_hand(CORPUS, order, model.vocabulary)
        assert model.order == order
        for text in ([], ["a"], ["a", "b"], ["b", "b", "b"], ["c", "c"], ["a", END], ["a", END, "a"], ["b", "a", "c"]):
            since_end = [END, *text][max(i for i, token in enumerate([END, *text]) if token == END) :]
            context = tuple(since_end[-(order - 1) :]) if order > 1 else ()
            expected = [probability(context, token) for token in model.vocabulary]
            np.testing.assert_allclose(np.exp(model.logits(text)), expected, rtol=1e-13)

    def test_a_small_case_in_numbers(self):
        model = NGramModel.fit(["a", "b", "a", "a"], 2)
        assert model.vocabulary == (END, "a", "b")
        # Unigrams: 3 a and 1 b of 4, 2 kinds: (3 + 2/3)/6 and (1 + 2/3)/6. After a: one b, one a, 2 kinds.
        a, b = (3 + 2 / 3) / 6, (1 + 2 / 3) / 6
        np.testing.assert_allclose(np.exp(model.logits("a")), [1 / 2 * (1 - a - b), (1 + 2 * a) / 4, (1 + 2 * b) / 4])

    def test_all_rows_are_distributions_that_leave_nothing_out(self, model):
        p = np.exp(model.log_probabilities)
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
        assert p.min() > 0

    def test_states_are_the_contexts_seen(self, model):
        assert len(set(model.contexts)) == len(model.contexts)
        assert {context for context in model.contexts if len(context) == 1} == {(token,) for token in TRAINING}
        pairs = {pair for pair in itertools.pairwise(TRAINING) if pair[1] != END} | {(END, TRAINING[0])}
        assert {context for context in model.contexts if len(context) == 2} == pairs

    def test_the_next_state_is_the_longest_end_that_was_seen(self, model):
        states = {context: state for state, context in enumerate(model.contexts)}
        rng = np.random.default_rng(0)
        for state, token in zip(rng.integers(len(states), size=500), rng.integers(820, size=500), strict=True):
            longer = (*model.contexts[state], model.vocabulary[token])[-2:]
            if longer[-1] == END:
                longer = (END,)
            expected = next(longer[i:] for i in range(3) if longer[i:] in states)
            assert model.contexts[model.next_states[state, token]] == expected

    def test_a_story_does_not_remember_the_one_before(self, model):
        np.testing.assert_array_equal(model.logits(), model.logits(["Mara", END]))
        np.testing.assert_array_equal(model.logits("Old"), model.logits(["the", END, "old"]))
        assert NGramModel.fit(CORPUS, 1).start == 0

    def test_log_probability_is_the_sum_over_steps(self, model):
        text = tokenize("The keeper lit the lamp.")
        total = sum(model.logits(text[:i])[model.index[token]] for i, token in enumerate(text))
        assert model.log_probability(text) == pytest.approx(total, rel=1e-13)
        split = model.log_probability(text[:2]) + model.log_probability(text[2:], prompt=text[:2])
        assert split == pytest.approx(total, rel=1e-13)
        both = model.log_probability(np.array([model.indices(text), model.indices(text)[::-1]]))
        assert both.shape == (2,)
        assert both[0] == pytest.approx(total, rel=1e-13)
        assert model.perplexity(text) == pytest.approx(math.exp(-total / len(text)), rel=1e-13)

    def test_context_helps_on_held_out_stories_until_it_is_too_long(self):
        vocabulary = TRAINING + HELD_OUT
        one, two, three = (NGramModel.fit(TRAINING, order, vocabulary=vocabulary) for order in (1, 2, 3))
        assert one.perplexity(HELD_OUT) > 2 * two.perplexity(HELD_OUT)
        assert abs(three.perplexity(HELD_OUT) / two.perplexity(HELD_OUT) - 1) < 0.05
        assert three.perplexity(TRAINING) < two.perplexity(TRAINING) / 3
        assert one.perplexity(HELD_OUT) < len(one.vocabulary) / 3

    def test_save_and_load(self, model, tmp_path):
        path = tmp_path / "model"
        model.save(path)
        again = NGramModel.load(path)
        assert path.stat().st_size < 100_000
        assert (again.vocabulary, again.contexts, again.order) == (model.vocabulary, model.contexts, 3)
        np.testing.assert_array_equal(again.log_probabilities, model.log_probabilities)
        np.testing.assert_array_equal(again.next_states, model.next_states)
        with np.load(path, allow_pickle=False) as file:
            assert {file[name].dtype.kind for name in file.files} <= set("iU")

    def test_repr(self, model):
        assert repr(model) == "NGramModel: 6823 states, 820 tokens"

    def test_errors(self, model):
        with pytest.raises(ValueError, match=r"^order must be a whole number of at least 1, got 0$"):
            NGramModel.fit(CORPUS, 0)
        with pytest.raises(ValueError, match=r"^tokens must be at least one, got none$"):
            NGramModel.fit([], 2)
        with pytest.raises(ValueError, match=r"^vocabulary must hold all tokens, but lacks 'c'$"):
            NGramModel.fit(CORPUS, 2, vocabulary=["a", "b", "."])
        with pytest.raises(ValueError, match=r"^tokens must be words that .*, got 'lighthose'; near to it are lighth"):
            model.logits("The lighthose")
        with pytest.raises(ValueError, match=r"^tokens must be words that the model knows, got 'zzzz'$"):
            model.log_probability("zzzz")
        for wrong in (-1, 820):
            with pytest.raises(ValueError, match=rf"^tokens must be from 0 to 819, got {wrong}$"):
                model.state([3, wrong])
        with pytest.raises(ValueError, match=r"^tokens must be at least one, got none$"):
            model.perplexity("")


class TestGenerate:
    def counts_after(self, model, prompt, **how):
        drawn = model.generate(prompt, 1, batch=20_000, rng=np.random.default_rng(0), **how)
        return np.bincount(drawn[:, 0], minlength=len(model.vocabulary))

    @pytest.mark.parametrize("temperature", [0.5, 1, 2])
    def test_next_tokens_have_the_frequencies_of_softmax(self, model, temperature):
        counts = self.counts_after(model, "The keeper", temperature=temperature)
        expected = 20_000 * softmax(model.logits("The keeper"), temperature)
        often = expected > 10
        observed, wanted = (np.append(part[often], part[~often].sum()) for part in (counts, expected))
        assert scipy.stats.chisquare(observed, wanted).pvalue > 0.001
        other = 20_000 * softmax(model.logits("The keeper"), 1.15 * temperature)
        assert scipy.stats.chisquare(observed, np.append(other[often], other[~often].sum())).pvalue < 1e-6

    def test_whole_texts_have_the_frequencies_of_the_model(self):
        model = NGramModel.fit(CORPUS, 3)
        drawn = model.generate(["a"], 3, batch=40_000, rng=np.random.default_rng(1))
        texts, counts = np.unique(drawn, axis=0, return_counts=True)
        every = np.array(list(np.ndindex(5, 5, 5)))
        p = np.exp(model.log_probability(every, ["a"]))
        assert p.sum() == pytest.approx(1, rel=1e-12)
        observed = np.zeros(125)
        observed[texts @ [25, 5, 1]] = counts
        often = 40_000 * p > 10
        pooled = [np.append(part[often], part[~often].sum()) for part in (observed, 40_000 * p)]
        assert scipy.stats.chisquare(*pooled).pvalue > 0.001

    def test_filters_follow_the_temperature(self, model):
        logits = model.logits("The keeper")
        for filters in (chain((top_k, 5)), chain((top_p, 0.6)), chain((top_p, 0.6), (temper, 3.0))):
            counts = self.counts_after(model, "The keeper", temperature=2.0, filters=filters)
            expected = 20_000 * softmax(filters(temper(logits, 2.0)))
            possible = expected > 0
            assert counts[~possible].sum() == 0
            often = expected > 5
            pooled = [np.append(part[often], part[~often].sum() + 1e-9) for part in (counts, expected)]
            assert scipy.stats.chisquare(*pooled).pvalue > 0.001

    def test_a_filter_holds_at_every_step(self, model):
        drawn = model.generate("", 60, batch=40, filters=chain((top_k, 3)), rng=np.random.default_rng(2))
        for text in drawn[:5]:
            for i, token in enumerate(text):
                assert token in np.argsort(-model.logits(text[:i]), kind="stable")[:3]

    def test_at_0_and_at_inf(self, model):
        cold = model.generate("", 40, temperature=0, batch=3, rng=np.random.default_rng(3))
        for i, token in enumerate(cold[0][:20]):
            logits = model.logits(cold[0][:i])
            assert logits[token] == logits.max()
        hot = model.generate("", 20, temperature=INF, batch=5000, rng=np.random.default_rng(4))
        assert scipy.stats.chisquare(np.bincount(hot.ravel(), minlength=820)).pvalue > 0.001

    def test_the_same_seed_writes_the_same(self, model):
        first, second = (model.generate("", 30, batch=4, rng=np.random.default_rng(5)) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        assert len(np.unique(first, axis=0)) == 4

    def test_shapes(self, model):
        rng = np.random.default_rng(6)
        assert model.generate("", 7, rng=rng).shape == (1, 7)
        assert model.generate("Old Jon", 7, batch=3, rng=rng).shape == (3, 7)
        assert model.generate(["old", "Jon"], 0, rng=rng).shape == (1, 0)

    def test_impossible_tokens_are_never_written(self):
        model = MarkovModel.from_rows({(): {"a": 1.0, "b": 0.0, "c": 0.0}, ("a",): {"b": 1.0}, ("b",): {"a": 1.0}})
        for temperature in (0.1, 1, 10, INF):
            drawn = model.generate([], 6, temperature=temperature, batch=9, rng=np.random.default_rng(7))
            assert (drawn == [0, 1, 0, 1, 0, 1]).all()

    def test_errors(self, model):
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match=r"^length must be a whole number of at least 0, got -1$"):
            model.generate("", -1, rng=rng)
        with pytest.raises(ValueError, match=r"^batch must be a whole number of at least 1, got 0$"):
            model.generate("", 1, batch=0, rng=rng)
        with pytest.raises(ValueError, match=r"^temperature must be one number, got shape \(2,\)$"):
            model.generate("", 1, temperature=[1, 2], rng=rng)
        with pytest.raises(ValueError, match=r"^temperature must be at least 0, got -1\.0$"):
            model.generate("", 1, temperature=-1, rng=rng)
        with pytest.raises(ValueError, match=r"^tokens must be words that the model knows, got 'dragon'"):
            model.generate("The dragon", 1, rng=rng)


ROWS = {(): {"A": 0.6, "B": 0.4}, ("A",): {"x": 0.34, "y": 0.66}, ("B",): {"x": 1.0}}


class TestMarkovModel:
    def test_a_tree_begins_again_after_its_leaves(self):
        tree = MarkovModel.from_rows(ROWS)
        assert tree.vocabulary == ("A", "B", "x", "y")
        assert tree.contexts == ((), ("A",), ("B",))
        assert tree.next_states.tolist() == [[1, 2, 0, 0]] * 3
        np.testing.assert_allclose(np.exp(tree.logits(["B"])), [0, 0, 1, 0])
        assert np.exp(tree.log_probability(["A", "y", "B", "x"])) == pytest.approx(0.6 * 0.66 * 0.4)
        assert tree.log_probability(["x"]) == -INF
        assert repr(tree) == "MarkovModel: 3 states, 4 tokens"

    def test_longer_contexts(self):
        model = MarkovModel.from_rows({(): {"a": 0.5, "b": 0.5}, ("a", "b"): {"a": 1.0}, ("a",): {"b": 1.0}})
        assert model.contexts == ((), ("a",), ("a", "b"))
        assert model.contexts[model.state(["b", "a", "b"])] == ("a", "b")
        assert model.contexts[model.state(["b", "b"])] == ()

    def test_where_a_story_begins(self):
        model = MarkovModel.from_rows({(): {"a": 0.5, END: 0.5}, (END,): {"a": 1.0}})
        assert model.start == 1
        assert model.log_probability(["a"]) == 0

    def test_tempered(self, model):
        tree = MarkovModel.from_rows(ROWS).tempered(0.5)
        np.testing.assert_allclose(np.exp(tree.logits()), [*softmax(np.log([0.6, 0.4]), 0.5), 0, 0])
        assert np.exp(MarkovModel.from_rows(ROWS).tempered(INF).logits(["A"])).tolist() == [0, 0, 0.5, 0.5]
        text = "The keeper lit the lamp."
        steps = [softmax(model.logits(tokenize(text)[:i]), 0.7) for i in range(6)]
        expected = math.prod(step[token] for step, token in zip(steps, model.indices(text), strict=True))
        assert np.exp(model.tempered(0.7).log_probability(text)) == pytest.approx(expected, rel=1e-12)

    def test_entropy_rate_in_closed_form(self):
        # Two states, left with probabilities a and b, are held for shares b/(a + b) and a/(a + b) of the time.
        a, b = 0.3, 0.05
        chain_of_two = {("s",): {"s": 1 - a, "t": a}, ("t",): {"s": b, "t": 1 - b}}
        model = MarkovModel.from_rows({(): {"s": 1.0, "t": 0.0}, **chain_of_two})
        expected = (b * entropy([a, 1 - a]) + a * entropy([b, 1 - b])) / (a + b)
        assert model.entropy_rate() == pytest.approx(expected, rel=1e-7)

    def test_entropy_rate_of_what_has_a_period(self):
        tree = MarkovModel.from_rows(ROWS)
        expected = (entropy([0.6, 0.4]) + 0.6 * entropy([0.34, 0.66])) / 2
        assert tree.entropy_rate() == pytest.approx(expected, rel=1e-7)

    @pytest.mark.parametrize("temperature", [0.5, 1.0])
    def test_entropy_rate_agrees_with_long_texts(self, temperature):
        model = NGramModel.fit(TRAINING, 2).tempered(temperature)
        drawn = model.generate("", 300, batch=200, rng=np.random.default_rng(0))
        surprise = -(model.log_probability(drawn) - model.log_probability(drawn[:, :100])) / 200
        error = surprise.std(ddof=1) / math.sqrt(len(surprise))
        assert abs(surprise.mean() - model.entropy_rate()) < 4 * error
        assert error < 0.01 * model.entropy_rate()

    def test_entropy_rate_at_0_is_0_and_at_inf_that_of_all_tokens(self):
        model = NGramModel.fit([*"abcabca", END], 3)
        assert model.tempered(0).entropy_rate() == 0
        model = NGramModel.fit(CORPUS, 3)
        assert model.tempered(INF).entropy_rate() == pytest.approx(math.log(5), rel=1e-12)

    def test_logits_belong_to_the_caller(self, model):
        before = model.logits("Old")
        model.logits("Old")[:] = 0
        np.testing.assert_array_equal(model.logits("Old"), before)
        drawn = sample(before, rng=np.random.default_rng(0))
        assert 0 <= drawn < 820

    def test_errors(self):
        with pytest.raises(ValueError, match=r"^rows must hold the context \(\), got \[\('A',\)\]$"):
            MarkovModel.from_rows({("A",): {"x": 1.0}})
        with pytest.raises(ValueError, match=r"^rows must sum to 1 along the axis, got a sum of 0\.9$"):
            MarkovModel.from_rows({(): {"A": 0.5, "B": 0.4}})
        with pytest.raises(ValueError, match=r"^temperature must be one number, got shape \(1,\)$"):
            MarkovModel.from_rows(ROWS).tempered([1])
