"""The language model in the served site: loaded, written with and left in Chromium, and in the other two browsers.

Its figures are llama.cpp's own, which multiplies in 8 bits: those of tempcourse.transformer are near them, no more.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from engines import ENGINES, open_engine, serve_watched
from pages import FRAME
from playwright.sync_api import expect

from tempcourse.decoding import LLAMA_CPP, TRANSFORMERS, VLLM
from tempcourse.softmax import softmax
from tempcourse.widgets.kit.filters import COMMON, TEMPERATURES

SITE = Path(__file__).parents[2] / "_build" / "site"
CHAPTER = "notebooks/09_real_model.html"
# What llama.cpp's own sampler writes at temperature 0: createCompletion of wllama 2.3.7, asked once.
GREEDY = "The cat sat on the cat's favorite toy. The cat was happy to have a"
LONG = 120_000  # milliseconds: two slow cores may have other work
# The logits of a text, from a model of the test's own.
LOGITS = """async (text) => {
  const { loadModel } = await import(new URL(document.querySelector('meta[name="language-model"]').content, location));
  const model = await loadModel();
  const logits = Array.from(await model.logits(await model.encode(text)));
  await model.exit();
  return logits;
}"""
WAKE = """async () => {
  const place = document.querySelector('.static-widget[id^="language_model"]');
  while (!place.querySelector("[data-explorable]")) {
    place.scrollIntoView({ behavior: "instant", block: "center" });
    await new Promise(requestAnimationFrame);
  }
}"""
SET = """(slider, value) => {
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""
SLIDERS = {"top_k": "Top-k", "top_p": "Top-p", "min_p": "Min-p", "typical_p": "Typical-p"}


@pytest.fixture(scope="module")
def address():
    """Where the site is served."""
    assert SITE.is_dir(), "run `make site` first"
    with serve_watched(SITE) as address:
        yield address


@pytest.fixture
def visit(new_page, address):
    """A function that opens a page of the site and shows the explorable."""

    def open_page(name=CHAPTER):
        page = new_page(viewport={"width": 1200, "height": 900})
        return show(page, f"{address}/{name}")

    return open_page


def show(page, where):
    """Open a page and show the explorable."""
    page.goto(where)
    page.evaluate(WAKE)
    expect(page.get_by_role("button", name="Load the model")).to_be_visible()
    return page


def ready(page):
    """Wait until the model has nothing to do."""
    expect(page.get_by_role("button", name="Draw one token")).to_be_enabled(timeout=LONG)


def load(page):
    page.get_by_role("button", name="Load the model").click()
    ready(page)


def press(page, name):
    """Press a button, and wait until what it began is done."""
    page.get_by_role("button", name=name, exact=True).click()
    page.evaluate(FRAME)
    ready(page)


def turn(page, label, index):
    """Put a slider to a stop."""
    widget = page.locator('.static-widget[id^="language_model"]')
    widget.get_by_label(label, exact=True).evaluate(SET, index)
    page.evaluate(FRAME)


def choose_engine(page, name):
    page.locator('.static-widget[id^="language_model"] label').filter(has_text=name).click()
    page.evaluate(FRAME)


def write_coldly(page):
    choose_engine(page, "vLLM")  # transformers refuses 0
    turn(page, "Temperature τ", 0)


def tokens(page):
    return page.locator('[data-explorable="language_model"] .tc-story [role=option]:visible')


def written(page):
    return page.locator('[data-explorable="language_model"] .tc-story').inner_text().removesuffix("…").rstrip()


def column(page, number):
    """Return a column of the table's probabilities, in full."""
    cells = page.locator(f'[data-explorable="language_model"] tbody td:nth-child({number})')
    return [float(text) for text in cells.evaluate_all("cells => cells.map((cell) => cell.dataset.probability)")]


def test_the_site_holds_model_engine_and_licences_and_says_which():
    folder = SITE / "language-model"
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    model = folder / about["file"]
    assert model.stat().st_size == about["bytes"] == 98_362_432
    assert hashlib.sha256(model.read_bytes()).hexdigest() == about["sha256"]
    assert (folder / about["wasm"]).read_bytes()[:4] == b"\0asm" and (folder / about["engine"]).stat().st_size > 50_000
    assert "MIT" in (folder / "wllama-licence.txt").read_text(encoding="utf-8")
    assert "Apache" in (folder / "model-licence.txt").read_text(encoding="utf-8")


def test_only_the_model_s_pages_may_compile(visit):
    for path in (*SITE.glob("notebooks/*.html"), *SITE.glob("book/*.html")):
        html = path.read_text(encoding="utf-8")
        has = path.relative_to(SITE).as_posix() in ("book/index.html", CHAPTER)
        assert ("wasm-unsafe-eval" in html) == ('name="language-model"' in html) == has, path


@pytest.mark.parametrize("name", ["book/index.html", CHAPTER])
def test_it_loads_and_writes_what_llama_cpp_writes(visit, name):
    page = visit(name)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.evaluate(FRAME)
    assert not [url for url in requests if "language" in url], "nothing before it is asked for"
    load(page)
    assert sum(url.endswith(".gguf") for url in requests) == 1
    write_coldly(page)
    for _ in range(12):
        press(page, "Draw one token")
    assert written(page) == GREEDY
    press(page, "Start over")
    press(page, "Write 20")
    assert written(page).startswith(GREEDY)


def test_the_load_shows_how_far_it_is_and_can_be_cancelled(visit):
    page = visit()
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": 8e6, "uploadThroughput": -1},
    )
    page.get_by_role("button", name="Load the model").click()
    bar = page.get_by_role("progressbar", name="Loading the model")
    seen = []
    for _ in range(3):
        page.wait_for_function("([bar, last]) => bar.value > last", arg=[bar.element_handle(), max(seen, default=0)])
        seen.append(bar.evaluate("bar => bar.value"))
    assert 0 < seen[0] < seen[1] < seen[2] < 1
    expect(page.locator(".tc-load")).to_contain_text("of 98 MB")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".tc-load")).to_contain_text("Cancelled.")
    expect(page.get_by_role("button", name="Load the model")).to_be_visible()
    assert page.workers == []


