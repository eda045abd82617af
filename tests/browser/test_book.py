"""The built book in Chromium: every page, every slider, quiz and solution, with all other hosts blocked."""

import math
import re

import numpy as np
import pytest
from pages import BOOK, FRAME, show_all, wake
from playwright.sync_api import expect

from tempcourse.softmax import softmax

PAGES = sorted(str(path.relative_to(BOOK)) for path in BOOK.rglob("*.html"))
CHAPTERS = [page for page in PAGES if page.startswith("notebooks/")]
TEXTS = {page: (BOOK / page).read_text(encoding="utf8") for page in PAGES}
LIVE = [page for page in PAGES if "static-widget" in TEXTS[page]]

PHONE = {"width": 320, "height": 640}
READY = "[data-explorable]"


def test_the_book_is_built():
    assert {"index.html", "book/index.html", "notebooks/01_softmax.html"} <= set(PAGES), "run `make book` first"


def pages_with(*names):
    """Return the pages that hold one of these explorables: each is named in its view's state."""
    found = [page for page in LIVE if any(f'"tempcourse.widgets.{name}.' in TEXTS[page] for name in names)]
    assert found or not PAGES
    return found


def explorables(page, *names):
    """Return the live places that hold one of these explorables."""
    selector = ", ".join(f'[data-explorable="{name}"]' for name in names)
    return page.locator(".static-widget").filter(has=page.locator(selector)).all()


def picture(place):
    """Return what a reader sees drawn: shapes, and the text around them."""
    return place.locator(READY).first.evaluate("root => root.innerHTML")


def put(slider, value):
    """Set a slider as an input event does."""
    slider.evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', { bubbles: true })); }",
        str(value),
    )


@pytest.mark.parametrize("name", PAGES)
def test_page_loads_without_a_complaint(visit, name):
    page = visit(name)
    page.wait_for_load_state("networkidle")
    assert page.title()
    assert page.locator("h1").count() >= 1 or name == "index.html"


CUT = """() => {
  for (const section of document.querySelectorAll("article section")) section.style.contentVisibility = "visible";
  for (const details of document.querySelectorAll("article details")) details.open = true;
  const scrolls = (node) =>
    node.tagName !== "ARTICLE" && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  return [...document.querySelectorAll("article span.math math, article :not(pre) > code")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth - 4 && !scrolls(node))
    .map((node) => node.textContent);
}"""


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone_and_no_formula_and_no_name_in_a_line_is_cut(visit, name):
    page = visit(name, awake=name in LIVE, viewport=PHONE)
    page.wait_for_load_state("networkidle")  # the root's page leads on to the first
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for width in (PHONE["width"], 360):
        page.set_viewport_size({**PHONE, "width": width})
        assert page.evaluate(CUT) == []


@pytest.mark.parametrize("name", LIVE)
def test_every_slider_moves_its_picture_by_key_and_by_drag(visit, name):
    page = visit(name, awake=True)
    moved = 0
    for place in page.locator(".static-widget").all():
        show_all(place)
        for slider in place.locator("input[type=range]").all():
            slider.scroll_into_view_if_needed()
            before = picture(place)
            slider.focus()
            at_end = slider.evaluate("input => Number(input.value) === Number(input.max)")
            page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
            page.wait_for_function(CHANGED, arg=[place.locator(READY).first.element_handle(), before])
            before = picture(place)
            box = slider.bounding_box()
            height = box["y"] + box["height"] / 2
            share = slider.evaluate("input => (input.value - input.min) / (input.max - input.min)")
            page.mouse.move(box["x"] + 8 + share * (box["width"] - 16), height)
            page.mouse.down()
            page.mouse.move(box["x"] + box["width"] * (0.25 if share > 0.5 else 0.75), height, steps=3)
            page.mouse.up()
            page.wait_for_function(CHANGED, arg=[place.locator(READY).first.element_handle(), before])
            moved += 1
    assert moved == page.locator("input[type=range]").count()
    assert moved or not page.locator("[data-explorable^=explore]").count()


CHANGED = "([root, before]) => root.innerHTML !== before"


