"""Questions that come back: when, in what order, and what a session and the record's tools do."""

import json
from pathlib import Path

import pytest
from pages import FRAME
from playwright.sync_api import expect

from tempcourse.widgets.review import DAYS, review

DAY = 86_400_000
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def standing(mathematics, *answers):
    """Return where a question stands after answers, each a day and whether it was right."""
    given = [{"when": day * DAY, "right": right} for day, right in answers]
    found = mathematics.evaluate("(answers) => source.standing(answers)", given)
    return found["streak"], found["due"] / DAY


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], (0, 0)),
        ([(10, True)], (1, 11)),
        ([(10, False)], (0, 10)),
        ([(10, True), (11, True)], (2, 14)),
        ([(10, True), (10.5, True)], (1, 11)),  # before its day
        ([(10, True), (10.5, False)], (0, 10.5)),
        ([(1, True), (2, True), (5, True), (12, True), (28, True)], (5, 63)),
        ([(1, True), (2, True), (5, True), (12, True), (28, True), (63, True)], (6, 98)),
        ([(1, True), (2, True), (5, False), (5, True)], (1, 6)),
    ],
)
def test_a_question_is_due_after_one_three_seven_sixteen_and_thirty_five_days(mathematics, answers, expected):
    assert standing(mathematics, *answers) == expected


def test_the_table_on_paper_has_the_same_days(mathematics):
    """Each answer is given on the day on which the question is due."""
    answers, due, waits = [], 10, []
    for _ in DAYS:
        answers.append((due, True))
        _, later = standing(mathematics, *answers)
        waits.append(later - due)
        due = later
    assert tuple(waits) == DAYS


def test_those_that_waited_longest_come_first_and_new_ones_do_not(mathematics):
    quizzes = {
        "a": [{"when": 5 * DAY, "right": True}],
        "b": [{"when": 2 * DAY, "right": True}],
        "c": [{"when": 20 * DAY, "right": True}],
    }
    call = "([names, quizzes, now]) => source.dueQuestions(names, quizzes, now)"
    assert mathematics.evaluate(call, [["a", "b", "c", "d"], quizzes, 20.5 * DAY]) == ["b", "a"]
    days = "([names, quizzes, now]) => source.daysUntilNext(names, quizzes, now)"
    assert mathematics.evaluate(days, [["c"], quizzes, 20.5 * DAY]) == 1
    assert mathematics.evaluate(days, [["d"], quizzes, 0]) is None


# The page


def answered(page, answers):
    """Let questions have been answered, each on a day counted back from now, rightly or not."""
    page.evaluate(
        """(answers) => {
          const quizzes = Object.fromEntries(Object.entries(answers).map(([name, list]) =>
            [name, list.map(([days, right]) => ({ when: Date.now() - days * 86400000, right, choices: 4 }))]));
          localStorage.setItem("temperature-course",
            JSON.stringify({ version: 1, quizzes, exercises: {}, settings: {} }));
          dispatchEvent(new Event("temperature-course-changed"));
        }""",
        answers,
    )
    page.evaluate(FRAME)


@pytest.fixture(scope="module")
def questions():
    """The explorable of all chapters' questions."""
    return review(NOTEBOOKS)


def test_every_quiz_of_the_chapters_is_there(questions):
    count = sum(path.read_text(encoding="utf8").count('"quiz(') for path in NOTEBOOKS.glob("*.ipynb"))
    names = [question["anchor"] for question in questions.view.questions]
    assert len(names) == len(set(names)) == count


def test_a_folder_without_quizzes_is_refused(tmp_path):
    with pytest.raises(ValueError, match="notebooks must be a folder of chapters with quizzes"):
        review(tmp_path)


def test_a_session_asks_what_is_due_and_what_was_wrong_again(show, questions):
    page = show(questions)
    expect(page.locator(".tc-note").first).to_contain_text("Nothing is due yet")
    first, second, third = questions.view.questions[:3]
    answered(page, {first["anchor"]: [(3, True)], second["anchor"]: [(2, True)], third["anchor"]: [(0.1, True)]})
    expect(page.locator(".tc-note").first).to_contain_text("2 due now.")
    page.get_by_role("button", name="Begin").click()
    asked = []
    for wrong in (True, False, False):
        question = next(q for q in (first, second) if q["question"][:20] in page.locator("legend").first.inner_text())
        asked.append(question["anchor"])
        choice = (question["answer"] + wrong) % len(question["choices"])
        page.locator(".tc-choice input").nth(choice).check()
        page.get_by_role("button", name="Check my answer").click()
        page.get_by_role("button", name="Next").click()
    assert asked == [first["anchor"], second["anchor"], first["anchor"]]
    expect(page.locator(".tc-session")).to_have_text("Done for today.")
    expect(page.locator(".tc-note").first).to_contain_text("Nothing is due; the next in 1 day.")


def test_the_record_is_saved_taken_up_and_deleted(show, questions, tmp_path):
    page = show(questions)
    name = questions.view.questions[0]["anchor"]
    answered(page, {name: [(3, True)]})
    page.get_by_text("What is kept on this device").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save my record").click()
    path = tmp_path / "record.json"
    saved.value.save_as(path)
    assert list(json.loads(path.read_text())["quizzes"]) == [name]
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("button", name="Really delete all?").click()
    assert json.loads(page.evaluate("localStorage.getItem('temperature-course')"))["quizzes"] == {}
    page.get_by_label("Take up a saved record").set_input_files(path)
    expect(page.get_by_role("status").filter(has_text="It is taken up")).to_be_visible()
    assert len(json.loads(page.evaluate("localStorage.getItem('temperature-course')"))["quizzes"][name]) == 1
    path.write_text("no record")
    page.get_by_label("Take up a saved record").set_input_files(path)
    expect(page.get_by_role("status").filter(has_text="no record")).to_be_visible()


def test_the_questions_can_go_to_anki(show, questions, tmp_path):
    page = show(questions)
    page.get_by_text("What is kept on this device").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Questions for Anki").click()
    saved.value.save_as(tmp_path / "anki.txt")
    lines = (tmp_path / "anki.txt").read_text(encoding="utf8").splitlines()
    assert lines[:3] == ["#separator:tab", "#html:true", "#tags column:3"]
    assert len(lines) == 3 + len(questions.view.questions)
    assert {line.count("\t") for line in lines[3:]} == {2}
