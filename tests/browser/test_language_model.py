"""The language model's explorable: recorded contexts against Python, and, with a small stand-in, what a reader does."""

import json
import math

import numpy as np
import pytest
from pages import FRAME, HOST, put
from playwright.sync_api import expect

from tempcourse.contexts import load_contexts, read_data
from tempcourse.decoding import LLAMA_CPP, TRANSFORMERS, VLLM
from tempcourse.softmax import softmax
from tempcourse.widgets import language_model
from tempcourse.widgets.kit.filters import COMMON, TEMPERATURES

# Stands for the loader of a page: 60 tokens, whose logits after a text are a fixed function of its last two.
LOADER = """
const pieces = Array.from({ length: 60 }, (_, i) => new TextEncoder().encode(i % 3 ? ` w${i}` : `${i}`));
export async function loadModel({ progress, signal }) {
  for (let part = 1; part <= 4; part += 1) {
    progress(part * 25e6, 100e6);
    await new Promise((done) => setTimeout(done, window.slow ?? 0));
    signal.throwIfAborted();
  }
  if (window.broken) throw new Error("out of memory");
  window.asked = [];
  return {
    pieces,
    encode: async (text) => Array.from(text, (letter) => letter.charCodeAt(0) % 60),
    async logits(tokens) {
      window.asked.push(tokens.length);
      const [a, b] = [tokens.at(-1), tokens.at(-2) ?? 7];
      return Float64Array.from({ length: 60 }, (_, i) => -((a * 31 + b * 17 + i * 23) % 61) / 6);
    },
    exit: async () => (window.ended = true),
  };
}
"""


@pytest.fixture
def live(new_page, serve, tmp_path):
    """A function that shows the explorable on a page that has a loader."""
    link = '<meta name="language-model" content="loader.js">'
    (tmp_path / "index.html").write_text(f"<!doctype html><html lang=en><title>Test</title>{link}<body>")
    (tmp_path / "loader.js").write_text(LOADER)
    view = language_model().view
    address = serve(tmp_path)

    def open_page(before="", width=700):
        page = new_page(viewport={"width": width, "height": 900})
        if before:
            page.add_init_script(before)
        page.goto(f"{address}/index.html")
        traits = {name: value for name, value in view.get_state().items() if not name.startswith("_")}
        page.evaluate(HOST, {"esm": view._esm, "css": view._css, "state": json.loads(json.dumps(traits, default=str))})
        return page

    return open_page


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    page.evaluate(FRAME)  # until then the buttons do not show that it works
    expect(page.get_by_role("button", name="Draw one token")).to_be_enabled()


def load(page):
    page.get_by_role("button", name="Load the model").click()
    expect(page.get_by_role("button", name="Draw one token")).to_be_enabled()


def written(page):
    """Return the text that is shown, without the place of the next token."""
    return page.locator(".tc-story").inner_text().removesuffix("…").rstrip()


def column(page, number):
    """Return a column of the table's probabilities, in full."""
    return [float(text) for text in page.locator(f".tc-table tbody td:nth-child({number})").evaluate_all(
        "cells => cells.map((cell) => cell.dataset.probability || 'nan')"
    )]


# Recorded contexts


