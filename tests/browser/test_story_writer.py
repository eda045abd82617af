"""The model in the page against tempcourse.language, and the writer against Python word by word."""

import itertools
import json
import math

import numpy as np
import pytest
from pages import FRAME, in_browser, put, state
from playwright.sync_api import expect

from tempcourse.decoding import Mirostat
from tempcourse.language import END, NGramModel, load_stories, tokenize
from tempcourse.softmax import softmax
from tempcourse.widgets import story_writer
from tempcourse.widgets.kit.sources import FOLDER
from tempcourse.widgets.story_writer import ENGINE
from tempcourse.words import percent

INF = math.inf
TINY = ["the", "cat", "sat", ".", END, "the", "dog", "sat", "on", "the", "cat", ".", END, "a", "cat", END]


@pytest.fixture(scope="module")
def model():
    training, held_out = load_stories()
    return NGramModel.fit(training, 3, vocabulary=training + held_out)


# The language


def browser_probabilities(page, training, model, contexts):
    return page.evaluate(
        """([training, vocabulary, order, contexts]) => {
          const model = source.ngramModel(training, vocabulary, order);
          return contexts.map((tokens) => source.nextProbabilities(model, tokens));
        }""",
        [" ".join(training), list(model.vocabulary), model.order, contexts],
    )


def seen_and_unseen(tokens, n, rng):
    """Return contexts of the text, from the first words of a story on, and of random tokens, END among them."""
    places = rng.integers(0, [len(tokens) - 8, 8], (200, 2))
    seen = [tokens[start : start + length].tolist() for start, length in places]
    return seen + [rng.integers(0, n, length).tolist() for length in rng.integers(0, 6, 200)]


def test_the_models_probabilities_are_pythons(mathematics, model):
    rng = np.random.default_rng(0)
    end = model.index[END]
    training, held_out = load_stories()
    contexts = seen_and_unseen(model.indices(training + held_out), len(model.vocabulary), rng)
    contexts += [[], [end], [end, end], [*contexts[0], end], [*contexts[1], end, 300]]
    states = [model.state(context) for context in contexts]
    assert {len(model.contexts[s]) for s in states} == {0, 1, 2}, "contexts of every length that there is"
    theirs = browser_probabilities(mathematics, training, model, contexts)
    np.testing.assert_allclose(theirs, np.exp(model.log_probabilities[states]), rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 4, 6])
def test_a_model_of_any_order_is_pythons(mathematics, order):
    model = NGramModel.fit(TINY, order, vocabulary=[*TINY, "never"])
    contexts = seen_and_unseen(model.indices(TINY), len(model.vocabulary), np.random.default_rng(order))
    theirs = browser_probabilities(mathematics, TINY, model, contexts)
    ours = [np.exp(model.logits(context)) for context in contexts]
    np.testing.assert_allclose(theirs, ours, rtol=1e-12)


def test_words_are_told_apart_as_in_python(mathematics, model):
    texts = (FOLDER.parent / "data" / "stories.txt").read_text(encoding="utf-8").split("\n\n")
    texts += ["", " ", '"Who?" he said. ""', "OLD jon’s lamp-oil, i DON'T", "a<end>The \n b", "x_1 Élan—no", "'' '"]
    theirs = mathematics.evaluate(
        "([texts, words]) => texts.map((text) => source.tokenize(text, words))", [texts, list(model.vocabulary)]
    )
    assert theirs == [tokenize(text) for text in texts]


def test_words_are_written_as_in_python_and_can_be_read_again(mathematics, model):
    rng = np.random.default_rng(1)
    marks = model.indices([*"“”,.?!;:", END])
    rows = [*model.generate("", 40, temperature=2.0, batch=50, rng=rng), *rng.choice(marks, (50, 12))]
    words = [[model.vocabulary[i] for i in row] for row in rows]
    texts, again = mathematics.evaluate(
        """([all, words]) => {
          const write = ({ space, written }) => space + written;
          const texts = all.map((row) => source.spell(row).map(write).join(""));
          return [texts, texts.map((text) => source.tokenize(text, words))];
        }""",
        [words, list(model.vocabulary)],
    )
    ours = [model.text(row) for row in rows]
    assert [text.replace(f" {END}", "\n\n").replace(END, "\n\n") for text in texts] == ours
    assert again == words


