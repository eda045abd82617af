"""axe-core finds nothing: WCAG 2.2 A and AA and best practice, on every page, light and dark, wide and narrow.

Explorables are tried as they come, moved with their numbers open, and, the quizzes among them, answered.
"""

import json

import pytest
from engines import NODE
from pages import BOOK, wake

PAGES = sorted(str(path.relative_to(BOOK)) for path in BOOK.rglob("*.html") if path != BOOK / "index.html")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 320, "height": 640}}
# A page that changes its scheme is between two colours for a while: axe looks when it has come to rest.
RUN = """async ([tags, scheme]) => {
  for (const section of document.querySelectorAll("article section")) section.style.contentVisibility = "visible";
  const frame = () => new Promise(requestAnimationFrame);
  const moving = () => document.getAnimations().some(({ playState }) => playState === "running");
  for (let still = 0; still < 3; await frame()) {
    still = document.documentElement.dataset.theme === scheme && !moving() ? still + 1 : 0;
  }
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return violations.map(({ id, help, nodes }) => [
    id,
    help,
    nodes.length,
    nodes.slice(0, 4).map(({ target, html, any }) => [target.join(" "), html.slice(0, 160), any[0]?.message ?? ""]),
  ]);
}"""
MOVE = """() => {
  for (const place of document.querySelectorAll(".static-widget")) {
    const slider = place.querySelector("input[type=range]");
    if (slider) {
      slider.value = slider.min;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    }
    place.querySelector("button[aria-expanded=false]")?.click();
  }
  for (const details of document.querySelectorAll("article details")) details.open = true;
}"""
ANSWER = """() => {
  for (const quiz of document.querySelectorAll("[data-explorable=quiz]")) {
    quiz.querySelector("input[type=radio]").click();
    quiz.querySelector(".tc-primary").click();
  }
  for (const slider of document.querySelectorAll(".static-widget input[type=range]")) {
    slider.value = slider.max;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""
STATES = {"as they come": None, "moved": MOVE, "answered": ANSWER}


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core."""
    return (NODE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf8")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_to_object_to(visit, axe, name, screen):
    page = visit(name, viewport=SCREENS[screen])
    page.wait_for_selector("script[src*=pydata-sphinx-theme]", state="attached")
    page.evaluate(axe)
    wake(page)
    found = {}
    for state, change in STATES.items():
        if change and not page.locator("[data-explorable]").count():
            break
        if change:
            page.evaluate(change)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found[f"{state}, {scheme}"] = page.evaluate(RUN, [TAGS, scheme])
    assert not any(found.values()), json.dumps(found, indent=1, ensure_ascii=False)
