"""The book in Chromium, Firefox and WebKit: every chapter alive, and every link lands. Motion is as a reader has it."""

import json
import re
from pathlib import Path

import pytest
from engines import ENGINES, open_engine, serve_watched
from written import WRITTEN

from tempcourse.widgets.review import questions_in

BOOK = Path(__file__).parents[2] / "_build" / "html"
CHAPTERS = sorted(path.stem for path in (BOOK / "notebooks").glob("*.html"))
QUESTIONS = questions_in(BOOK.parents[1] / "notebooks")
SCREENS = {"desk": (1280, 900), "phone": (390, 844)}

WAKE = """async () => {
  const late = [];
  for (const place of document.querySelectorAll(".static-widget")) {
    place.scrollIntoView({ behavior: "instant", block: "center" });
    const begun = performance.now();
    while (!place.querySelector("[data-explorable]") && performance.now() - begun < 20000)
      await new Promise((done) => setTimeout(done, 20));
    if (!place.querySelector("[data-explorable]") || place.querySelector("[role=alert].static-widget-error"))
      late.push(place.id);
  }
  return late;
}"""
# Each slider is moved as its input event does it; what changes is the place's numbers, read as a reader hears them.
MOVE = """async () => {
  const frames = async (count) => { while (count--) await new Promise((done) => setTimeout(done, 30)); };
  const still = [];
  for (const place of document.querySelectorAll(".static-widget")) {
    const slider = place.querySelector("input[type=range]");
    if (!slider) continue;
    place.scrollIntoView({ behavior: "instant", block: "center" });
    const numbers = () => place.querySelector("table")?.textContent;
    const before = numbers();
    slider.value = Number(slider.value) === Number(slider.max) ? slider.min : slider.max;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    for (let tries = 0; tries < 60 && numbers() === before; tries += 1) await frames(1);
    if (before === undefined || numbers() === before) still.push(place.id);
  }
  return still;
}"""
ANSWER = """async () => {
  const silent = [];
  const quizzes = document.querySelectorAll("[data-explorable=quiz]");
  for (const quiz of quizzes) {
    quiz.closest(".static-widget").scrollIntoView({ behavior: "instant", block: "center" });
    quiz.querySelector("input[type=radio]").click();
    quiz.querySelector(".tc-primary").click();
    const verdict = quiz.querySelector("[role=status]").textContent;
    if (!/^(Right|Not)/.test(verdict) || !quiz.querySelector("details[open] p")) silent.push(verdict);
  }
  return [quizzes.length, silent];
}"""
# Answers are written into the fields of the exercises; what is said of them, and what is kept.
EXERCISES = """async (answers) => {
  const said = {};
  for (const form of document.querySelectorAll("form.exercise-field")) {
    const [input, verdict] = [form.querySelector("input"), form.querySelector("[role=status]")];
    const number = form.querySelector("label span").textContent.split(" ").at(-1);
    said[number] = answers[number].map((text) => {
      input.value = text;
      form.requestSubmit();
      return verdict.textContent.split(". ")[0];
    });
  }
  return [said, JSON.parse(localStorage.getItem("temperature-course"))?.exercises ?? {}];
}"""
# A frame of the same page is a reload, as it reads what was kept, and a second tab, as it is heard by the first.
COME_BACK = """async (kept) => {
  const marks = (page) => [...page.querySelectorAll(".bd-sidebar-primary .progress-mark")].map(
    (mark) => mark.firstChild.textContent,
  );
  const until = async (met) => {
    for (let tries = 0; tries < 400 && !met(); tries += 1) await new Promise((done) => setTimeout(done, 25));
  };
  const visit = async () => {
    const frame = Object.assign(document.createElement("iframe"), { src: location.pathname });
    document.body.append(frame);
    await new Promise((done) => (frame.onload = done));
    return frame;
  };
  const answer = (page, text) => {
    const form = page.querySelector("form.exercise-field");
    form.querySelector("input").value = text;
    form.requestSubmit();
  };
  localStorage.setItem("temperature-course", kept);
  const second = await visit();
  await until(() => marks(second.contentDocument).length);
  const found = [marks(second.contentDocument)];
  answer(second.contentDocument, "1");
  answer(document, "2");
  await until(() => marks(document).length);
  found.push(marks(document));
  const record = JSON.parse(localStorage.getItem("temperature-course"));
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (...item) {
    if (this === localStorage) throw new DOMException("full", "QuotaExceededError");
    setItem.apply(this, item);
  };
  answer(document, "3");
  const said = document.querySelector("form.exercise-field [role=status]").textContent;
  Storage.prototype.setItem = setItem; // the theme stores its own when the page is left, and does not catch
  localStorage.removeItem("temperature-course");
  return [found, Object.keys(record.quizzes), record.version, said.split(":")[0]];
}"""
FORMULAS = """async () => {
  const folded = (node) => node.closest("details:not([open]), [hidden], .onlyprint, .static-widget-replaced");
  const shown = [...document.querySelectorAll("article math")].filter((node) => !folded(node));
  for (const section of document.querySelectorAll("article section")) section.style.contentVisibility = "visible";
  const flat = shown.filter((node) => {
    const { width, height } = node.getBoundingClientRect();
    return width < 3 || height < 5;
  });
  return [shown.length, flat.map((node) => node.outerHTML.slice(0, 120))];
}"""
TARGETS = """async () => [
  ...[...document.querySelectorAll(".bd-toc-nav a[href^='#']")].map((link) => link.hash.slice(1)).filter(Boolean),
  ...[...document.querySelectorAll(".static-widget[id]")].map((place) => place.id),
]"""
# Where a target is once nothing has moved for a while: from the top of the screen, and from its bottom at a page's end.
LANDED = """async (name, click, settled) => {
  const place = document.getElementById(name);
  if (click) {
    const link = Object.assign(document.createElement("a"), { href: `#${name}` });
    (document.querySelector(`.bd-toc-nav a[href="#${name}"]`) ?? (document.body.append(link), link)).click();
    link.remove();
  }
  const begun = performance.now();
  let quiet = begun, last = NaN, frames = 0;
  // By frames as well as by the clock: a slow machine may show none for as long as that.
  while ((performance.now() - quiet < settled || frames < 8) && performance.now() - begun < 20000) {
    await new Promise(requestAnimationFrame);
    const { top } = place.getBoundingClientRect();
    const still = Math.abs(top - last) <= 1 && document.readyState === "complete";
    if (!still) quiet = performance.now();
    frames = still ? frames + 1 : 0;
    last = top;
  }
  const atEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 3;
  return [last, atEnd ? innerHeight : 0];
}"""
COMPLAINTS = "async () => window.complaints"