def test_logits_are_those_of_python(mathematics):
    data = read_data("contexts.json")
    width = data["width"]
    for context in data["contexts"][::5]:
        theirs = mathematics.evaluate("([context, width]) => source.recordedLogits(context, width)", [context, width])
        np.testing.assert_allclose(theirs, load_contexts()[context["text"]].logits, rtol=0, atol=1e-12)


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0, 2.0, math.inf])
def test_table_is_softmax_over_the_whole_vocabulary(show, temperature):
    page = show(language_model())
    put(page, temperature_index=TEMPERATURES.index(temperature))
    if temperature == 0:  # transformers refuses it
        put(page, engine=1)
    logits = load_contexts()["The cat sat on the"].logits
    for number, tau in ((3, 1.0), (4, temperature)):
        p = softmax(logits, tau)
        np.testing.assert_allclose(column(page, number), [*p[:12], p[12:].sum()], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", COMMON)
def test_filters_are_those_of_python(show, name):
    page = show(language_model())
    context = "Why is the sky"
    put(page, context=list(load_contexts()).index(context), temperature_index=TEMPERATURES.index(1.5))
    for index in (2, 9):
        for i, engine in enumerate((TRANSFORMERS, VLLM, LLAMA_CPP)):
            put(page, engine=i, **{name: index})
            settings = {"temperature": 1.5} | ({name: COMMON[name][index]} if name in engine.order else {})
            kept = np.isfinite(engine(**settings)(load_contexts()[context].logits)).sum()
            expect(page.locator(".tc-facts strong").first).to_have_text(f"{kept:,} of 49,152")


def test_without_a_loader_it_says_where_the_model_is(show):
    page = show(language_model())
    expect(page.get_by_role("button", name="Load the model")).to_be_hidden()
    expect(page.locator(".tc-load")).to_contain_text("load_transformer()")


# The model


def test_nothing_is_loaded_before_it_is_asked_for(live):
    page = live()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.evaluate(FRAME)
    assert not any("loader" in url for url in requests)
    expect(page.get_by_role("button", name="Load the model (about 100 MB, once)")).to_be_visible()


def test_the_same_seed_writes_the_same_text(live):
    texts = []
    for seed in (1, 1, 2):
        page = live()
        put(page, seed=seed)
        load(page)
        press(page, "Write 20")
        texts.append(written(page))
    assert texts[0] == texts[1] != texts[2]
    assert texts[0].startswith("w") or texts[0]


def test_one_token_at_a_time_is_many_at_once(live):
    page = live()
    load(page)
    press(page, "Write 20")
    many = written(page)
    press(page, "Start over")
    for _ in range(20):
        press(page, "Draw one token")
    assert written(page) == many


def test_back_and_another_branch(live):
    page = live()
    load(page)
    press(page, "Write 20")
    many = written(page)
    tokens = page.locator(".tc-story [role=option]:visible")
    given = len("The cat sat on the")
    tokens.nth(given + 5).click()
    expect(page.locator("figcaption").filter(has_text="In place of")).to_be_visible()
    press(page, "Back to here")
    expect(tokens).to_have_count(given + 5 + 1)
    assert many.startswith(written(page))
    press(page, "Write 20")
    assert written(page).startswith(many), "the seed has a number for each place"
    tokens.nth(given + 2).click()
    page.locator(".tc-others button").nth(3).click()
    expect(tokens).to_have_count(given + 3 + 1)


def test_the_load_can_be_cancelled(live):
    page = live("window.slow = 2000")
    page.get_by_role("button", name="Load the model").click()
    expect(page.locator("progress")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".tc-load")).to_contain_text("Cancelled.")
    expect(page.get_by_role("button", name="Load the model")).to_be_visible()


def test_what_fails_is_said_and_the_recorded_contexts_stay(live):
    page = live("window.broken = true")
    page.get_by_role("button", name="Load the model").click()
    expect(page.locator(".tc-load")).to_contain_text("out of memory")
    expect(page.locator(".tc-facts strong").first).to_have_text("49,152 of 49,152")


def test_the_memory_is_freed_when_the_view_goes(live):
    page = live()
    load(page)
    page.evaluate("leave()")
    assert page.evaluate("window.ended") is True


def test_a_cold_text_takes_the_favourites(live):
    page = live()
    load(page)
    put(page, engine=1, temperature_index=0)
    press(page, "Write 20")
    expect(page.locator("[role=status]")).to_contain_text("Written:")
    press(page, "At three temperatures")
    expect(page.locator(".tc-written").first).not_to_have_text("")


def test_another_prompt_is_read_when_it_is_typed(live):
    page = live()
    load(page)
    page.get_by_label("The text that the model reads").fill("abc")
    page.get_by_label("The text that the model reads").blur()
    expect(page.locator(".tc-story [role=option]:visible")).to_have_count(4)
