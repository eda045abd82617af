"""How sure a reader was: what a quiz asks and notes, the record on this device, and the explorable of both."""

import json

import pytest
from pages import FRAME, put
from playwright.sync_api import expect
from test_reader import reader

from tempcourse.widgets import quiz, your_calibration
from tempcourse.widgets.kit.sources import FOLDER

QUESTION = ("Which?", ["one", "two", "three", "four"], 1, ["No.", "Yes.", "No.", "No."])
KEY = "temperature-course"


def record(page):
    return json.loads(page.evaluate(f"localStorage.getItem('{KEY}')") or "null")


def remember(page, answers, chapter=1, **more):
    """Put answers into the browser's storage, one quiz each, as another page would."""
    quizzes = {f"quiz-{i}": [{"when": i + 1, "chapter": chapter, **each}] for i, each in enumerate(answers)}
    text = json.dumps({"version": 1, "generation": 0, "quizzes": quizzes, "exercises": {}, "settings": {}} | more)
    script = f"(text) => {{ localStorage.setItem('{KEY}', text); dispatchEvent(new Event('{KEY}-changed')); }}"
    page.evaluate(script, text)
    page.evaluate(FRAME)


def choose(page, name):
    page.get_by_role("radio", name=name).check()


# The quiz


def test_a_quiz_asks_how_sure_once_a_choice_is_made_and_notes_it(show):
    page = show(quiz(*QUESTION))
    expect(page.get_by_text("How sure are you?")).to_be_hidden()
    choose(page, "two")
    choose(page, "fairly sure")
    page.get_by_role("button", name="Check my answer").click()
    expect(page.get_by_text("How sure are you?")).to_be_hidden()
    [[answer]] = record(page)["quizzes"].values()
    assert answer["right"] is True and answer["chosen"] == 1 and answer["choices"] == 4
    assert answer["sure"] == pytest.approx(0.25 + 0.5 * 0.74)
    page.get_by_role("button", name="Try again").click()
    choose(page, "three")
    page.get_by_role("button", name="Check my answer").click()
    [answers] = record(page)["quizzes"].values()
    assert [(each["right"], each["sure"]) for each in answers][1:] == [(False, None)]


def test_it_can_be_switched_off(show):
    page = show(quiz(*QUESTION))
    choose(page, "one")
    page.get_by_role("button", name="Do not ask").click()
    expect(page.get_by_text("How sure are you?")).to_be_hidden()
    page.get_by_role("button", name="Check my answer").click()
    page.get_by_role("button", name="Try again").click()
    choose(page, "two")
    expect(page.get_by_text("How sure are you?")).to_be_hidden()
    assert record(page)["settings"]["sureness"]["value"] is False


def test_by_keyboard_and_without_storage(show):
    page = show(quiz(*QUESTION))
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }; }")
    page.get_by_role("radio", name="one").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.get_by_role("radio", name="a guess").is_checked()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_have_text("Right: b.")
    assert record(page) is None


# The record


@pytest.fixture
def records(new_page, serve):
    """A page that holds what kit/record.js exports, as `source`."""
    page = new_page()
    page.goto(serve(FOLDER))
    page.evaluate("async () => { window.source = await import('./kit/record.js'); }")
    return page


def merged(records, one, other):
    script = "([a, b]) => source.mergedRecords(source.parsedRecord(a), source.parsedRecord(b))"
    return records.evaluate(script, [one, other])


def of(quizzes=None, exercises=None, settings=None, generation=0):
    parts = {"quizzes": quizzes or {}, "exercises": exercises or {}, "settings": settings or {}}
    return json.dumps({"version": 1, "generation": generation, **parts})


def test_two_tabs_lose_no_answer(records):
    no, yes = ({"sureness": {"when": when, "value": value}} for when, value in ((1, False), (7, True)))
    one = of({"a": [{"when": 1}, {"when": 3}]}, {"1.1": {"when": 5, "written": "6"}}, yes)
    other = of({"a": [{"when": 1}, {"when": 2}], "b": [{"when": 4}]}, {"1.1": {"when": 6, "written": "6.7"}}, no)
    for pair in ((one, other), (other, one)):
        found = merged(records, *pair)
        assert found["quizzes"] == {"a": [{"when": 1}, {"when": 2}, {"when": 3}], "b": [{"when": 4}]}
        assert found["exercises"] == {"1.1": {"when": 6, "written": "6.7"}}
        assert found["settings"]["sureness"]["value"] is True
        assert merged(records, json.dumps(found), one) == found