@pytest.mark.parametrize(
    ("word", "near"),
    [("lampp", ["lamp"]), ("Jon'", ["Jon"]), ("ghost", ["goat"]), ("kingg", ["king"]), ("zzyzxqq", [])],
)
def test_the_nearest_words_come_first(mathematics, model, word, near):
    found = mathematics.evaluate("([word, all]) => source.nearestWords(word, all)", [word, list(model.vocabulary)])
    assert found[: len(near)] == near and len(found) <= 3 and bool(found) == bool(near)


# The writer, step by step in Python


def dice(page, seed, count=121):
    return page.evaluate(
        """([seed, count]) => {
          const random = source.randomSource(seed);
          return Array.from({ length: count }, () => source.uniform(random));
        }""",
        [seed, count],
    )


def written(model, prompt, count, numbers, *, mirostat=None, **settings):
    """Write with the seed's numbers: (word, probability, that at τ = 1, rank) of each step."""
    tokens, steps = model.indices(prompt).tolist(), []
    steady = mirostat and Mirostat(mirostat)
    for place in range(len(tokens), len(tokens) + count):
        logits = model.logits(tokens)
        order = np.argsort(-logits, kind="stable")
        left = ENGINE(**settings, text=np.argsort(order)[tokens])(logits[order])
        p = softmax(steady(left) if steady else left)
        rank = int(np.searchsorted(np.cumsum(p), numbers[place], side="right"))
        if steady:
            steady.mu -= steady.rate * (-math.log2(p[rank]) - mirostat)
        tokens.append(order[rank])
        steps.append((model.vocabulary[order[rank]], p[rank], math.exp(logits[order[rank]]), rank + 1))
    return steps


def table(page):
    """Return the table twin's lines as (word, probability, that at τ = 1, rank)."""
    lines = page.evaluate(
        """() => [...document.querySelectorAll("tbody tr")].map(({ cells }) => [
             cells[0].textContent,
             Number(cells[1].dataset.probability),
             Number(cells[2].dataset.probability),
             Number(cells[4].textContent)])"""
    )
    names = {"end of story": END}
    return [(names.get(name, name.split(" (")[0]), *numbers) for name, *numbers in lines]


def agrees(page, steps):
    lines = table(page)
    assert [line[0] for line in lines] == [step[0] for step in steps]
    assert [line[3] for line in lines] == [step[3] for step in steps]
    for i in (1, 2):
        assert [line[i] for line in lines] == pytest.approx([step[i] for step in steps], rel=1e-12)


def choose(view, temperature, **filters):
    """Return the traits of settings."""
    places = {name: view.filters[name].index(filters.get(name)) for name in view.filters}
    return {"temperature_index": view.temperatures.index(temperature), **places}


SETTINGS = [
    *({"temperature": temperature} for temperature in (0.0, 0.3, 1.0, 2.0, INF)),
    {"temperature": 1.5, "top_k": 5},
    {"temperature": 2.0, "top_p": 0.7},
    {"temperature": 1.0, "min_p": 0.1},
    {"temperature": INF, "top_k": 50, "top_p": 0.5, "min_p": 0.02},
    {"temperature": 3.0, "top_k": 1},
    {"temperature": 0.0, "presence_penalty": 1},
    {"temperature": 0.3, "frequency_penalty": 0.5, "repetition_penalty": 1.2},
    {"temperature": 0.0, "dry_penalty": 0.8},
    {"temperature": 1.0, "mirostat": 2.0},
    {"temperature": 2.0, "mirostat": 4.0, "dry_penalty": 0.4, "top_k": 200},
    {"temperature": 0.0, "mirostat": 6.0},
]


