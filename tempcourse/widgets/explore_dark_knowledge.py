"""A dozen handwritten digits and all that a teacher says of each, from T = 0.5 to T = 50."""

import json

import numpy as np
import traitlets

from tempcourse.softmax import effective_choices, entropy, softmax
from tempcourse.words import number, percent

from .kit.controls import temperature_slider, temperature_stops
from .kit.explorable import Explorable, View, numbers
from .kit.sources import FOLDER, join_sources
from .kit.stills import blank_axes

DATA = FOLDER.parent / "data" / "teacher_digits.json"
FIRST = 1346
# By the image's index in load_digits: what there is to see in it.
NOTES = {
    617: "A plain 0. The rest of its probability goes to 8 and 9, which are made of round strokes too.",
    1573: "Labelled 0, and the teacher says 4: it is wrong here, and the label is its second guess.",
    736: "A 1 of a broad pen: as much ink as an 8, and in the same place.",
    573: "A 2 with a straight back. Without its foot it could be a 1.",
    1346: "A 3 whose bows nearly close: first an 8, then, for its flat foot, a 2.",
    1670: "A 3 with a bend to the left at the top, as a 5 has it. The two 3s look like different digits.",
    1022: "A 4 that is open at the top. Close it, and it is a 9; leave out the left stroke, and it is a 7.",
    1617: "A 5 that is so upright and narrow that it could be a 1.",
    598: "A 6 whose upper stroke bends over: a little more, and it is an 8.",
    27: "A 7 with a bar, and no other class has one: its second guess, a 9, stays far behind.",
    814: "An 8 with an open left side. What is left of it is a 3.",
    795: "A 9 with a curl at the bottom that nearly makes it an 8.",
}


class DarkKnowledgeView(View):
    """One image, and the teacher's probabilities of the ten digits at one temperature."""

    _esm = join_sources("explore_dark_knowledge.js")

    digits = traitlets.List(help="number, label, pixels, logits and a note for each").tag(sync=True)
    digit = traitlets.Int().tag(sync=True)
    temperatures = numbers()
    temperature_index = traitlets.Int().tag(sync=True)


def explore_dark_knowledge():
    """Return an explorable of what a teacher knows about wrong answers.

    Twelve test images of `tempcourse.distillation.load_digits_split`, with the logits of a teacher of 128 hidden
    units that saw the 1200 training images 30 times. The logits are rounded to 3 decimals and stored with the
    package, where ``tools/make_teacher_digits.py`` put them, so that no page has to train.

    Returns
    -------
    Explorable
        Its control is ``"temperature"``; the digit is picked in the view.

    References
    ----------
    Hinton, Vinyals, Dean (2015), "Distilling the knowledge in a neural network". The images: Alpaydin, Kaynak
    (1998), "Optical recognition of handwritten digits", UCI machine learning repository, as scikit-learn carries
    them.

    Examples
    --------
    >>> explore_dark_knowledge().controls["temperature"].value
    1.0
    """
    digits = teacher_digits()
    stops = [stop for stop in temperature_stops(-1, 2, per_decade=20, digits=2) if 0.5 <= stop <= 50]
    first = next(i for i, digit in enumerate(digits) if digit["index"] == FIRST)
    view = DarkKnowledgeView(
        "explore_dark_knowledge",
        (),
        {"digit": first, "temperature_index": stops.index(1.0)},
        digits=[{**digit, "note": NOTES[digit["index"]]} for digit in digits],
        temperatures=stops,
    )
    controls = {"temperature": temperature_slider(stops, view.temperature_index, symbol="T")}
    return Explorable(view, controls, summary=_summary(digits[first]), draw=lambda: _draw(digits[first]))


def teacher_digits():
    """Return the stored digits.

    Returns
    -------
    list of dict
        ``index`` in `sklearn.datasets.load_digits`, ``label``, ``pixels`` (64 whole numbers from 0 to 16, row by
        row) and the teacher's ten ``logits``.
    """
    digits = json.loads(DATA.read_text(encoding="utf-8"))
    assert len(digits) == len(NOTES)
    assert all(np.shape(digit["pixels"]) == (64,) and np.shape(digit["logits"]) == (10,) for digit in digits)
    return digits


def _summary(digit):
    order = np.argsort(digit["logits"])[::-1][:3]
    parts = []
    for T in (1.0, 10.0):
        p = softmax(digit["logits"], T)
        shares = ", ".join(f"{k} {percent(p[k])}" for k in order)
        parts.append(
            f"at T = {number(T)} {shares}, entropy {entropy(p):.2f} nats, "
            f"{effective_choices(p):.2f} effective choices"
        )
    return f"What a teacher says of image {digit['index']}, a handwritten {digit['label']}: {'; '.join(parts)}."


def _draw(digit):
    from tempcourse.plots import plot_bars

    axes = blank_axes(8, 5.6, rows=2)
    for ax, T in zip(axes, (1.0, 10.0), strict=True):
        probabilities = softmax(digit["logits"], T)
        plot_bars(probabilities, list("0123456789"), temperature=T, title=f"The teacher at T = {number(T)}", ax=ax)
    image = axes[0].inset_axes([0.75, 0.3, 0.25, 0.65])
    image.imshow(np.reshape(digit["pixels"], (8, 8)), cmap="gray_r")
    image.set_xticks([])
    image.set_yticks([])
    return axes[0].figure
