"""The table of chapter 11 says of each claim what the chapter's cells print, and its links lead to where they do."""

import ast
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from myst_parser.mdit_to_docutils.base import default_slugify

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CHAPTER = NOTEBOOKS / "11_notes_on_trial.ipynb"
ROW = r"^\| (\d+) \| \[([^\]]+)\]\(#([^)]+)\) \| (\S .+?) \|$"
PRINTED = r"^ ?(\d+) ([✓~✗] [^:]+): (.+)$"
MARKS = {"true": "✓", "true, with a caveat": "~", "half true": "~", "false": "✗"}


@cache
def cells(path):
    return nbformat.read(path, as_version=4).cells


def prose(path):
    return "\n\n".join(cell.source for cell in cells(path) if cell.cell_type == "markdown")


@cache
def anchors(path):
    """Return the anchors of a chapter's headings, as the book's build makes them."""
    return {default_slugify(re.sub(r"[*`]", "", title)) for title in re.findall(r"^#{1,3} (.+)$", prose(path), re.M)}


def printed(cell):
    return "".join(output.get("text", "") for output in cell.get("outputs", ()))


def told():
    """Return what the cells print of each claim, once for every time that they do, with the heading it stands under."""
    heading, found = "", []
    for cell in cells(CHAPTER):
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^#{2,3} (.+)$", cell.source, re.M) or [heading])[-1]
        found += [(int(n), word, claim, heading) for n, word, claim in re.findall(PRINTED, printed(cell), re.M)]
    return found


ROWS = [(int(n), claim, place, word) for n, claim, place, word in re.findall(ROW, prose(CHAPTER), re.M)]


def test_all_claims_stand_in_the_table_once_in_order():
    assert [number for number, *_ in ROWS] == list(range(1, 32))


def test_each_claim_is_judged_once():
    assert sorted(number for number, *_ in told()) == list(range(1, 32))


@pytest.mark.parametrize(("number", "claim", "place", "word"), ROWS)
def test_a_row_says_what_a_cell_printed_where_its_link_leads(number, claim, place, word):
    (verdict, judged, heading) = next(rest for n, *rest in told() if n == number)
    assert (word, claim, place) == (verdict, judged, default_slugify(heading))
    assert place in anchors(CHAPTER)
    assert str(number) in re.findall(r"\d+", heading)


@pytest.mark.parametrize("word", [word for *_, word in ROWS])
def test_a_mark_never_stands_alone(word):
    mark, said = word.split(" ", 1)
    assert MARKS[said] == mark


def test_no_verdict_is_typed():
    """What holds is computed in a cell: no claim is handed a plain truth value."""
    trees = [ast.parse(cell.source) for cell in cells(CHAPTER) if cell.cell_type == "code"]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    judged = [call for call in calls if getattr(call.func, "id", "") == "verdict"]
    assert len(judged) >= 30  # claims 1 and 2 share one
    for call in judged:
        reasons = [*call.args[2:], *(keyword.value for keyword in call.keywords)]
        assert len(call.args) > 2 and not any(isinstance(reason, ast.Constant) for reason in reasons)


def test_the_cells_count_what_the_table_has():
    counted = next(printed(cell) for cell in cells(CHAPTER) if cell.id == "count-run")
    for said, mark in MARKS.items():
        count = sum(word == f"{mark} {said}" for *_, word in ROWS)
        assert re.search(rf"^ ?{count} {mark} {said}$", counted, re.M), said
    stand = sum("true" in word and "half" not in word for *_, word in ROWS)
    assert f"{stand} of 31 stand" in counted


def test_every_trial_links_to_where_it_is_shown_in_full():
    """Between a heading of claims and the next one there is a link into a section of another chapter."""
    parts = re.split(r"^#{2,3} (.+)$", prose(CHAPTER), flags=re.M)[1:]
    trials = [(title, text) for title, text in zip(parts[::2], parts[1::2], strict=True) if title.startswith("Claim")]
    assert len(trials) == len({place for *_, place, _ in ROWS})
    for title, text in trials:
        links = re.findall(r"\]\((\d\d_\w+\.ipynb)#([^)\s]+)\)", text)
        assert links, title


def test_links_into_other_chapters_resolve():
    links = re.findall(r"\]\((\d\d_\w+\.ipynb)#([^)\s]+)\)", prose(CHAPTER))
    assert len(links) > 25
    assert [(page, place) for page, place in links if place not in anchors(NOTEBOOKS / page)] == []