def test_a_second_visit_needs_no_network_for_the_model_and_leaving_frees_it(visit, address):
    page = visit()
    load(page)
    assert len(page.workers) == 1
    page.goto("about:blank")
    page.context.route("**/*.gguf", lambda route: route.abort())
    show(page, f"{address}/{CHAPTER}")
    assert page.workers == [], "leaving the page ends the engine"
    load(page)
    press(page, "Draw one token")
    assert len(written(page)) > len("The cat sat on the")


def test_its_table_and_its_filters_are_python_s_of_the_same_logits(visit):
    page = visit()
    logits = np.array(page.evaluate(LOGITS, "The cat sat on the"))
    assert logits.shape == (49152,) and np.exp(logits).sum() == pytest.approx(1, abs=1e-3)
    logits = np.sort(logits)[::-1]
    load(page)
    page.locator('[data-explorable="language_model"]').get_by_role("button", name="Show numbers").click()
    choose_engine(page, "llama.cpp")  # which refuses no temperature
    for temperature in (0.0, 0.5, 1.0, 2.0, np.inf):
        turn(page, "Temperature τ", TEMPERATURES.index(temperature))
        p = softmax(logits, temperature)
        np.testing.assert_allclose(column(page, 4), [*p[:12], p[12:].sum()], rtol=1e-6, atol=1e-12)
    turn(page, "Temperature τ", TEMPERATURES.index(1.5))
    kept = page.locator('[data-explorable="language_model"] .tc-facts strong').first
    for engine in (TRANSFORMERS, VLLM, LLAMA_CPP):
        choose_engine(page, engine.name)
        for name, label in SLIDERS.items():
            turn(page, label, 9)
            settings = {"temperature": 1.5} | ({name: COMMON[name][9]} if name in engine.order else {})
            expect(kept).to_have_text(f"{np.isfinite(engine(**settings)(logits)).sum():,} of 49,152")
            turn(page, label, len(COMMON[name]) - 1)
    expect(kept).to_have_text("49,152 of 49,152")


