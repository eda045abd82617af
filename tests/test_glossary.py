"""The glossary has every term of the chapters, in order, once."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LABELS = {"You need"}  # of a chapter's front
# Names given for one section only, which explains them there and needs them nowhere else.
LOCAL_NAMES = {"labels", "paired", "same doubt", "shuffled", "smoothed", "soft"}
# The form in which a sentence needs a term, where it is not the plural: the glossary's own.
OTHER_FORMS = {
    "calibrated": "calibration",
    "confidence": "confidence",
    "held out": "held-out data",
    "Gumbel": "Gumbel noise",
    "masked": "mask",
    "over-confident": "over-confidence",
    "proper": "proper score",
    "simplex": "probability simplex",
    "typical": "typical sampling",
    "UCB": "upper confidence bound",
    "under-confident": "under-confidence",
}


def glossary():
    """Return the glossary's terms in the order in which they stand."""
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    return re.findall(r"^(?! |:|#)(\S.*)$", text, flags=re.MULTILINE)


def bold_terms(notebook):
    """Return what a chapter sets in bold and is a name, not a sentence or a label: one to three words, letters only."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    bold = re.findall(r"\*\*([^*\n]+)\*\*", prose)
    return {words for words in bold if re.fullmatch(r"[^\W\d]+([ –-][^\W\d]+){0,2}", words)} - LABELS - LOCAL_NAMES


def entry(term):
    """Return how the glossary may write a term: in the singular."""
    term = OTHER_FORMS.get(term, term).lower()
    return {term, term.removesuffix("s"), re.sub("ies$", "y", term)}


def test_terms_are_in_alphabetical_order_and_once():
    """A Greek letter is sorted as it is said."""
    keys = [term.lower().replace("ε", "epsilon").replace("σ", "sigma").replace("-", " ") for term in glossary()]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_term_in_bold_is_in_the_glossary(notebook):
    """What is only stressed is set in italics."""
    known = {term.lower() for term in glossary()}
    assert sorted(term for term in bold_terms(notebook) if not entry(term) & known) == []


def test_no_exception_is_idle():
    """A form or a name that no chapter needs any more goes."""
    prose = "\n".join(path.read_text(encoding="utf-8") for path in NOTEBOOKS)
    assert [words for words in LABELS | LOCAL_NAMES | set(OTHER_FORMS) if f"**{words}**" not in prose] == []
