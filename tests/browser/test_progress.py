"""How far a reader is, in the built book: after a reload, in a second tab, without storage, and with a saved record."""

import json
from pathlib import Path

import pytest
from pages import wake
from playwright.sync_api import expect
from written import WRITTEN

from tempcourse.widgets.review import questions_in

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
KEY = "temperature-course"
ONE, TWO = "notebooks/01_softmax.html", "notebooks/02_temperature.html"


def answer(page, place=0):
    """Answer a quiz of a chapter, rightly or not."""
    quiz = page.locator("[data-explorable=quiz]").nth(place)
    quiz.locator(".tc-choice input").first.check()
    quiz.get_by_role("button", name="Check my answer").click()


def mark(page, chapter):
    """Return the mark beside a chapter's name."""
    return page.locator(".bd-sidebar-primary a", has_text=chapter).locator(".progress-mark")


def test_nothing_is_shown_before_anything_is_answered(visit):
    page = visit(ONE)
    assert page.locator(".progress-mark").count() == 0
    expect(page.locator(".progress-line")).to_be_hidden()


def test_what_is_answered_shows_in_the_chapter_beside_its_name_and_on_the_front_page(visit, book):
    page = visit(ONE, awake=True)
    answer(page)
    answer(page, 1)
    expect(page.locator(".progress-line")).to_contain_text("Done here: 2 of ")
    expect(mark(page, "Softmax")).to_contain_text("2/")
    page.reload()
    expect(mark(page, "Softmax")).to_contain_text("2/")
    page.get_by_role("heading", name="What to remember").scroll_into_view_if_needed()
    expect(page.locator(".bd-toc-nav a.active")).to_have_count(1)
    page.goto(f"{book}/book/index.html")
    expect(mark(page, "Softmax")).to_contain_text("2/")
    expect(page.locator("article table .progress-mark")).to_have_count(1)
    link = page.locator(".progress-line a")
    expect(link).to_contain_text("Softmax: from scores to probabilities, ")
    link.click()
    page.wait_for_url(f"**/{ONE}#*")


def test_a_second_tab_follows_and_loses_nothing(visit):
    first = visit(ONE, awake=True)
    second = first.context.new_page()
    second.goto(first.url.replace(ONE, TWO))
    wake(second)
    answer(first)
    expect(mark(second, "Softmax")).to_contain_text("1/")
    answer(second)
    answer(first, 1)
    expect(mark(first, "Temperature:")).to_contain_text("1/")
    assert len(json.loads(first.evaluate(f"localStorage.getItem('{KEY}')"))["quizzes"]) == 3


def test_a_finished_chapter_has_a_tick_and_says_so_for_the_ear(visit):
    page = visit(ONE)
    page.evaluate(
        """() => {
          const chapters = [...document.scripts].find(({ src }) => src.includes("practice.js"));
          return fetch(chapters.src).then((answer) => answer.text()).then((text) => {
            const [first] = JSON.parse(text.slice(text.lastIndexOf("})()(") + 5, text.lastIndexOf(");")));
            const entry = { when: 1, right: true, choices: 4 };
            const all = (names, value) => Object.fromEntries(names.map((name) => [name, value]));
            localStorage.setItem("temperature-course", JSON.stringify({ version: 1,
              quizzes: all(first.quizzes, [entry]), exercises: all(first.exercises, entry) }));
          });
        }"""
    )
    page.reload()
    expect(mark(page, "Softmax")).to_contain_text("✓")
    expect(page.locator(".progress-line")).to_contain_text("You have been through all of this chapter.")
    expect(mark(page, "Review")).to_contain_text("due")


@pytest.mark.parametrize("record", ['{"version": 0, "quizzes": {"quiz-0000": [{"when": 5}]}}', "{", '{"version": 9}'])
def test_an_old_a_broken_and_a_later_record_harm_no_page(visit, record):
    page = visit(ONE)
    page.evaluate(f"(record) => localStorage.setItem('{KEY}', record)", record)
    page.reload()
    wake(page)
    answer(page)
    expect(page.locator(".progress-line")).to_contain_text("Done here: 1 of ")


def test_a_saved_record_is_taken_to_another_device(visit, tmp_path):
    page = visit(ONE, awake=True)
    answer(page)
    page.goto(page.url.replace(ONE, "book/review.html"))
    wake(page)
    page.get_by_text("What is kept on this device").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save my record").click()
    saved.value.save_as(tmp_path / "record.json")
    other = visit("book/review.html", awake=True)
    assert other.locator(".progress-mark").count() == 0
    other.get_by_text("What is kept on this device").click()
    other.get_by_label("Take up a saved record").set_input_files(tmp_path / "record.json")
    expect(mark(other, "Softmax")).to_contain_text("1/")


def test_the_diagnostic_says_what_to_read(visit):
    page = visit("book/diagnostic.html", awake=True)
    page.get_by_role("button", name="Begin").click()
    for _ in range(8):
        page.locator(".tc-choice input").first.check()
        page.locator(".tc-step input").first.check()  # a guess: nothing may be skipped
        page.get_by_role("button", name="Check my answer").click()
        page.get_by_role("button", name="Next").click()
    expect(page.locator(".tc-advice li")).to_have_count(8)
    expect(page.locator(".tc-advice")).not_to_contain_text("you can skip")
    for link in page.locator(".tc-advice a").all():
        assert page.request.get(link.evaluate("node => node.href")).ok
    page.get_by_role("link", name="Chapter 1, Softmax").first.click()
    page.wait_for_url(f"**/{ONE}")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_reader_does_two_chapters_and_comes_back_the_next_day(visit, width):
    """All questions, and all exercises that the page judges; then what is due."""
    page = visit(ONE, viewport={"width": width, "height": 800})
    questions = [question for question in questions_in(NOTEBOOKS) if question["chapter"] <= 2]
    page.clock.install()
    for name, chapter in ((ONE, 1), (TWO, 2)):
        page.goto(f"{page.url.split('/notebooks/')[0]}/{name}")
        wake(page)
        own = [question for question in questions if question["chapter"] == chapter]
        for place, question in enumerate(own):
            quiz = page.locator("[data-explorable=quiz]").nth(place)
            quiz.locator(".tc-choice input").nth(question["answer"]).check()
            quiz.locator(".tc-step input").nth(place % 5).check()
            quiz.get_by_role("button", name="Check my answer").click()
            expect(quiz.get_by_text("Right:", exact=False).first).to_be_visible()
        for number in [number for number in WRITTEN if number.startswith(f"{chapter}.")]:
            page.get_by_label(f"Your answer to {number}").fill(WRITTEN[number][0])
            page.get_by_label(f"Your answer to {number}").press("Enter")
        expect(page.locator(".progress-line")).to_have_text("You have been through all of this chapter.")
    page.goto(f"{page.url.split('/notebooks/')[0]}/book/review.html")
    wake(page)
    expect(page.get_by_text("Nothing is due; the next in 1 day.")).to_be_visible()
    page.clock.fast_forward("24:00:01")
    page.reload()
    wake(page)
    expect(page.get_by_text(f"{len(questions)} due now.")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("[data-explorable=quiz]")).to_be_visible()
