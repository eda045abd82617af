"""How sure a reader was of the answers to the quizzes, and how often they were right."""

import ipywidgets
import numpy as np
import traitlets

from .kit.controls import WIDE
from .kit.explorable import Explorable, View
from .kit.sources import join_sources

CHAPTERS = 12
ATTEMPTS = ("first", "latest")
CHOICES, STEPS, CERTAIN = 4, 5, 0.99  # as in maths/reader.js
EXAMPLE, HEAT, SEED = 60, 1.6, 0  # of the reader that is shown to those who have not answered
ROWS = 12  # of the table to fill in by hand


class YourCalibrationView(View):
    """A reliability diagram of the reader's own answers."""

    _esm = join_sources("your_calibration.js")

    example = traitlets.List(help="answers of a simulated reader: right, sure, choices").tag(sync=True)
    chapter = traitlets.Int(0, help="0 for all").tag(sync=True)
    chapters = traitlets.Int(CHAPTERS, help="how many there are").tag(sync=True)
    attempt = traitlets.Int(0, help="an index into first and latest").tag(sync=True)
    shown = traitlets.Bool(False, help="whether the simulated reader is shown").tag(sync=True)


def your_calibration():
    """Return an explorable of the reader's own calibration.

    Its answers are those that the reader gave to quizzes and said to be how sure of. They are read from the browser's
    storage, on this device, and go nowhere. The diagram, the scores and the fitted temperature are those of
    `tempcourse.calibration`: whoever is sure by p of one of n choices leaves (1 − p)/(n − 1) to each of the others.

    Returns
    -------
    Explorable
        Its controls are ``"chapter"`` and ``"attempt"``.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural networks".

    Examples
    --------
    >>> your_calibration().controls["attempt"].options
    ('first answers', 'latest answers')
    """
    start = {"chapter": 0, "attempt": 0, "shown": False}
    view = YourCalibrationView("your_calibration", (), start, example=_example())
    controls = {
        "chapter": ipywidgets.Dropdown(
            options=["all", *(f"Chapter {number}" for number in range(1, CHAPTERS + 1))],
            index=0,
            description="Chapters",
            **WIDE,
        ),
        "attempt": ipywidgets.Dropdown(
            options=[f"{attempt} answers" for attempt in ATTEMPTS], index=0, description="Of each quiz", **WIDE
        ),
    }
    return Explorable(view, controls, summary=_summary(), html=_table())


def _example():
    """Return the answers of a reader who is too sure: at τ = 1.6 the sureness would be true."""
    rng = np.random.default_rng(SEED)
    answers = []
    for step in rng.integers(0, STEPS, EXAMPLE):
        sure = 1 / CHOICES + step / (STEPS - 1) * (CERTAIN - 1 / CHOICES)
        weights = np.array([sure, *[(1 - sure) / (CHOICES - 1)] * (CHOICES - 1)]) ** (1 / HEAT)
        right = bool(rng.random() < weights[0] / weights.sum())
        answers.append({"right": right, "sure": float(sure), "choices": CHOICES})
    return answers


def _summary():
    return "Your own calibration: how sure you were of your answers to the quizzes, against how often they were right."


def _table():
    """Return a table to fill in by hand, for paper."""
    head = "".join(f"<th>{name}</th>" for name in ("Question", "How sure, in per cent", "Right?"))
    rows = "<tr><td>&nbsp;</td><td></td><td></td></tr>" * ROWS
    return (
        '<div class="tempcourse-by-hand"><p>By hand: note at each quiz how sure you are, and later whether you were '
        "right. Of all answers that were 75 % sure, three in four should be.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
