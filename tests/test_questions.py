"""Questions people ask: each is one, and has a short answer that leads to where it is shown and claims nothing else."""

import re
from functools import cache

import pytest
from test_book_links import ROOT, dead_links
from test_prose_numbers import NOTEBOOKS, claims, holds, parts, values

PAGE = ROOT / "book" / "questions.md"
QUESTIONS = dict(
    re.findall(r"^### (.+)\n\n((?:(?!#).*\n?)+?)(?=\n#|\Z)", PAGE.read_text(encoding="utf8"), flags=re.MULTILINE)
)
LINK = r"\[[^\]]*\]\([^)]*\)"
# A point, or what else ends a sentence, at the answer's end or before what begins another.
END = r"[.?!][)\"”*]*(?=\s*$|\s+[(\"“*$`]*[A-Z0-9])"
# Numbers that no chapter of the answer's links computes.
REASONS = {
    "0.01": "a small temperature, and a gap as small",
    "0.32": "0.1 to the power of 1/2",
    "4.5": "odds: e to the power of 1.5",
    "65,504": "the largest number in float16",
}

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[:40])


def sentences(answer):
    """Count the sentences of an answer; links, code and formulas are words, whatever is in them."""
    return len(re.findall(END, re.sub(rf"{LINK}|`[^`]*`|\$[^$]*\$", "It", answer).strip()))


@cache
def code(name):
    """Return the code of a chapter and what it prints."""
    return parts(ROOT / "notebooks" / f"{name}.ipynb")[1]


def unfounded(answer):
    """Return the numbers of an answer that none of the chapters bears out to which it leads."""
    chapters = {path.stem for path in NOTEBOOKS} & set(re.findall(r"notebooks/(\w+)\.ipynb", answer))
    known = values("\n".join(map(code, chapters)))
    claimed = claims(re.sub(LINK, " ", answer))
    return [written for written, number, per_cent in claimed if not holds(number, per_cent, known)]


def test_there_are_many_and_none_twice():
    headings = re.findall(r"^### (.+)$", PAGE.read_text(encoding="utf8"), flags=re.MULTILINE)
    assert headings == list(QUESTIONS) and 60 <= len(QUESTIONS) <= 80
    assert len({re.sub(r"\W", "", question).lower() for question in headings}) == len(headings)


@each_question
def test_a_question_is_one_and_its_answer_is_short(question):
    assert question.endswith("?")
    assert 1 <= sentences(QUESTIONS[question]) <= 3


@each_question
def test_an_answer_leads_into_the_book(question):
    links = re.findall(r"\]\(([^)]+)\)", QUESTIONS[question])
    assert any(not link.startswith("http") for link in links)
    assert dead_links(QUESTIONS[question], PAGE.parent) == []


@each_question
def test_a_number_in_an_answer_is_computed_where_it_leads(question):
    assert [number for number in unfounded(QUESTIONS[question]) if number not in REASONS] == []


def test_no_reason_is_idle():
    assert set(REASONS) - {number for answer in QUESTIONS.values() for number in unfounded(answer)} == set()


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ("Yes.", 1),
        ("Is it? Yes, by 0.5 % (was it?), in 4.7 of them: [Is it so? Yes.](a.ipynb#b).", 2),
        ('It says "no." Then `x = 1. Y` and $a. B$ stand for one thing (as here). 12 agree! *So* it is. `So`?', 5),
        ("It ends (look it up?). If not, **no**.", 2),
        ("It has no end", 0),
    ],
)
def test_sentences_are_counted(answer, count):
    assert sentences(answer) == count