def test_a_newer_generation_counts_alone(records):
    """What was deleted stays deleted, whichever tab still holds it."""
    old, new = of({"a": [{"when": 1}, {"when": 9}]}, {"1.1": {"when": 2}}), of({"b": [{"when": 3}]}, generation=1)
    for pair in ((old, new), (new, old)):
        found = merged(records, *pair)
        assert found["quizzes"] == {"b": [{"when": 3}]} and found["exercises"] == {} and found["generation"] == 1


def wait(page, condition):
    """Wait until a page has heard of what another one stored, which takes a moment between processes."""
    page.wait_for_function(f"() => {condition}")


def test_what_is_taken_up_after_a_deletion_is_there_in_every_tab(records):
    other = records.context.new_page()
    other.goto(records.url)
    other.evaluate("async () => { window.source = await import('./kit/record.js'); }")
    records.evaluate("() => source.noteQuiz('a', { right: true })")
    saved = records.evaluate("() => JSON.stringify(source.readRecord())")
    records.evaluate("() => source.deleteRecord()")
    wait(other, "source.readRecord().generation === 1")
    other.evaluate("() => source.noteQuiz('b', { right: true })")
    wait(records, "'b' in source.readRecord().quizzes")
    records.evaluate("(saved) => source.addRecord(source.parsedRecord(saved))", saved)
    wait(other, "source.readRecord().generation === 2")
    other.evaluate("() => source.noteQuiz('c', { right: true })")
    wait(records, "'c' in source.readRecord().quizzes")
    for page in (records, other):
        assert sorted(page.evaluate("() => Object.keys(source.readRecord().quizzes)")) == ["a", "b", "c"]


def test_a_hostile_record_does_no_harm(records):
    text = """{"version": 1, "quizzes": {"__proto__": [{"when": 1}], "constructor": [{"when": 2}],
      "a": [{"when": 1, "sure": 1, "choices": 4}, {"when": 2, "sure": "x", "choices": 4}, {"when": 1e99}]}}"""
    found = records.evaluate("(text) => source.parsedRecord(text)", text)
    assert found["quizzes"]["a"] == [{"when": n, "sure": None, "choices": 4} for n in (1, 2)]
    records.evaluate("(text) => source.addRecord(source.parsedRecord(text))", text)
    records.evaluate("() => source.noteQuiz('constructor', { right: true })")
    assert records.evaluate("() => source.readRecord().quizzes.constructor.length") == 2


@pytest.mark.parametrize(
    "text", ["", "null", "7", "[]", "{", '{"version": 99}', '{"version": 1, "quizzes": []}', '{"quizzes": {}}', '"x"']
)
def test_what_is_no_record_is_none(records, text):
    assert records.evaluate("(text) => source.parsedRecord(text)", text) is None


def test_what_a_record_lacks_is_empty_and_what_is_broken_in_it_goes(records):
    text = '{"version": 0, "quizzes": {"a": [{"when": 1}, 7, {}]}}'
    found = records.evaluate("(text) => source.parsedRecord(text)", text)
    empty = {part: {} for part in ("exercises", "cells", "settings")}
    assert found == {"version": 1, "generation": 0, "quizzes": {"a": [{"when": 1}]}, **empty}


def test_what_a_later_course_has_stored_is_left_alone_and_what_is_broken_is_not(records):
    later = json.dumps({"version": 2, "quizzes": [["a", 1]]})
    for text, stays in ((later, True), ("{", False)):
        records.evaluate(f"(text) => localStorage.setItem('{KEY}', text)", text)
        records.evaluate("() => source.noteQuiz('a', { right: true })")
        assert (records.evaluate(f"localStorage.getItem('{KEY}')") == text) is stays
        assert len(records.evaluate("() => source.readRecord().quizzes.a"))


def test_another_tab_is_heard(records, serve):
    other = records.context.new_page()
    other.goto(records.url)
    other.evaluate("async () => { window.source = await import('./kit/record.js'); }")
    records.evaluate("() => { window.heard = new Promise((done) => source.followRecord(done)); }")
    other.evaluate("() => source.noteExercise('1.1', { written: '6.69', right: true })")
    records.evaluate("() => window.heard")
    assert records.evaluate("() => source.readRecord().exercises['1.1'].written") == "6.69"
    records.evaluate("() => source.noteQuiz('a', { right: true })")
    wait(other, "'a' in source.readRecord().quizzes")
    other.evaluate("() => source.deleteRecord()")
    wait(records, "source.readRecord().generation === 1")
    assert records.evaluate("() => source.readRecord().quizzes") == {}


