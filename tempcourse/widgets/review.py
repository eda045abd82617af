"""The questions of the chapters that are due again."""

import ast
import json
import os
from pathlib import Path

import traitlets

from .kit.explorable import Explorable, View
from .kit.sources import join_sources
from .quiz import quiz

DAYS = (1, 3, 7, 16, 35)  # as in maths/spacing.js
FIELDS = ("anchor", "question", "choices", "answer", "explanations")


class ReviewView(View):
    """Questions, and what the reader answered to them."""

    _esm = join_sources("review.js")

    questions = traitlets.List(help="of all chapters: chapter, and what a QuizView has").tag(sync=True)


def review(notebooks):
    """Return the questions of some notebooks, to be asked again when they are due.

    What the reader has answered is read from the browser's storage, on this device. A question comes back after 1, 3,
    7, 16 and 35 days, as long as it is answered rightly; a wrong answer brings it back in the same session.

    Parameters
    ----------
    notebooks : str or path-like
        The folder of the chapters, whose names begin with their numbers.

    Returns
    -------
    Explorable

    Raises
    ------
    ValueError
        If it is not a folder of notebooks with quizzes.
    """
    is_path = isinstance(notebooks, str | os.PathLike)
    questions = questions_in(notebooks) if is_path else []
    if not questions:
        raise ValueError(f"notebooks must be a folder of chapters with quizzes, got {notebooks!r}")
    view = ReviewView("review", (), questions=questions)
    chapters = len({question["chapter"] for question in questions})
    days = f"{', '.join(map(str, DAYS[:-1]))} and {DAYS[-1]} days"
    summary = f"{len(questions)} questions of {chapters} chapters, asked again after {days}."
    return Explorable(view, summary=summary, html=f"<p>{summary}</p>{_table()}")


def _table():
    """Return the spacing as a table, for paper."""
    rows = ("Right in a row", range(1, len(DAYS) + 1)), ("Ask again after days", DAYS)
    cells = ("".join(f"<td>{value}</td>" for value in values) for _, values in rows)
    lines = (f"<tr><th>{name}</th>{line}</tr>" for (name, _), line in zip(rows, cells, strict=True))
    return f"<table><tbody>{''.join(lines)}</tbody></table>"


def questions_in(notebooks):
    """Return the questions of a folder's chapters, in order: chapter, page, and what a QuizView has."""
    return [question for path in sorted(Path(notebooks).glob("[0-9][0-9]_*.ipynb")) for question in _of(path)]


def _of(path):
    """Yield the questions of a notebook."""
    for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and source.startswith("quiz("):
            view = quiz(*map(ast.literal_eval, ast.parse(source).body[0].value.args)).view
            yield {"chapter": int(path.stem[:2]), "page": path.stem} | {name: getattr(view, name) for name in FIELDS}
