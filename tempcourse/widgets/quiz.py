"""A question that is answered before it is explained."""

import html
import re

import traitlets

from tempcourse._arguments import is_whole, read_list

from .kit.explorable import Explorable, View
from .kit.sources import join_sources


class QuizView(View):
    """A question, its choices, and what is to be said about each of them."""

    _esm = join_sources("quiz.js")
    _anchor_digits = 6  # the many questions are known by their anchors

    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answer = traitlets.Int().tag(sync=True)
    explanations = traitlets.List(traitlets.Unicode()).tag(sync=True)


def quiz(question, choices, answer, explanations):
    """Return a question to commit to before its answer is shown.

    The reader may also say how sure the answer is. What is answered is kept by the browser, on this device, and sent
    nowhere; `your_calibration` shows it.

    Parameters
    ----------
    question : str
        Plain text; `code` in backticks is set as code, here and in the other strings.
    choices : sequence of str, 2 to 8
    answer : int
        The right choice's index, from 0.
    explanations : sequence of str, as many as choices
        For each choice, why it is right or wrong.

    Returns
    -------
    Explorable

    Raises
    ------
    ValueError
        For fewer than 2 or more than 8 choices, an answer that is none of them, explanations that are not as
        many as the choices, and for text that is empty.

    Examples
    --------
    >>> quiz("Which is larger?", ["1/2", "1/3"], 0, ["Yes.", "A third is less than a half."])
    quiz('Which is larger?')
    """
    choices = read_list(choices, "choices", "texts")
    explanations = read_list(explanations, "explanations", "texts")
    if not 2 <= len(choices) <= 8:
        raise ValueError(f"choices must hold 2 to 8 texts, got {len(choices)}")
    if len(explanations) != len(choices):
        raise ValueError(
            f"explanations must hold one text for each of the {len(choices)} choices, got {len(explanations)}"
        )
    if not is_whole(answer) or answer not in range(len(choices)):
        raise ValueError(f"answer must be the index of a choice, 0 to {len(choices) - 1}, got {answer!r}")
    for name, texts in (("question", [question]), ("choices", choices), ("explanations", explanations)):
        for text in texts:
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"{name} must be text that is not empty, got {text!r}")
    view = QuizView(
        "quiz", (question,), question=question, choices=choices, answer=int(answer), explanations=explanations
    )
    listed = "\n".join(f"  {letter}) {choice}" for letter, choice in zip("abcdefgh", choices, strict=False))
    return Explorable(
        view, summary=f"{question}\n{listed}", html=_static(question, choices, answer, explanations)
    )


def _static(question, choices, answer, explanations):
    """Return the quiz as HTML for paper and for pages without JavaScript."""
    items = "".join(f"<li>{_inline(choice)}</li>" for choice in choices)
    notes = "".join(f"<li>{_inline(explanation)}</li>" for explanation in explanations)
    right = f"{'abcdefgh'[answer]}) {_inline(choices[answer])}"
    return (
        f'<div class="tempcourse-quiz-static"><p><strong>{_inline(question)}</strong></p>'
        f'<ol type="a">{items}</ol>'
        f'<details><summary>Answer</summary><p>{right}</p><ol type="a">{notes}</ol>'
        "</details></div>"
    )


def _inline(text):
    """Return text as HTML, with `code` in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