def test_back_to_a_token_another_in_its_place_and_on(visit):
    page = visit()
    load(page)
    press(page, "Write 20")
    whole, given = written(page), tokens(page).count() - 21
    tokens(page).nth(given + 6).click()
    page.evaluate(FRAME)
    ready(page)
    press(page, "Back to here")
    expect(tokens(page)).to_have_count(given + 7)
    assert whole.startswith(written(page))
    press(page, "Write 20")
    assert written(page).startswith(whole), "the seed has a number for each place"
    tokens(page).nth(given + 2).click()
    page.evaluate(FRAME)
    ready(page)
    other = page.get_by_role("group", name="Put another token here").get_by_role("button").nth(5)
    put = other.inner_text().replace("␣", "").strip()
    other.click()
    expect(tokens(page)).to_have_count(given + 4)
    ready(page)
    assert written(page).endswith(put)


def test_twenty_seconds_of_quick_changes_do_not_break_it(visit):
    page = visit()
    load(page)
    place = page.locator('[data-explorable="language_model"]')
    place.evaluate(
        """async (place) => {
          const sliders = [...place.closest(".static-widget").querySelectorAll("input[type=range]")];
          const buttons = [...place.querySelectorAll(".tc-player button")].filter((one) => !one.closest(".tc-load"));
          const begun = performance.now();
          for (let i = 0; performance.now() - begun < 20000; i += 1) {
            const slider = sliders[i % sliders.length];
            slider.value = Number(slider.min) + ((i * 7) % (Number(slider.max) - Number(slider.min) + 1));
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            if (i % 5 === 0) buttons[(i / 5) % buttons.length].click();
            if (i % 11 === 0) place.querySelectorAll(".tc-story [role=option]")[(i * 3) % 8]?.click();
            await new Promise((done) => setTimeout(done, 15));
          }
          buttons.find((one) => one.textContent === "Stop").click();
        }"""
    )
    ready(page)
    place.get_by_role("button", name="Reset").click()
    page.evaluate(FRAME)
    ready(page)
    write_coldly(page)
    press(page, "Write 20")
    assert written(page).startswith(GREEDY)


def test_as_a_message_in_a_chat_it_answers(visit):
    page = visit()
    load(page)
    page.get_by_label("The text that the model reads").fill("What is the capital of France?")
    page.get_by_label("as a message in a chat").check()
    page.evaluate(FRAME)
    ready(page)
    write_coldly(page)
    press(page, "Write 20")
    assert "Paris" in written(page).split("assistant")[-1]


OTHERS = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ENGINES if name != "chromium"]
WRITE = """async () => {
  const frame = () => new Promise((done) => setTimeout(done, 50));
  const place = document.querySelector('.static-widget[id^="language_model"]');
  place.scrollIntoView({ behavior: "instant", block: "center" });
  const button = (text) => [...place.querySelectorAll("button")].find((one) => one.textContent.startsWith(text));
  const until = async (done) => {
    const begun = performance.now();
    while (!done()) {
      if (performance.now() - begun > 100000) throw new Error(place.querySelector(".tc-load")?.textContent ?? "late");
      await frame();
    }
  };
  await until(() => button("Load"));
  button("Load").click();
  await until(() => button("Draw") && !button("Draw").disabled);
  const slider = [...place.querySelectorAll("input[type=range]")][0];
  [...place.querySelectorAll("label")].find((label) => label.textContent === "vLLM").click();
  slider.value = slider.min;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  await until(() => slider.getAttribute("aria-valuetext") === "0" && !button("Draw").disabled);
  const story = place.querySelector(".tc-story");
  const before = story.innerText;
  button("Write").click();
  await until(() => story.innerText !== before && !button("Draw").disabled);
  return story.innerText;
}"""


@pytest.mark.parametrize("engine", OTHERS)
def test_it_loads_and_writes_in_the_other_browsers(engine, browser, address):
    with open_engine(engine, browser) as page:
        page.open(f"{address}/{CHAPTER}", 1280, 900)
        assert " ".join(page.run(WRITE).split()).startswith(GREEDY)
        assert page.run("async () => window.complaints") == []