@pytest.mark.parametrize("name", pages_with("explore_softmax", "explore_temperature"))
def test_table_twins_equal_softmax_at_five_temperatures(visit, name):
    page = visit(name, awake=True)
    for place in explorables(page, "explore_softmax", "explore_temperature"):
        slider = place.get_by_role("slider", name="Temperature τ")
        last = int(slider.get_attribute("max"))
        for index in (0, last // 4, last // 2, 3 * last // 4, last):
            put(slider, index)
            temperature = number(slider.get_attribute("aria-valuetext"))
            assert (index == 0) == (temperature == 0)
            assert (index == last) == math.isinf(temperature)
            logits, shown = table(place)
            np.testing.assert_allclose(shown, softmax(logits, temperature), rtol=1e-4, atol=1e-12)


def number(text):
    """Read a number as a reader does."""
    return float(text.replace("−", "-").replace("∞", "inf").replace(" ", ""))


def table(place):
    """Return logits and probabilities as the table twin has them in print, once what was set is drawn."""
    place.evaluate(FRAME)
    rows = place.locator("table").first.locator("tbody tr").all()
    cells = [row.locator("td").all_text_contents() for row in rows]
    return [number(row[0]) for row in cells], [number(row[1]) for row in cells]


@pytest.mark.parametrize("name", pages_with("explore_softmax", "explore_temperature", "compare_temperatures"))
def test_table_is_shown_on_request(visit, name):
    page = visit(name, awake=True)
    for place in explorables(page, "explore_softmax", "explore_temperature", "compare_temperatures"):
        assert place.locator("table caption").first.text_content()
        button = place.get_by_role("button", name=re.compile("numbers", re.IGNORECASE))
        assert button.get_attribute("aria-expanded") == "false"
        button.click()
        assert button.get_attribute("aria-expanded") == "true"
        assert place.locator("table").first.bounding_box()["width"] > 100


@pytest.mark.parametrize("name", pages_with("explore_softmax", "explore_temperature"))
def test_link_opens_the_page_with_the_same_settings_and_reset_undoes_them(visit, book, name):
    page = visit(name, awake=True)
    for place in explorables(page, "explore_softmax", "explore_temperature"):
        anchor = place.get_attribute("id")
        start = table(place)
        page.goto(f"{book}/{name}#{anchor}?temperature=0.5")
        slider = page.locator(f'[id="{anchor}"]').get_by_role("slider", name="Temperature τ")
        expect(slider).to_have_attribute("aria-valuetext", "0.5")
        logits, shown = table(page.locator(f'[id="{anchor}"]'))
        np.testing.assert_allclose(shown, softmax(logits, 0.5), rtol=1e-4)
        page.locator(f'[id="{anchor}"]').get_by_role("button", name="Reset").click()
        expect(slider).not_to_have_attribute("aria-valuetext", "0.5")
        assert table(page.locator(f'[id="{anchor}"]')) == start


def test_link_works_on_a_fresh_visit(visit):
    page = visit("notebooks/02_temperature.html", awake=True)
    anchor = explorables(page, "explore_temperature")[0].get_attribute("id")
    page = visit(f"notebooks/02_temperature.html#{anchor}?temperature=0")
    place = page.locator(f'[id="{anchor}"]')
    expect(place.get_by_role("slider", name="Temperature τ")).to_have_attribute("aria-valuetext", "0")
    expect(place).to_be_in_viewport()


@pytest.mark.parametrize("name", CHAPTERS)
def test_quiz_reveals_after_a_choice_by_keyboard(visit, name):
    page = visit(name, awake=True)
    quizzes = explorables(page, "quiz")
    assert quizzes
    for quiz in quizzes:
        choices = quiz.get_by_role("radio")
        before = quiz.inner_text()
        choices.first.focus()
        page.keyboard.press("Space")
        expect(choices.first).to_be_checked()
        quiz.get_by_role("button").first.focus()
        page.keyboard.press("Enter")
        assert len(quiz.inner_text()) > len(before) + 20


@pytest.mark.parametrize("name", CHAPTERS)
def test_solutions_are_folded_and_open(visit, name):
    page = visit(name)
    folded = page.locator("details.hide")
    assert folded.count() >= 4
    for solution in folded.all():
        assert not solution.evaluate("details => details.open")
        solution.locator("summary").click()
        expect(solution.locator("pre").first).to_be_visible()


# Each widget's place, as a reader without JavaScript and one with a printed page meet it.
STILLS = """places => places.map(place => {
  const shown = node => node.checkVisibility() && node.getBoundingClientRect().height > 0;
  return {
    controls: [...place.querySelectorAll("input, button, select")].filter(shown).length,
    stills: [...place.querySelectorAll(".static-widget-still :is(img, ol, table)")].filter(shown).length,
    alts: [...place.querySelectorAll("img")].map(image => image.alt.length),
  };
})"""


@pytest.mark.parametrize("name", LIVE)
def test_without_javascript_each_explorable_shows_its_figure(visit, name):
    page = visit(name, java_script_enabled=False)
    places = page.locator(".static-widget").evaluate_all(STILLS)
    assert places
    for place in places:
        assert place["stills"] >= 1 and place["controls"] == 0
        assert all(length > 40 for length in place["alts"])


@pytest.mark.parametrize("name", LIVE)
def test_print_shows_figures_and_no_controls(visit, name):
    page = visit(name, awake=True)
    page.emulate_media(media="print")
    places = page.locator(".static-widget").evaluate_all(STILLS)
    assert places
    for place in places:
        assert place["stills"] >= 1 and place["controls"] == 0


@pytest.mark.parametrize("name", ["decoding_lab", "story_writer"])
def test_rarer_knobs_wait_until_they_are_asked_for(visit, name):
    page = visit("notebooks/05_decoding.html", awake=True)
    place = explorables(page, name)[0]
    slider, box = place.get_by_role("slider", name="DRY penalty"), place.locator(".tc-more input")
    expect(slider).to_be_hidden()
    box.check()
    expect(slider).to_be_visible()
    slider.press("ArrowRight")
    box.click()
    expect(box).to_be_checked()  # what acts is never out of sight
    expect(slider).to_be_visible()


def test_a_chapter_works_from_a_file(new_page):
    page = new_page()
    page.goto((BOOK / "notebooks" / "02_temperature.html").as_uri())
    wake(page)
    place = explorables(page, "explore_temperature")[0]
    put(place.get_by_role("slider", name="Temperature τ"), 0)
    expect(place.get_by_role("slider", name="Temperature τ")).to_have_attribute("aria-valuetext", "0")
