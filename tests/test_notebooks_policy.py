"""What every chapter has in common: its frame, short cells, and nothing in it that is generated but text."""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from explorables import ASKING, EXPLORABLES

from tempcourse.checks import EXERCISES

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXECUTED = ROOT / "_build" / "html" / "_sources" / "notebooks"  # the copies that the book's build has made

# `remove-input` is for quizzes alone, whose source tells the answer; `hide-cell` for solutions alone.
TAGS = {"exercise", "check", "solution", "hide-cell", "remove-input"}
FRONT = ["**The question.**", "**You will be able to**", "**You need**", "**Time.**"]
END = ["## What to remember", "## Where it goes wrong in practice", "## Further reading", "## Next"]

# Cells whose stored output is not compared, each with its reason. There are none.
IGNORED_OUTPUTS: dict[tuple[str, str], str] = {}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    """Each chapter, read and valid."""
    text = request.param.read_text(encoding="utf8")
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    return SimpleNamespace(path=request.param, text=text, cells=book.cells, metadata=book.metadata)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("page", ["_toc.yml", "book/index.md"])
def test_every_chapter_is_listed(page):
    listed = re.findall(r"notebooks/(\d\d_\w+)", (ROOT / page).read_text(encoding="utf8"))
    assert listed == [path.stem for path in NOTEBOOKS] and len(listed) >= 8


def test_the_front_page_counts_right():
    """Chapters, explorables, questions and exercises, as the front page has them."""
    text = (ROOT / "book" / "index.md").read_text(encoding="utf8")
    claimed = {name: int(count) for count, name in re.findall(r"^- \*\*(\d+)\*\* (\w+)", text, re.MULTILINE)}
    quizzes = sum(path.read_text(encoding="utf8").count('"quiz(') for path in NOTEBOOKS)
    assert claimed == {
        "chapters": len(NOTEBOOKS),
        "explorables": len(EXPLORABLES.keys() - ASKING),
        "questions": quizzes,
        "exercises": len(EXERCISES),
    }


def test_front_says_what_the_reader_gets(notebook):
    first = notebook.cells[0].source
    assert first.startswith("# ")
    positions = [first.index(part) for part in FRONT]
    assert positions == sorted(positions)
    verbs = re.findall(r"^[-*] ", first, re.MULTILINE)
    assert 3 <= len(verbs) <= 5


def test_every_objective_names_what_shows_it(notebook):
    """An exercise or a question of the wrap-up of this chapter."""
    objectives = re.findall(r"^- (.+)[;.]$", notebook.cells[0].source, re.MULTILINE)
    assert 3 <= len(objectives) <= 5
    text = prose(notebook)
    for objective in objectives:
        named = re.fullmatch(r".+ \(((?:(?:Exercise|Wrap-up)s? [\d.]+(?: and [\d.]+)?(?:; )?)+)\)", objective)
        assert named, objective
        for kind, one, two in re.findall(r"(Exercise|Wrap-up)s? ([\d.]+)(?: and ([\d.]+))?", named[1]):
            for number in filter(None, (one, two)):
                there = f"### Exercise {number}: " if kind == "Exercise" else f"**Wrap-up {number}**"
                assert there in text, objective


def test_a_wrap_up_closes_with_six_to_eight_numbered_questions(notebook):
    chapter, cells = int(notebook.path.stem[:2]), notebook.cells
    begin = next(i for i, cell in enumerate(cells) if cell.source.startswith("## Wrap-up"))
    end = next(i for i, cell in enumerate(cells) if cell.source.startswith(END[0]))
    labels, questions = cells[begin + 1 : end : 2], cells[begin + 2 : end : 2]
    assert [cell.source for cell in labels] == [f"**Wrap-up {chapter}.{n}**" for n in range(1, len(questions) + 1)]
    assert all(cell.source.startswith("quiz(") for cell in questions) and 6 <= len(questions) <= 8


def test_end_closes_the_chapter(notebook):
    headings = [line for line in prose(notebook).splitlines() if line.startswith("## ")]
    assert headings[-len(END) :] == END
    remember = prose(notebook).split(END[0])[1].split("\n## ")[0]
    assert len(re.findall(r"^(?:[-*]|\d\.) ", remember, re.MULTILINE)) == 5


def test_cells_are_short_and_functions_shorter(notebook):
    for cell in code(notebook):
        if cell.source.startswith("quiz("):
            continue
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 15, cell.id
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 10, cell.id


def test_lines_fit_the_page(notebook):
    for cell in code(notebook):
        if "remove-input" not in tags(cell):
            assert max(map(len, cell.source.splitlines() or [""])) <= 79, cell.id


