"""The pages' own faces, as a reader meets them: late, and without moving the text."""

import time
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "_build" / "html"
SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
LETTERS_A_LINE = """() => {
  const paragraphs = [...document.querySelectorAll(".bd-article > section > section > p")].filter(
    (one) => one.textContent.length > 200 && !one.querySelector("math"),
  );
  const lines = (one) => Math.round(one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight));
  const all = paragraphs.map((one) => [one.textContent.length, lines(one)]).filter(([, count]) => count > 2);
  // The last line is half a line in the mean.
  return all.reduce((sum, [n]) => sum + n, 0) / all.reduce((sum, [, count]) => sum + count - 0.5, 0);
}"""


@pytest.fixture(scope="module")
def address(serve):
    """Where the book is served."""
    return serve(BOOK)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_text_does_not_move_when_its_face_comes(address, new_page, width):
    """The reader's own font is made as wide and as high. (Below 0.1 is what the Web Vitals call good.)"""
    page = new_page(viewport={"width": width, "height": 900})
    page.route("**/*.woff2", lambda route: (time.sleep(1), route.continue_()))
    page.goto(f"{address}/notebooks/05_decoding.html")
    page.evaluate(SHIFTS)
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.wait_for_timeout(300)
    assert page.evaluate("""() => document.fonts.check("16px 'Course Text'")""")
    assert page.evaluate("() => window.shifted") < 0.02


@pytest.mark.parametrize("width", [1024, 1280, 1440, 1920])
def test_a_line_holds_60_to_75_letters(address, new_page, width):
    """On any screen that is wide enough for it."""
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(f"{address}/notebooks/02_temperature.html")
    page.evaluate(
        "for (const node of document.querySelectorAll('article section')) node.style.contentVisibility = 'visible'"
    )
    page.evaluate("() => document.fonts.ready.then(() => true)")
    assert 60 <= page.evaluate(LETTERS_A_LINE) <= 75
