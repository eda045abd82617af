"""The explorables' drawn half in a real browser, with a plain object for a model: no Jupyter, no book."""

import math
import re

import pytest
from explorables import ASKING, EXPLORABLES, SKETCH
from pages import FRAME, put, state

from tempcourse.softmax import softmax
from tempcourse.widgets import (
    compare_temperatures,
    explore_annealing,
    explore_levels,
    explore_softmax,
    explore_temperature,
    quiz,
)

INF = math.inf


def table(page):
    """Return the table twin's probability cells as (row, temperature, exact value, text)."""
    return page.evaluate(
        """() => [...document.querySelectorAll("tbody tr")].flatMap((row, i) =>
             [...row.querySelectorAll("[data-probability]")].map((cell) =>
               [i, cell.dataset.temperature, cell.dataset.probability, cell.textContent]))"""
    )


def number(text):
    return float(text.replace("Infinity", "inf"))


def holds(page, logits):
    """Assert that every number of the table is Python's softmax, exact to 1e-12 and shown to 6 digits."""
    cells = table(page)
    assert cells
    for row, temperature, exact, text in cells:
        expected = softmax(logits, number(temperature))[row]
        assert float(exact) == pytest.approx(expected, rel=1e-12, abs=1e-300)
        assert float(text) == pytest.approx(expected, rel=5.1e-6, abs=1e-300)
        assert (text in "01") == (expected in (0.0, 1.0))


FIVE = [0.0, 0.1, 1.0, 5.0, INF]


@pytest.mark.parametrize("temperature", FIVE)
def test_the_table_of_explore_temperature_is_pythons(show, temperature):
    explorable = explore_temperature()
    page = show(explorable)
    index = explorable.view.temperatures.index(temperature)
    for i, preset in enumerate(explorable.view.presets):
        put(page, preset=i, temperature_index=index)
        assert {number(cell[1]) for cell in table(page)} == {temperature}
        holds(page, [float(z) for z in preset["logits"]])


@pytest.mark.parametrize("temperature", FIVE)
def test_the_table_of_compare_temperatures_is_pythons(show, temperature):
    explorable = compare_temperatures([2.0, 1.0, -INF, 0.1], FIVE, claimed={1: [0.46, None, None, None]})
    page = show(explorable)
    put(page, temperature_index=explorable.view.temperatures.index(temperature))
    assert [number(cell[1]) for cell in table(page)][: len(FIVE) + 1] == [*FIVE, temperature]
    holds(page, [2.0, 1.0, -INF, 0.1])


@pytest.mark.parametrize("temperature", FIVE)
def test_a_shift_moves_the_logits_and_no_probability(show, temperature):
    explorable = explore_softmax(SKETCH)
    page = show(explorable)
    put(page, temperature_index=explorable.view.temperatures.index(temperature), logit_3=-1.5)
    holds(page, [2.0, 1.0, -1.5, 0.1])
    bars = """() => [...document.querySelectorAll(".tc-bar")].map(
      (bar) => Math.round(bar.getAttribute("width") * 1e6))"""
    before, dots = page.evaluate(bars), page.locator(".tc-score").first.get_attribute("cx")
    put(page, shift=7.5)
    assert page.evaluate(bars) == before
    assert page.locator(".tc-score").first.get_attribute("cx") != dots
    assert "shifted by 7.5" in page.locator("caption").inner_text()


def test_bars_are_as_long_as_their_probabilities(show):
    page = show(explore_temperature())
    widths = [float(bar.get_attribute("width")) for bar in page.locator(".tc-bar").all()]
    assert [w / widths[0] for w in widths] == pytest.approx(
        list(softmax(SKETCH) / softmax(SKETCH)[0]), rel=1e-6
    )


def test_the_summary_follows_in_one_sentence_when_the_reader_pauses(show):
    explorable = explore_temperature()
    page = show(explorable)
    put(page, temperature_index=explorable.view.temperatures.index(0.5))
    page.get_by_role("status").filter(has_text="At temperature 0.5: class 1 82.8 %").wait_for(
        state="attached"
    )
    assert page.get_by_role("status").inner_text().count(". ") == 0


def test_numbers_are_shown_on_request_and_always_there(show):
    page = show(explore_temperature())
    assert page.get_by_role("table").count() == 1
    button = page.get_by_role("button", name="Show numbers")
    assert button.get_attribute("aria-expanded") == "false"
    button.press("Enter")
    assert page.get_by_role("button", name="Hide numbers").get_attribute("aria-expanded") == "true"
    assert page.get_by_role("table").bounding_box()["height"] > 60