@pytest.fixture(scope="session")
def address():
    """Where the book is served."""
    assert CHAPTERS, "run `make book` first"
    with serve_watched(BOOK) as address:
        yield address


MARKED = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ENGINES]


@pytest.fixture(scope="module", params=MARKED)
def engine(request, browser):
    """Each of the browsers."""
    with open_engine(request.param, browser) as engine:
        yield engine


@pytest.fixture
def visit(engine, address):
    """A function that opens a page; when the test ends, its last page may have nothing to complain of."""

    def open_page(name, screen="desk"):
        engine.open(f"{address}/{name}", *SCREENS[screen])
        return engine

    yield open_page
    assert engine.run(COMPLAINTS) == []


def missed(landed):
    """Return whether a target is neither within 200 pixels of the top nor on the screen at the page's end."""
    top, height = landed
    return not -5 <= top <= 200 and not 0 <= top < height


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_exercises_are_judged_and_kept(visit, chapter):
    numbers = [number for number in WRITTEN if number.startswith(f"{int(chapter[:2])}.")]
    page = visit(f"notebooks/{chapter}.html", "phone")
    said, kept = page.run(EXERCISES, {number: WRITTEN[number][::-1] for number in numbers})
    assert sorted(said) == sorted(numbers)
    for number in numbers:
        malformed, wrong, right = said[number]
        assert malformed == wrong == f"Exercise {number}: not yet"
        assert right.startswith(f"Exercise {number}: right") and kept[number]["right"] is True
        assert kept[number]["written"] == WRITTEN[number][0]


def test_what_was_answered_is_there_again_in_another_tab_and_from_an_older_course(visit):
    """The old record, version 0, knows of one question; then the storage is full."""
    page = visit("notebooks/01_softmax.html")
    name = QUESTIONS[0]["anchor"]
    kept = json.dumps({"version": 0, "quizzes": {name: [{"when": 5, "right": True}]}})
    found, quizzes, version, said = page.run(COME_BACK, kept)
    assert all(marks[0].startswith("1/") and marks[1:] == ["1 due"] for marks in found), found
    assert quizzes == [name] and version == 1 and said == "Exercise 1.1"


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_is_alive(visit, chapter, screen):
    page = visit(f"notebooks/{chapter}.html", screen)
    assert page.run(WAKE) == []
    assert page.run(MOVE) == []
    count, silent = page.run(ANSWER)
    assert count >= 4 and silent == []
    count, flat = page.run(FORMULAS)
    assert count > 5 and flat == []


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_links_land_on_a_click(visit, chapter, screen):
    page = visit(f"notebooks/{chapter}.html", screen)
    targets = page.run(TARGETS)
    assert len(targets) > 15
    # Every third, from the first or the second on; explorables are the last.
    targets = targets[list(SCREENS).index(screen) :: 3]
    # Back and forth, so that most lie far away.
    far = [target for pair in zip(targets, reversed(targets), strict=True) for target in pair][: len(targets)]
    landed = {target: page.run(LANDED, target, True, 250) for target in far}
    assert {target: place for target, place in landed.items() if missed(place)} == {}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_links_land_on_a_cold_load(visit, chapter, screen):
    text = (BOOK / "notebooks" / f"{chapter}.html").read_text(encoding="utf8")
    explorables = re.findall(r'<div class="static-widget" [^>]*id="([^"]+)"', text)
    sections = re.findall(r'<section id="([^"]+)"', text)[1:]
    targets = {*sections[list(SCREENS).index(screen) :: 16], *explorables[:1], sections[-1]}
    landed = {}
    for target in targets:
        page = visit(f"notebooks/{chapter}.html#{target}", screen)
        landed[target] = page.run(LANDED, target, False, 600)
    assert {target: place for target, place in landed.items() if missed(place)} == {}
