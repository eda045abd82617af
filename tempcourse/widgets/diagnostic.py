"""A few questions that say which chapters a reader may pass over."""

import reprlib

import traitlets

from tempcourse._arguments import read_list

from .kit.explorable import Explorable, View
from .kit.sources import join_sources
from .quiz import quiz
from .review import FIELDS


class DiagnosticView(View):
    """Questions, each of them about a chapter."""

    _esm = join_sources("diagnostic.js")

    questions = traitlets.List(help="about, page, and what a QuizView has").tag(sync=True)


def diagnostic(questions):
    """Return questions that are asked in turn, and then say which chapters to read.

    A chapter may be skipped whose question is answered rightly, and not by a guess.

    Parameters
    ----------
    questions : sequence of tuples
        For each question what it is about, such as a chapter's name, the address of that chapter's page, and the four
        arguments of `quiz`.

    Returns
    -------
    Explorable

    Raises
    ------
    ValueError
        If there is none, if one is not made of those six, and for what `quiz` refuses.

    Examples
    --------
    >>> arguments = ("Which is larger?", ["1/2", "1/3"], 0, ["Yes.", "A third is less than a half."])
    >>> diagnostic([("Fractions", "fractions.html", *arguments)]).view.questions[0]["about"]
    'Fractions'
    """
    asked = [_read(question) for question in read_list(questions, "questions", "questions")]
    if not asked:
        raise ValueError("questions must hold at least one question, got none")
    view = DiagnosticView("diagnostic", (), questions=[question for question, _ in asked])
    summary = f"{len(asked)} questions, and which chapters to read by your answers to them."
    html = "".join(part._html for _, part in asked)
    return Explorable(view, summary=summary, html=html)


def _read(question):
    """Return a question as the page has it, and its quiz."""
    parts = list(question) if isinstance(question, list | tuple) else []
    if len(parts) != 6 or not all(isinstance(part, str) for part in parts[:2]):
        what = "what it is about, a page, and the four arguments of quiz"
        raise ValueError(f"questions must each hold {what}, got {reprlib.repr(question)}")
    about, page, *arguments = parts
    part = quiz(*arguments)
    return {"about": about, "page": page} | {name: getattr(part.view, name) for name in FIELDS}, part