def test_every_text_is_the_one_that_python_writes_with_the_same_numbers(show, mathematics, model):
    explorable = story_writer()
    page = show(explorable)
    texts = set()
    for seed in (1, 8, 99):
        for settings in SETTINGS:
            put(page, **choose(explorable.view, **settings), seed=seed, count=60)
            agrees(page, written(model, "Old Jon", 60, dice(mathematics, seed), **settings))
            texts.add(page.locator(".tc-story").inner_text())
    greedy = [settings for settings in SETTINGS if settings["temperature"] == 0 or settings.get("top_k") == 1]
    assert len(greedy) == 5
    assert len(texts) == (len(SETTINGS) - 5) * 3 + 3, "one text for the greedy but two penalties, whatever the seed"


def test_mirostat_in_the_page_is_pythons(mathematics):
    """A loop of 200 draws by the same numbers: μ, what is kept and what is drawn."""
    rows = (2.5 * np.random.default_rng(4).normal(size=(200, 30))).tolist()
    for target in (0.5, 2.0, 6.0):
        steady, rng = Mirostat(target), np.random.default_rng(5)
        ours = [[int(steady.draw(row, rng=rng)), steady.mu] for row in rows]
        theirs = mathematics.evaluate(
            """([rows, chances, target]) => {
              let cut = 2 * target;
              return rows.map((row, i) => {
                const p = source.softmax(source.surpriseCut(row, cut), 1);
                const token = source.inverseCdf(p, chances[i]);
                cut = source.steadiedCut(cut, target, p[token]);
                return [token, cut];
              });
            }""",
            [rows, np.random.default_rng(5).random(200).tolist(), target],
        )
        assert [token for token, _ in theirs] == [token for token, _ in ours]
        assert [cut for _, cut in theirs] == pytest.approx([cut for _, cut in ours], rel=1e-12)


@pytest.mark.parametrize("bits", [-3.0, 0.0, 0.7, 3.0, 2000.0])
def test_mirostats_cut_is_pythons_on_any_row(mathematics, bits):
    steady = Mirostat(1.0)
    steady.mu = bits
    for row in ([0.1, 2.0, -1.0], [-INF, 3.0, 3.0], [1e308, 0.0, -1e308], [0.0], [0.0, -700.0], [INF, 1.0]):
        theirs = in_browser(mathematics, "surpriseCut", [(row, bits)])[0]
        assert theirs == steady(row).tolist()


def test_the_figures_are_those_of_the_words_written(show, mathematics, model):
    page = show(story_writer("In the morning", 30))
    steps = written(model, "In the morning", 30, dice(mathematics, 8))
    words = [step[0] for step in steps]
    surprise = -np.mean(np.log([step[2] for step in steps]))
    assert math.exp(surprise) == pytest.approx(model.perplexity(words, "In the morning"))
    left = np.mean([step[3] > 1 for step in steps])
    pairs = list(itertools.pairwise(words))
    assert page.locator(".tc-facts strong").all_inner_texts() == [
        f"{surprise:.2f} nats",
        f"{math.exp(surprise):.3g}",
        percent(left),
        percent(len(set(pairs)) / len(pairs)),
    ]


# What is shown


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    page.evaluate(FRAME)


def text(page):
    return " ".join(page.locator(".tc-story").inner_text().split())


def test_write_on_ends_with_the_sentence_or_the_length_and_a_text_only_grows(show):
    explorable = story_writer("Old Jon", 12)
    page = show(explorable)
    put(page, seed=3, count=0)
    before, ends = "Old Jon", []
    for _ in range(8):
        count = state(page, "count")
        press(page, "Write on")
        assert count < state(page, "count") <= count + 12
        now = text(page).removesuffix(" …")
        assert now.startswith(before)
        short = state(page, "count") < count + 12
        ends.append(now[-2:])
        assert not short or now.endswith((".", "?", "!", "”", "end of story")), now
        before = now
    assert any(end[1] == "”" and end[0] in ".?!" for end in ends), "a quotation mark ends its sentence"
    count = state(page, "count")
    press(page, "One word")
    assert state(page, "count") == count + 1
    after = text(page)
    put(page, count=0)
    assert text(page) == "Old Jon …"
    put(page, count=count + 1)
    assert text(page) == after, "the same seed, the same text"