# Links


@pytest.mark.parametrize("name", [name for name in EXPLORABLES if name not in ASKING])
def test_a_copied_link_brings_the_settings_back_and_reset_undoes_them(show, name):
    make, settings = EXPLORABLES[name]
    explorable = make()
    page = show(explorable)
    page.evaluate("() => (navigator.clipboard.writeText = async (text) => (window.copied = text))")
    put(page, **settings)
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied").wait_for()
    link = page.evaluate("copied")
    fragment = link[link.index("#") :]
    assert fragment.startswith(f"#{explorable.view.anchor}?")

    again = show(make(), fragment)
    assert {trait: state(again, trait) for trait in settings} == settings
    again.get_by_role("button", name="Reset").click()
    assert {trait: state(again, trait) for trait in explorable.view.defaults} == explorable.view.defaults


@pytest.mark.parametrize(
    ("query", "index", "preset"),
    [
        ("temperature=0", 0, 0),
        ("temperature=inf&preset=mask", 82, 4),
        ("temperature=0.3", 31, 0),  # no stop: the nearest is 0.32
        ("temperature=1e-9", 1, 0),  # above 0, so never rounded to it
        ("temperature=1e9", 81, 0),
        ("temperature=-1", 41, 0),
        ("temperature=nan&preset=nothing", 41, 0),
        ("temperature=&preset=", 41, 0),
        ("temperature=%3Cimg%3E&other=1", 41, 0),
        ("preset=tie&temperature=%E2%88%9E", 82, 1),
    ],
)
def test_what_anybody_may_type_is_read_or_left(show, query, index, preset):
    explorable = explore_temperature()
    page = show(explorable, f"#{explorable.view.anchor}?{query}")
    assert (state(page, "temperature_index"), state(page, "preset")) == (index, preset)


def test_numbers_in_a_link_stay_within_the_sliders(show):
    explorable = explore_softmax(SKETCH)
    page = show(explorable, f"#{explorable.view.anchor}?logit_1=99&logit_2=x&logit_3=-0.04&shift=-1e300")
    assert [state(page, trait) for trait in ("logit_1", "logit_2", "logit_3", "shift")] == [5, 1.0, 0, -10]


def test_a_link_is_followed_while_the_page_is_open_and_only_by_the_one_it_names(show):
    explorable = explore_temperature()
    page = show(explorable)
    page.evaluate("(anchor) => (location.hash = `${anchor}?temperature=5`)", explorable.view.anchor)
    page.wait_for_function("model.state.temperature_index === 55")
    page.evaluate("location.hash = 'another-0000?temperature=1'")
    page.evaluate(FRAME)
    assert state(page, "temperature_index") == 55


def test_nothing_stays_behind(show):
    page = show(explore_temperature())
    page.evaluate("leave()")
    assert page.locator("[data-explorable]").count() == 0
    assert page.evaluate("Object.values(model.listeners).flat().length") == 0
    page.evaluate(
        "(anchor) => (location.hash = `${anchor}?temperature=5`)", explore_temperature().view.anchor
    )
    page.evaluate(FRAME)
    assert state(page, "temperature_index") == 41


# Pointers, and the hunt


def test_a_tap_and_a_drag_on_the_curves_choose_a_temperature(show):
    page = show(explore_temperature())
    box = page.locator(".tc-pick").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + 60)
    assert state(page, "temperature_index") == 82
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    assert state(page, "temperature_index") == 82, "moving without pressing chooses nothing"
    page.mouse.down()
    page.mouse.move(box["x"] + 2, box["y"] + 60)
    page.mouse.up()
    assert state(page, "temperature_index") == 0


def test_the_hunt_remembers_the_best_and_shows_that_no_temperature_fits(show):
    explorable = compare_temperatures(SKETCH, [2], claimed=[[0.32, 0.27, 0.24, 0.18]])
    stops = explorable.view.temperatures
    page = show(explorable)
    facts = page.locator(".tc-facts strong")
    for temperature in (10.0, 2.0):
        put(page, temperature_index=stops.index(temperature))
    assert facts.nth(0).inner_text() == "8.6 points: class 1 is 40.6 %, not 32 %"
    assert facts.nth(1).inner_text().endswith("at τ = 10")
    page.get_by_role("button", name="Show every τ").click()
    page.evaluate(FRAME)
    worst = {t: max(abs(softmax(SKETCH, t) - [0.32, 0.27, 0.24, 0.18])) for t in stops}
    best = min(worst, key=worst.get)
    assert (
        facts.nth(1).inner_text()
        == f"{100 * worst[best]:.1f} points at τ = {best:g}, and no stop does better"
    )
    page.get_by_role("button", name="Reset").click()
    page.evaluate(FRAME)
    assert facts.nth(1).inner_text().endswith("at τ = 1"), "a reset forgets the hunt"


