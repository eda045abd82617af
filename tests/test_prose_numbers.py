"""Every number in a chapter's prose stands in that chapter's code or output, or has a reason not to."""

import ast
import json
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
# Whole numbers up to this may be mere words: two roads, chapter 3, ten digits. Those of a count, "7 of 12", are not.
MERE_WORDS = 12
# What claims no number: addresses, roles, names of code, indices and powers, times to read, places in books; exhibits,
# and the threads that they come from, with their dates.
NO_CLAIM = (
    r"\]\([^)]*\)|https?://\S+|\{\w+:?\w*\}`[^`]*`|`[^`]*`|\*\*Time\.\*\*.*|[_^](?:\{[^{}]*\}|\w)"
    r"|(?:[Ee]xercise|Wrap-up)s? [\d.]+\d(?: and [\d.]+\d)?|Section [\d.]+"
    r"|Exhibits? \d+(?:(?:, | and )\d+)*|(?:issue|pull request) \d+|\d{1,2} [A-Z][a-z]+ \d{4}"
)
LIST_IN_PER_CENT = r"(?:(?:, | and |, and | to |–)[\d.]+)*\s?%"
REASONS = {
    ("01", "0.65"): "a wrong choice: the odds of 1.65 less 1",
    ("01", "102"): "the sketch plus 100, and so the next three",
    ("01", "101"): "the sketch plus 100",
    ("01", "100.5"): "the sketch plus 100",
    ("01", "100.1"): "the sketch plus 100",
    ("01", "65,504"): "the largest number in float16",
    ("01", "25,000"): "one over the 4e-5 before it",
    ("01", "250"): "an assumption: words on a page",
    ("02", "99.9 %"): "what the exercise asks for",
    ("03", "65,536"): "2 to the power of 16",
    ("03", "1.901"): "Kaufman's heat capacity, which tests/test_ising.py computes",
    ("03", "57 %"): "what the exercise asks for",
    ("05", "11.3"): "a quantile of χ² with 3 degrees of freedom",
    ("06", "90"): "the heads in 100 flips at 0.9",
    ("07", "25"): "what the exercise asks for",
    ("08", "180"): "what a cited paper looked at",
    ("08", "1.25"): "the temperature that chapter 5 fits",
    ("09", "0.99"): "99 in 100: to the power of 100 it is 0.37",
    ("09", "820"): "the words of chapter 5's model, which it counts",
    ("09", "79"): "what an engine kept in chapter 5",
    ("09", "56"): "what another engine kept in chapter 5",
    ("09", "98"): "the megabytes of the model's file, whose bytes tools/fetch_model.py has",
}


def values(text):
    """Return the numbers in a text, and the mantissas of those with an exponent."""
    text = re.sub(r"(?<=\d)[,_](?=\d{3})", "", text)
    numbers = re.findall(r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", text)
    return set(map(float, numbers + re.findall(r"\d+\.\d+(?=e)", text)))


def claims(text):
    """Yield each number that a prose claims: as it is written, its digits, and whether it is in per cent."""
    text = re.sub(NO_CLAIM, " ", text)
    for match in re.finditer(r"(?<![\w.])(\d[\d,]*\.\d+|\d[\d,]*\d|\d)", text):
        number, before, after = match[0].replace(",", ""), text[: match.start()], text[match.end() :]
        per_cent = re.match(LIST_IN_PER_CENT, after)
        count = re.match(r" (?:of|in|out of) \d", after) or re.search(r"\d (?:of|in|out of) $", before)
        if per_cent or count or "." in number or float(number) > MERE_WORDS:
            yield match[0] + (" %" if re.match(r"\s?%", after) else ""), number, bool(per_cent)


def holds(number, per_cent, known):
    """Tell whether a number is among the known ones, to as many digits as it is written with."""
    whole, _, fraction = number.partition(".")
    zeros = len(whole) - len(whole.rstrip("0"))
    digits = len(fraction) if fraction else -zeros if zeros >= 3 else 0  # 12,000 is known to the thousand
    scales = (1, 100) if per_cent else (1,)
    return any(abs(round(scale * value, digits) - float(number)) < 1e-9 for value in known for scale in scales)


def parts(notebook):
    """Return the prose of a chapter, cell by cell, and all its code and output; what a quiz says is prose."""
    prose, code = {}, []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            prose[cell["id"]] = source
        elif source.startswith("quiz("):
            question, choices, right, answers = map(ast.literal_eval, ast.parse(source).body[0].value.args)
            prose[cell["id"]] = "\n".join([question, choices[right], *answers])
        else:
            outputs = (each.get("text") or each.get("data", {}).get("text/plain", "") for each in cell["outputs"])
            code += [source, *map("".join, outputs)]
    return prose, "\n".join(code)


def unfounded(prose, code):
    """Return the claims that neither code nor output bears out, with the cells they stand in."""
    known = values(code)
    return [
        (cell, written)
        for cell, text in prose.items()
        for written, number, per_cent in claims(text)
        if not holds(number, per_cent, known)
    ]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_number_in_prose_is_computed_in_the_chapter(notebook):
    found = unfounded(*parts(notebook))
    assert [(cell, written) for cell, written in found if (notebook.stem[:2], written) not in REASONS] == []


def test_no_reason_is_idle():
    found = {(path.stem[:2], written) for path in NOTEBOOKS for _, written in unfounded(*parts(path))}
    assert set(REASONS) - found == set()


@pytest.mark.parametrize(
    ("prose", "code", "expected"),
    [
        ("it is 17.25 % there", "0.1725", []),
        ("it is 17.25 % there", "0.172", ["17.25 %"]),
        ("7.0 apart", "7.04", []),
        ("7.0 apart", "7.06", ["7.0"]),
        ("41 stories", "40", ["41"]),
        ("better in 7 of 12", "wins 7 of 12", []),
        ("better in 7 of 12", "wins 8 of 12", ["7"]),
        ("Exercises 17.1 and 17.2; Wrap-up 18.3. And 19.5", "", ["19.5"]),
        ("34, 33 and 33 %", "0.34 0.33", []),
        ("Exhibits 13, 14 and 15, issue 37, 12 March 2023, and 99", "", ["99"]),
        ("about 12,000", "12089", []),
        ("about 12,000", "12689", ["12,000"]),
        ("-4.25 \\cdot 10^{-18}", "-4.248e-18", []),
        ("see [Chapter 99](99.ipynb), two roads, `x[77]` and $e^{88}$", "", ["99"]),
    ],
)
def test_what_is_found(prose, code, expected):
    assert [written for _, written in unfounded({"cell": prose}, code)] == expected