def test_a_step_shows_what_its_word_was_drawn_from(show, mathematics, model):
    explorable = story_writer()
    page = show(explorable)
    put(page, **choose(explorable.view, 2.0, top_k=5), count=40)
    steps = written(model, "Old Jon", 40, dice(mathematics, 8), temperature=2.0, top_k=5)
    place = next(i for i, step in enumerate(steps) if step[3] == 4)
    page.get_by_role("option").nth(2 + place).click()
    page.evaluate(FRAME)
    context = model.indices([*tokenize("Old Jon"), *(step[0] for step in steps[:place])])
    logits = model.logits(context)
    order = np.argsort(-logits, kind="stable")
    p = softmax(ENGINE(temperature=2.0, top_k=5)(logits[order]))
    names = page.locator(".tc-panel .tc-label").all_text_contents()
    assert [name.split()[0] for name in names[:3]] == [model.vocabulary[i] for i in order[:3]]
    assert names[3].startswith(f"▸ {steps[place][0]}") and names[10] == "810 others"
    values = page.locator(".tc-panel .tc-value").all_text_contents()
    assert values == [*(f"{100 * q:.1f} %" for q in p[:5]), *["dropped"] * 6]
    widths = [float(bar.get_attribute("width")) for bar in page.locator(".tc-bar").all()]
    assert np.array(widths[:5]) / widths[0] == pytest.approx(p[:5] / p[0]) and widths[5:] == [0] * 6
    assert page.locator(".tc-drawn").count() == 1
    note = page.locator(".tc-step").inner_text().replace("\u00a0", " ")
    surprise = f"{100 * steps[place][2]:.1f} % at τ = 1, a surprise of {-math.log(steps[place][2]):.3g} nats"
    assert note == f"Rank 4 of 820, probability {100 * steps[place][1]:.1f} %; {surprise}."


def test_the_tail_is_summed_up_and_holds_a_word_of_a_low_rank(show, mathematics, model):
    explorable = story_writer()
    page = show(explorable)
    put(page, **choose(explorable.view, INF), count=5)
    page.get_by_role("option").nth(3).click()
    page.evaluate(FRAME)
    assert written(model, "Old Jon", 2, dice(mathematics, 8), temperature=INF)[1][3] > 10
    assert page.locator(".tc-panel .tc-label").last.text_content() == "▸ 810 others"
    assert page.locator(".tc-panel .tc-value").last.text_content() == f"{100 * 810 / 820:.1f} %"
    put(page, **choose(explorable.view, 0.0))
    assert page.locator(".tc-panel .tc-value").all_text_contents() == ["100 %", *["0 %"] * 10]


def test_words_are_walked_by_keyboard(show):
    page = show(story_writer())
    chosen = page.locator('[role="option"][aria-selected="true"]')
    assert page.get_by_role("listbox", name="The text, word by word").count() == 1
    assert page.locator('[role="option"][tabindex="0"]').count() == 1
    page.get_by_role("button", name="Rewind").focus()
    page.keyboard.press("Tab")
    for key, name in [("Home", "old"), ("ArrowLeft", "old"), ("ArrowRight", "Jon"), ("End", "the next word")]:
        page.keyboard.press(key)
        page.evaluate(FRAME)
        assert chosen.get_attribute("aria-label") == name
        assert chosen.evaluate("(node) => node === document.activeElement && node.tabIndex === 0")
        assert page.locator('[role="option"][tabindex="0"]').count() == 1
    assert page.locator("figcaption").last.inner_text() == "What may come next"
    page.keyboard.press("ArrowLeft")
    page.evaluate(FRAME)
    assert page.locator("figcaption").last.inner_text() == "Drawn: light"
    page.keyboard.press("Home")
    page.evaluate(FRAME)
    assert page.locator("figcaption").last.inner_text() == "Given: old"