# The explorable


def test_nothing_yet_and_too_few(show):
    page = show(your_calibration())
    expect(page.locator(".tc-note").first).to_contain_text("You have not said yet how sure you are.")
    remember(page, reader(1.0, 12))
    expect(page.locator(".tc-note").first).to_contain_text("too few for a verdict: 8 more")
    expect(page.locator(".tc-facts strong").last).to_have_text("not yet")


@pytest.mark.parametrize(
    ("planted", "words"), [(0.4, "may be bolder"), (1.0, "cannot be told from 1"), (2.5, "more than they know")]
)
def test_a_reader_hears_what_the_temperature_means(show, mathematics, planted, words):
    answers = reader(planted, 200, seed=3)
    page = show(your_calibration())
    remember(page, answers)
    expect(page.locator(".tc-note").first).to_contain_text(words)
    report = mathematics.evaluate("(answers) => source.readerReport(answers)", answers)
    shown = float(page.locator(".tc-facts strong").last.inner_text())
    assert shown == pytest.approx(report["temperature"], rel=0.01)


def test_a_reader_without_mistakes_has_no_temperature_yet(show):
    page = show(your_calibration())
    remember(page, [{"right": True, "sure": 0.99, "choices": 4}] * 30)
    expect(page.locator(".tc-note").first).to_contain_text("No temperature can be fitted")


def test_quizzes_of_one_page_are_groups_of_their_own(show, browser):
    """In Jupyter each is a module of its own."""
    page = show(quiz(*QUESTION))
    esm = quiz(*QUESTION).view._esm
    page.evaluate(
        """async (esm) => {
          const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
          (await import(address)).default.render({ model, el: document.body });
        }""",
        esm,
    )
    first, second = (page.locator("[data-explorable=quiz]").nth(i) for i in (0, 1))
    first.locator(".tc-choice input").nth(1).check()
    second.locator(".tc-choice input").nth(2).check()
    first.locator(".tc-step input").nth(0).check()
    second.locator(".tc-step input").nth(4).check()
    first.get_by_role("button", name="Check my answer").click()
    expect(first.get_by_text("Right: b.")).to_be_visible()


def test_chapters_and_first_and_latest_answers(show):
    page = show(your_calibration())
    quizzes = {
        "a": [{"when": 1, "chapter": 1, "right": False, "sure": 0.6, "choices": 4}],
        "b": [{"when": 2, "chapter": 2, "right": True, "sure": 0.8, "choices": 4}],
    }
    quizzes["a"].append({**quizzes["a"][0], "when": 3, "right": True})
    quizzes["c"] = [{"when": 4, "chapter": 2, "right": True, "sure": None, "choices": 4}]
    remember(page, [], quizzes=quizzes)
    right = page.locator(".tc-facts strong").first
    expect(right).to_have_text("50.0 %")
    put(page, attempt=1)
    expect(right).to_have_text("100 %")
    put(page, attempt=0, chapter=1)
    expect(right).to_have_text("0 %")


def test_the_example_reader_is_sure_in_the_steps_of_a_quiz_and_by_their_edges_in_the_table(show, mathematics):
    steps = mathematics.evaluate("() => [0, 1, 2, 3, 4].map((step) => source.surenessOf(step, 4))")
    view = your_calibration().view
    assert sorted({answer["sure"] for answer in view.example}) == pytest.approx(steps)
    page = show(your_calibration())
    edges = ["0 to 17 %", "17 to 33 %", "33 to 50 %", "50 to 67 %", "67 to 83 %", "83 to 100 %"]
    assert page.locator("tbody tr > :first-child").all_inner_texts() == edges


def test_an_example_reader_is_marked_as_one(show):
    page = show(your_calibration())
    page.get_by_role("button", name="Show an example reader").click()
    page.evaluate(FRAME)
    expect(page.locator("figcaption")).to_contain_text("An example reader’s reliability")
    expect(page.locator(".tc-note").first).to_contain_text("The example reader was")