@pytest.mark.parametrize("width", [320, 700])
@pytest.mark.parametrize("name", EXPLORABLES)
def test_nothing_is_wider_than_the_page_and_text_keeps_its_size(show, name, width):
    page = show(EXPLORABLES[name][0](), width=width)
    page.evaluate(FRAME)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("svg")].filter((chart) => chart.checkVisibility()).flatMap((chart) => {
             const scale = chart.getBoundingClientRect().width / chart.viewBox.baseVal.width;
             const size = (text) => scale * parseFloat(getComputedStyle(text).fontSize);
             return [...chart.querySelectorAll("text")].map(size);
           })"""
    )
    assert min(sizes, default=12) >= 11.9  # a quiz has no chart


# The quiz


def test_a_quiz_by_keyboard_alone(show):
    page = show(
        quiz("Which of `a` and <b>?", ["one", "two", "three"], 2, ["Not `one`.", "Not two.", "Yes, three."])
    )
    group = page.get_by_role("group", name="Which of a and <b>?")
    assert group.locator("legend code").inner_text() == "a"
    assert page.get_by_role("button", name="Check my answer").is_disabled()
    assert "Yes, three." not in page.content()
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("radio", name="two").is_checked()
    page.keyboard.press("Enter")
    assert page.get_by_role("status").inner_text() == "Not b. The right answer is c."
    notes = page.locator("details")
    assert [note.get_attribute("open") is not None for note in notes.all()] == [True, False, False]
    assert "Not two." in notes.first.inner_text() and "three ✓ right" in notes.nth(1).inner_text()
    again = page.get_by_role("button", name="Try again")
    assert again.evaluate("(node) => node === document.activeElement")
    page.keyboard.press("Enter")
    assert page.locator("details").count() == 0
    assert page.get_by_role("radio").first.evaluate(
        "(node) => node === document.activeElement && !node.checked"
    )
    page.get_by_role("radio", name="three").check()
    page.get_by_role("button", name="Check my answer").click()
    assert page.get_by_role("status").inner_text() == "Right: c."


def test_charts_of_different_explorables_do_not_share_their_gradients(show):
    pages = [show(explorable) for explorable in (explore_temperature(), explore_levels(), explore_annealing())]
    ids = [gradient.get_attribute("id") for page in pages for gradient in page.locator("linearGradient").all()]
    assert len(ids) >= 3 and len(set(ids)) == len(ids)


# One contract for all


@pytest.mark.parametrize("name", EXPLORABLES)
def test_each_says_its_name_its_state_and_its_numbers(show, name):
    explorable = EXPLORABLES[name][0]()
    page = show(explorable)
    root = page.locator(f'[data-explorable="{name}"]')
    if name not in ASKING:
        assert root.get_by_role("status").inner_text()
        assert root.locator("table caption").first.inner_text()
        root.locator("tbody tr").first.wait_for(state="attached")


# What a text on paper and the sentence on the page both say.
BOTH = {
    "explore_softmax": [r"class \d [\d.]+ %", r"[\d.]+ effective choices"],
    "explore_temperature": [r"class 1 .* effective choices"],
    "explore_levels": [r"(E = .*?) (?:\(|holds)", r"mean energy .*"],
    "explore_calibration": [r"(88\.1) %", r"(21\.4) %"],
    "decoding_lab": [r"had\W+([\d.]+ %)", r"(8) of", r"(6\.09)"],
    "explore_pass_at_k": [r"pass@\d+ [\d.]+ %, best at temperature [\d.]+", r"(50) % of the tasks"],
    "explore_speculative": [r"temperature [\d.]+: [\d.]+ % .* exactly\."],
    "settings_converter": [r"([\d.]+ %)"],
    "sequence_tree": [r"[AB] [abc] [\d.]+ % and [\d.]+ %", r"entropy [\d.]+ and [\d.]+ nats"],
}


@pytest.mark.parametrize("name", BOTH)
def test_paper_and_page_say_the_same(show, name):
    explorable = EXPLORABLES[name][0]()
    sentence = show(explorable).get_by_role("status").inner_text().replace("\u00a0", " ")
    paper = explorable._repr_mimebundle_()["text/plain"]
    for pattern in BOTH[name]:
        said = re.findall(pattern, sentence)
        assert said and said == re.findall(pattern, paper)[: len(said)], pattern