def test_rewind_goes_back_to_a_word_and_keeps_what_comes_before_it(show):
    explorable = story_writer()
    page = show(explorable)
    whole = text(page)
    words = page.get_by_role("option").all_inner_texts()
    page.get_by_role("option").nth(9).click()
    press(page, "Rewind")
    assert page.locator("figcaption").last.inner_text() == "What may come next"
    kept = text(page)
    assert page.get_by_role("option").all_inner_texts() == [*words[:9], "…"]
    assert state(page, "beginning") == len(explorable.view.beginnings)
    put(page, count=17)
    assert text(page) == whole, "the same numbers for the same places"
    put(page, seed=9)
    assert text(page) != whole and text(page).startswith(kept.removesuffix("…"))
    put(page, count=0)
    for _ in range(7):
        press(page, "Rewind")
    assert text(page) == "Old Jon …" and state(page, "beginning") == 0, "from the end, a word at a time"
    for _ in range(3):
        press(page, "Rewind")
    assert text(page) == "…" and state(page, "prompt") == ""
    press(page, "Write on")
    assert state(page, "count") > 0


def test_the_end_of_a_story_survives_a_rewind(show, model):
    page = show(story_writer())
    put(page, prompt=f"Good night. {END} Old Jon", count=3)
    words = page.get_by_role("option").all_inner_texts()
    assert words[:6] == ["Good", "night", ".", "end of story", "Old", "Jon"]
    press(page, "Rewind")
    assert page.get_by_role("option").all_inner_texts() == [*words[:8], "…"]


def test_own_words_are_taken_and_unknown_ones_are_named(show):
    explorable = story_writer()
    page = show(explorable)
    field = page.get_by_role("textbox", name="Begin in your own words")
    field.fill("The lampp is")
    field.press("Enter")
    page.evaluate(FRAME)
    assert page.get_by_role("alert").inner_text().startswith("The stories have no word “lampp”. Near to it: lamp")
    assert field.get_attribute("aria-invalid") == "true" and text(page).startswith("Old Jon")
    field.fill('She said, "the lamp')
    field.press("Enter")
    page.evaluate(FRAME)
    assert page.get_by_role("alert").inner_text() == "" and field.get_attribute("aria-invalid") != "true"
    assert text(page).startswith("She said, “the lamp")
    assert state(page, "beginning") == len(explorable.view.beginnings)
    put(page, beginning=1)
    assert field.input_value() == "In the morning" and text(page).startswith("In the morning")


def test_a_page_that_is_full_says_so_and_takes_no_more(show):
    explorable = story_writer()
    page = show(explorable)
    put(page, count=explorable.view.longest)
    assert page.get_by_role("option").count() == explorable.view.longest
    before = text(page)
    press(page, "Write on")
    press(page, "One word")
    assert text(page) == before
    expect(page.get_by_text("The page is full at 120 words")).to_be_visible()
    page.get_by_role("option").nth(100).click()
    press(page, "Rewind")
    press(page, "One word")
    assert page.get_by_role("option").count() == 102


def test_new_words_are_announced_once_a_press(show):
    page = show(story_writer())
    page.evaluate(
        """() => {
          window.heard = [];
          const status = document.querySelector("[role=status]");
          const hear = () => heard.push(status.textContent);
          new MutationObserver(hear).observe(status, { childList: true, characterData: true, subtree: true });
        }"""
    )
    before = text(page).removesuffix(" …")
    press(page, "Write on")
    new = text(page).removesuffix(" …").removeprefix(before).strip()
    page.wait_for_function("heard.length > 0")
    assert page.evaluate("heard") == [f"Written: {new}"]
    page.get_by_role("option").first.focus()
    page.wait_for_function("heard.length > 1")
    assert page.evaluate("heard.length") == 2 and "Given: old. Rank" in page.evaluate("heard[1]")


def test_a_link_carries_the_words_and_refuses_those_that_are_not_known(show):
    anchor = story_writer().view.anchor
    page = show(story_writer(), f"#{anchor}?prompt=%E2%80%9CWho%3F%E2%80%9D%20she&top_k=5&min_p=off&count=3&seed=7")
    assert text(page).startswith("“Who?” she ") and page.get_by_role("option").count() == 9
    assert state(page, "filters")["top_k"][state(page, "top_k")] == 5
    page = show(story_writer(), f"#{anchor}?prompt=%3Cimg%20src=x%3E&top_k=7.5&count=1e9&seed=0")
    assert text(page).startswith("Old Jon ") and page.locator("img").count() == 0
    assert (state(page, "count"), state(page, "seed")) == (120, 1)
    assert state(page, "filters")["top_k"][state(page, "top_k")] is None