def test_printed_lines_fit_the_page(notebook):
    """What a check says of a solution is a sentence, and may be longer."""
    for cell in code(notebook):
        printed = "".join(output.get("text", "") for output in cell.outputs)
        if "solution" not in tags(cell):
            assert max(map(len, printed.splitlines() or [""])) <= 79, cell.id


def test_drawing_is_left_to_the_package(notebook):
    assert not any(re.search(r"matplotlib|pyplot|\bplt\.", cell.source) for cell in code(notebook))


def test_tags_are_known_and_hide_only_solutions_and_quizzes(notebook):
    for cell in code(notebook):
        assert tags(cell) <= TAGS, cell.id
        assert ("hide-cell" in tags(cell)) == ("solution" in tags(cell)), cell.id
        assert ("remove-input" in tags(cell)) == cell.source.startswith("quiz("), cell.id


def test_jupyter_folds_what_the_page_hides(notebook):
    for cell in code(notebook):
        folded = {}
        if "hide-cell" in tags(cell):
            folded = {"source_hidden": True, "outputs_hidden": True}
        elif "remove-input" in tags(cell):
            folded = {"source_hidden": True}
        assert cell.metadata.get("jupyter", {}) == folded, cell.id


def test_nothing_is_ignored_without_a_reason(notebook):
    for cell in code(notebook):
        ignored = any("nbval" in tag.lower() for tag in tags(cell)) or "NBVAL" in cell.source
        assert ignored == ((notebook.path.stem, cell.id) in IGNORED_OUTPUTS), cell.id


def test_each_exercise_has_a_stub_a_check_and_a_checked_solution(notebook):
    chapter = int(notebook.path.stem[:2])
    headings = re.findall(r"^### Exercise (\d+\.\d+): \S", prose(notebook), re.MULTILINE)
    assert headings == [f"{chapter}.{number}" for number in range(1, len(headings) + 1)]
    assert 4 <= len(headings) <= 6
    kinds = {kind: [cell for cell in code(notebook) if kind in tags(cell)] for kind in TAGS}
    for number, heading in enumerate(headings):
        check, solution = kinds["check"][number], kinds["solution"][number]
        assert f'check("{heading}"' in check.source
        assert f'check("{heading}"' in solution.source
        assert "..." in kinds["exercise"][number].source
        assert output_text(check).startswith(f"Exercise {heading}: not attempted yet")
        assert f"Exercise {heading}: right" in output_text(solution)
    assert {len(kinds[kind]) for kind in ("exercise", "check", "solution")} == {len(headings)}


def output_text(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_solutions_do_not_take_the_readers_names(notebook):
    readers = {name for cell in code(notebook) if "solution" not in tags(cell) for name in assigned(cell)}
    for cell in code(notebook):
        if "solution" in tags(cell):
            assert not assigned(cell) & readers, cell.id


def assigned(cell):
    names = set()
    for node in ast.parse(cell.source).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
            continue
        stored = [part for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
        names.update(part.id for part in stored)
    return names


def test_figures_have_alternative_text(notebook):
    executed = nbformat.read(EXECUTED / notebook.path.name, as_version=4)
    for cell, ran in zip(code(notebook), code(executed), strict=True):
        assert cell.source == ran.source, "the built book is of another notebook: run `make book`"
        drawn = [out.data for out in ran.outputs if "image/png" in out.get("data", {})]
        live = any("application/vnd.jupyter.widget-view+json" in data for data in drawn)
        if drawn and not live:
            assert len(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")) > 30, cell.id


def test_only_prose_code_and_plain_text_are_stored(notebook):
    assert notebook.path.stat().st_size < 100_000  # one picture would be more than what is left
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    for cell in code(notebook):
        assert cell.execution_count == 0, cell.id
        assert {output.output_type for output in cell.outputs} <= {"stream", "display_data", "execute_result"}, cell.id
        assert {output.name for output in cell.outputs if "name" in output} <= {"stdout"}, cell.id
        assert all(list(output.data) == ["text/plain"] for output in cell.outputs if "data" in output), cell.id


def test_nothing_volatile_is_stored(notebook):
    assert not any("execution" in cell.metadata for cell in code(notebook))
    assert not re.search(r"\bat 0x[0-9a-f]{6,}", notebook.text)
    assert not re.search(r"(?:/home/|/root/|/Users/|/tmp/|/work/|C:\\\\)", notebook.text)


def test_links_between_sources_lead_somewhere(notebook):
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", prose(notebook)):
        assert (notebook.path.parent / target).exists(), target