def test_nothing_works_while_nobody_asks_and_nothing_stays_behind(show):
    page = show(story_writer())
    page.get_by_role("status").filter(has_text="words written").wait_for(state="attached")
    press(page, "Write on")
    page.get_by_role("status").filter(has_text="Written:").wait_for(state="attached")
    asked = page.evaluate(
        """async () => {
          let asked = 0;
          const own = requestAnimationFrame;
          window.requestAnimationFrame = (callback) => (asked++, own(callback));
          for (let i = 0; i < 30; i += 1) await new Promise((done) => own(done));
          return asked;
        }"""
    )
    assert asked == 0
    page.evaluate("leave()")
    assert page.locator("[data-explorable]").count() == 0
    assert page.evaluate("Object.values(model.listeners).flat().length") == 0


def test_the_model_and_its_code_are_small():
    view = story_writer().view
    whole = json.dumps(view.get_state(), ensure_ascii=False).encode()
    assert len(whole) < 400_000
    assert set(view.vocabulary) >= set(view.training.split(" "))


@pytest.mark.parametrize("beyond, said", [(1, "1 more word of the beginning is left out"), (80, "80 more words")])
def test_words_beyond_the_page_are_counted_out(show, beyond, said):
    page = show(story_writer())
    put(page, prompt="the " * (120 + beyond))
    expect(page.get_by_text(f"The page is full at 120 words; {said}")).to_be_visible()
    put(page, prompt="the " * 120)
    expect(page.get_by_text("The page is full at 120 words: rewind, or reset.")).to_be_visible()


def test_what_loops_is_freed_by_a_penalty(show):
    """At τ = 0 the writer goes in a circle; a penalty leads out of it."""
    explorable = story_writer()
    page = show(explorable)
    shares = {}
    for name, setting in [("dry_penalty", None), ("dry_penalty", 0.8), ("presence_penalty", 1)]:
        put(page, **choose(explorable.view, 0.0, **{name: setting}), count=118)
        shares[setting] = page.locator(".tc-facts strong").last.inner_text()
    loop, dry, presence = (float(share.split()[0]) for share in shares.values())
    assert loop < 10 and min(dry, presence) > 70, shares


def test_knobs_that_act_are_shown_and_the_others_wait(show):
    explorable = story_writer()
    page = show(explorable)
    assert state(page, "more") is False
    put(page, **choose(explorable.view, 1.0, mirostat=3.0))
    page.evaluate(FRAME)
    assert state(page, "more") is True
    title = page.locator("figcaption").first.inner_text()
    assert title == "Written word by word at τ = 1, mirostat 3"


def test_a_link_carries_a_penalty_and_mirostat(show):
    anchor = story_writer().view.anchor
    page = show(story_writer(), f"#{anchor}?dry_penalty=0.8&mirostat=2.5&count=20")
    chosen = {name: state(page, "filters")[name][state(page, name)] for name in ("dry_penalty", "mirostat", "top_k")}
    assert chosen == {"dry_penalty": 0.8, "mirostat": 2.5, "top_k": None} and state(page, "more") is True


def test_mirostat_says_where_it_cuts_and_how_near_its_target_it_is(show, mathematics, model):
    explorable = story_writer()
    page = show(explorable)
    put(page, **choose(explorable.view, 1.0, mirostat=4.0), count=100)
    steps = written(model, "Old Jon", 100, dice(mathematics, 8), temperature=1.0, mirostat=4.0)
    surprises = -np.log2([step[1] for step in steps])

    assert said_of_mirostat(page, 2) == "Mirostat keeps words of up to 8 bits here."
    mean, cut = surprises[:50].mean(), 8 - 0.1 * (surprises[:50] - 4).sum()
    average = f"Among those kept, the words so far had {mean:.3g} bits on average; the target is 4."
    assert said_of_mirostat(page, 52) == f"Mirostat keeps words of up to {cut:.3g} bits here. {average}"
    assert said_of_mirostat(page, 1) == "", "it begins after the prompt"


def said_of_mirostat(page, place):
    """Choose a word, and return what is said of mirostat there."""
    page.get_by_role("option").nth(place).click()
    page.evaluate(FRAME)
    return page.locator(".tc-steady").inner_text()


def test_where_no_word_is_sure_enough_mirostat_keeps_the_likeliest_and_says_so(show, mathematics, model):
    explorable = story_writer()
    page = show(explorable)
    put(page, **choose(explorable.view, 1.0, mirostat=0.5), count=60)
    steps = written(model, "Old Jon", 60, dice(mathematics, 8), temperature=1.0, mirostat=0.5)
    mu, short = 1.0, []
    for _, p, at_1, rank in steps:
        short.append(rank == 1 and p == 1 and -math.log2(at_1) > mu)
        mu -= 0.1 * (-math.log2(p) - 0.5)
    assert 5 < sum(short) < 55
    for place, here in enumerate(short[:12]):
        assert ("none is so sure, so the likeliest alone stays" in said_of_mirostat(page, 2 + place)) == here


@pytest.mark.parametrize(
    "settings", [{"mirostat": 2.0}, {"mirostat": 0.5, "presence_penalty": 1}, {"dry_penalty": 0.8}]
)
def test_rewind_goes_back_to_that_moment_of_a_memory_too(show, settings):
    explorable = story_writer()
    page = show(explorable)
    put(page, **choose(explorable.view, 1.0, **settings), count=60)
    whole = text(page)
    page.get_by_role("option").nth(31).click()
    press(page, "Rewind")
    put(page, count=62 - 31)
    assert text(page) == whole
    put(page, beginning=1, count=20)
    anew = text(page)
    assert state(page, "cut") is None
    page = show(explorable)
    put(page, **choose(explorable.view, 1.0, **settings), beginning=1, count=20)
    assert text(page) == anew, "another beginning is a new start"


def test_a_link_after_a_rewind_writes_on_as_the_page_does(show):
    explorable = story_writer()
    page = show(explorable)
    put(page, **choose(explorable.view, 1.0, mirostat=2.0), count=60)
    page.get_by_role("option").nth(31).click()
    press(page, "Rewind")
    put(page, count=20)
    fragment = page.evaluate("() => [model.get('prompt'), model.get('cut')].map(encodeURIComponent)")
    link = "#{}?mirostat=2&count=20&seed=8&prompt={}&cut={}".format(explorable.view.anchor, *fragment)
    assert text(show(story_writer(), link)) == text(page)
    page = show(story_writer(), f"#{explorable.view.anchor}?mirostat=2&cut=%3Cb%3E")
    assert state(page, "cut") is None


def test_what_is_kept_need_not_be_the_likeliest_words(show, mathematics, model):
    """A word that was said already may be dropped, and those below it stay."""
    explorable = story_writer()
    page = show(explorable)
    settings = {"temperature": 1.0, "presence_penalty": 2, "top_k": 3}
    put(page, **choose(explorable.view, **settings), count=60)
    steps = written(model, "Old Jon", 60, dice(mathematics, 8), **settings)
    tokens, seen = model.indices([*tokenize("Old Jon"), *(step[0] for step in steps)]), 0
    for place in range(40, 60):
        logits = model.logits(tokens[:place])
        order = np.argsort(-logits, kind="stable")
        kept = ENGINE(**settings, text=np.argsort(order)[tokens[:place]])(logits[order]) > -INF
        if kept[:3].all():
            continue
        page.get_by_role("option").nth(place).click()
        page.evaluate(FRAME)
        dropped = [value == "dropped" for value in page.locator(".tc-panel .tc-value").all_text_contents()]
        assert dropped == [*~kept[:10], not kept[10:].any()]
        seen += 1
    assert seen > 3


def test_a_negative_setting_has_a_true_minus_sign(show):
    explorable = story_writer()
    page = show(explorable)
    put(page, **choose(explorable.view, 1.0, presence_penalty=-2))
    assert page.locator("figcaption").first.inner_text() == "Written word by word at τ = 1, presence penalty −2"
    assert page.get_by_text("asks where 0 is").is_hidden()
    put(page, **choose(explorable.view, 1.0, repetition_penalty=1.3))
    assert page.get_by_text("asks where 0 is").is_visible()
