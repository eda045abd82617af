"""The printed book, as it lies in `_build/temperature.pdf`."""

import json
import re
import subprocess
import sys
import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader

ROOT = Path(__file__).parent.parent.parent
PDF = ROOT / "_build" / "temperature.pdf"
HTML = ROOT / "_build" / "html"
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
NAMES = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
CHAPTERS = [name for name in NAMES if name.startswith("notebooks/")]
MARGIN = 22 / 25.4 * 72  # in points, as in book.css


@pytest.fixture(scope="module")
def reader():
    """The PDF."""
    return PdfReader(PDF)


@pytest.fixture(scope="module")
def texts(reader):
    """The text of each page."""
    return [page.extract_text() for page in reader.pages]


@pytest.fixture(scope="module")
def targets(reader):
    """The page, from 1, of each place that a link in the PDF can lead to."""
    places = reader.named_destinations.items()
    return {name: reader.get_destination_page_number(place) + 1 for name, place in places}


@cache
def article(name):
    """Return the text of a built page, as a screen shows it."""
    return BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser").article


def bare(text):
    """Return text without spaces, and with ligatures and mathematical letters as plain ones."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def body(text):
    """Return a page's text without its running head and number."""
    return text.split("\n", 2)[-1]


def headings(name):
    """Return depth, text and link target of a page's headings, as the book on paper has them."""
    slug = f"/{name.replace('/', '-')}"
    found = [
        (int(one.name[1]) - 1, " ".join(one.get_text().removesuffix("#").split()), f"{slug}--{one.parent['id']}")
        for one in article(name).select("h1, h2, h3")
    ]
    number = f"{CHAPTERS.index(name) + 1} " if name in CHAPTERS else ""
    found[0] = (0, f"{number}{found[0][1]}", slug)
    is_asked = bool(article(name).select(".tempcourse-quiz-static"))
    return [*found, (1, "Answers and solutions", f"{slug}--answers")] if is_asked else found


def links(reader):
    """Yield all links as pairs of the page, from 1, and the annotation."""
    for number, page in enumerate(reader.pages, 1):
        for annotation in page.get("/Annots", []):
            if annotation.get_object()["/Subtype"] == "/Link":
                yield number, annotation.get_object()


def test_size(reader):
    """A4, no more than 20 MB, and neither a leaflet nor an encyclopaedia."""
    assert PDF.stat().st_size <= 20e6
    assert 120 <= len(reader.pages) <= 400
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}


def test_it_says_what_it_is(reader, texts):
    """Title, language and tags for a screen reader; version and licence for a reader."""
    assert dict(reader.metadata) == {"/Title": "Temperature", "/Author": "The Temperature course"}
    assert reader.root_object["/Lang"] == "en" and reader.root_object["/MarkInfo"]["/Marked"]
    assert re.search(r"Version \d+\.\d+\.\d+\. © \d{4} .*CC BY 4\.0.*MIT", texts[0].replace("\n", " "))


def test_bookmarks_are_the_headings_in_order(reader, texts):
    """Each leads to the page that has the heading."""

    def flat(entries, depth=0):
        for entry in entries:
            if isinstance(entry, list):
                yield from flat(entry, depth + 1)
            else:
                yield depth, entry.title, reader.get_destination_page_number(entry)

    found = list(flat(reader.outline))
    expected = [(0, "Contents"), (1, "Figures"), *(one[:2] for name in NAMES for one in headings(name))]
    assert [(depth, title) for depth, title, _ in found] == expected
    assert [title for _, title, page in found if bare(title) not in bare(body(texts[page]))] == []
    assert [page for *_, page in found] == sorted(page for *_, page in found)


def test_contents_name_the_right_pages(reader, texts, targets):
    """Every chapter, section and figure stands there, linked, with the number of the page that has it."""
    first = targets["/book-index"] - 1
    listed = unicodedata.normalize("NFKC", "\n".join(map(body, texts[1:first])))
    linked = {annotation["/Dest"] for number, annotation in links(reader) if number <= first and "/Dest" in annotation}
    expected = [(title, title, target) for name in NAMES for depth, title, target in headings(name) if depth < 2]
    for k, name in enumerate(CHAPTERS, 1):
        for n, image in enumerate(article(name).select("img"), 1):
            words = " ".join(image["alt"].split()[:3]).rstrip(".:;")
            expected.append((f"{k}.{n} {words}", f"Figure {k}.{n}", f"/{name.replace('/', '-')}--figure-{n}"))
    assert linked == {target for *_, target in expected}
    at = 0
    for line, there, target in expected:
        assert bare(there) in bare(body(texts[targets[target] - 1])), there
        words = r"\s*".join(map(re.escape, bare(line)))  # they may be broken anywhere
        rest = ".{0,150}?" if there.startswith("Figure") else ""
        found = re.compile(rf"{words}{rest}\s+{targets[target]}\b", re.DOTALL).search(listed, at)
        assert found, f"{line}: not in its place, or not with page {targets[target]}"
        at = found.start()


def test_pages_bear_their_numbers(texts):
    """The number that is printed is the one that a viewer shows."""
    assert [n for n, text in enumerate(texts, 1) if n > 1 and text.split("\n")[1].strip() != str(n)] == []


def test_links_lead_somewhere(reader, targets):
    """Inside to a place in the book, outside to the web; none to a file of the machine that built it."""
    inside = [annotation["/Dest"] for _, annotation in links(reader) if "/Dest" in annotation]
    outside = [annotation["/A"]["/URI"] for _, annotation in links(reader) if "/A" in annotation]
    assert len(inside) + len(outside) == sum(1 for _ in links(reader))
    assert sorted(set(inside) - set(targets)) == []
    assert [address for address in outside if not address.startswith(("https://", "http://", "mailto:"))] == []
    assert all(any(target.startswith(f"/{name.replace('/', '-')}") for target in inside) for name in NAMES)


def test_citations_lead_to_their_entries(reader, texts, targets):
    """A citation's page has the entry's first author."""
    cited = {link["href"].partition("#")[2]: link.get_text() for name in CHAPTERS for link in article(name).select(
        'a[href*="references.html#"]')}  # fmt: skip
    entries = {entry["id"]: entry for entry in article("book/references").select(".citation[id]")}
    assert len(cited) > 20
    for key in cited:
        page = texts[targets[f"/book-references--{key}"] - 1]
        assert bare(entries[key].p.get_text())[:25] in bare(page), key


def test_figures_are_numbered_in_order(texts):
    """From 1 in each chapter, as many as its page has pictures, in the order of the list of figures."""
    found = re.findall(r"^Figure (\d+)\.(\d+)(?: \(explorable\))?\. ", "\n".join(texts), re.MULTILINE)
    by_chapter = {int(k): [int(n) for _, n in group] for k, group in groupby(found, key=lambda pair: pair[0])}
    pictures = {k: len(article(name).select("img")) for k, name in enumerate(CHAPTERS, 1)}
    assert by_chapter == {k: list(range(1, count + 1)) for k, count in pictures.items()}


def test_pictures_keep_their_alternative_texts(reader):
    """What cannot be seen can be heard."""
    figures = [
        one for one in reader.xref[0] if isinstance(one, int) and _is_figure(reader.get_object(one))
    ]
    expected = {image["alt"] for name in NAMES for image in article(name).select("img")}
    assert expected <= {str(reader.get_object(one).get("/Alt")) for one in figures}


def _is_figure(thing):
    return isinstance(thing, dict) and thing.get("/S") == "/Figure"


def test_no_page_is_nearly_empty(reader, texts):
    """Each has a picture, or five lines below its head."""
    empty = [
        number
        for number, (page, text) in enumerate(zip(reader.pages, texts, strict=True), 1)
        if len(body(text).split("\n")) < 5 and not page.images
    ]
    assert empty == []


def test_the_cheat_sheet_is_one_page(targets):
    """From its title to its last line, so that it can be printed alone."""
    first, last = targets["/book-cheatsheet"], targets["/book-cheatsheet--symptom-knob"]
    after = targets[f"/{NAMES[NAMES.index('book/cheatsheet') + 1].replace('/', '-')}"]
    assert (last, after) == (first, first + 1)


def test_text_stays_within_the_margins(reader):
    """No run of text begins outside them."""
    for number, page in enumerate(reader.pages, 1):
        places = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, *font, places=places: text.strip()
            and places.append((tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))
        )
        outside = [(x, y) for x, y in places if not (MARGIN - 1 <= x <= 595 - MARGIN and 20 <= y <= 842 - 20)]
        assert outside == [], number


@pytest.mark.parametrize("name", CHAPTERS)
def test_code_is_all_there_and_whole(name, texts, targets):
    """Every cell's lines stand together on one page, solutions too."""
    slug = f"/{name.replace('/', '-')}"
    after = [targets[f"/{other.replace('/', '-')}"] for other in NAMES[NAMES.index(name) + 1 :]]
    pages = [bare(body(text)) for text in texts[targets[slug] - 1 : after[0] - 1]]
    cells = json.loads((ROOT / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = [
        "".join(cell["source"])
        for cell in cells
        if cell["cell_type"] == "code" and "remove-input" not in cell["metadata"].get("tags", [])
    ]
    assert len(sources) > 20
    assert [source for source in sources if not any(bare(source) in page for page in pages)] == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_formulas_can_be_copied(name, texts, targets):
    """The signs of each formula are in the text of a page, so that they can be selected, found and read out."""
    slug = f"/{name.replace('/', '-')}"
    after = [targets[f"/{other.replace('/', '-')}"] for other in NAMES[NAMES.index(name) + 1 :]]
    pages = [bare(text) for text in texts[targets[slug] - 1 : after[0] - 1]]
    formulas = [
        "".join(bare(sign.get_text()) for sign in formula.select("mi, mo, mn"))
        for formula in article(name).select("math")
    ]
    # Neither what is not seen is there, nor a brace that is put together of pieces.
    formulas = [re.sub("[\u2061-\u2064\u23de\u23df]", "", formula) for formula in formulas]
    assert len(formulas) > 10
    assert [formula for formula in formulas if not any(set(formula) <= set(page) for page in pages)] == []


def test_fonts_are_embedded(reader):
    """The book looks the same everywhere."""
    fonts = [
        font.get_object() for page in reader.pages for font in page["/Resources"].get("/Font", {}).values()
    ]
    names = set()
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        names.add(str(inner.get("/BaseFont", inner["/Subtype"])).rpartition("+")[2])
        descriptor = inner.get("/FontDescriptor", {})
        assert inner["/Subtype"] == "/Type3" or {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), inner
    assert {"STIXGeneral-Regular", "DejaVuSansMono", "STIXTwoMath"} <= names


def test_a_second_run_prints_the_same(tmp_path, texts):
    """Nothing in it depends on the day or on chance."""
    again = tmp_path / "again.pdf"
    subprocess.run([sys.executable, "tools/build_pdf.py", HTML, again], cwd=ROOT, check=True)
    assert [page.extract_text() for page in PdfReader(again).pages] == texts


# What a browser that prints a chapter's page would cut off, leave folded, or print too pale to read.
LOST_ON_PAPER = """() => {
  const content = document.querySelector("article");
  const name = (one) => `${one.tagName} ${one.textContent.trim().slice(0, 60)}`;
  const pale = (one) => Math.max(...getComputedStyle(one).color.match(/[\\d.]+/g).slice(0, 3)) > 170;
  const all = (selector) => [...content.querySelectorAll(selector)];
  return [
    ...all("pre").filter((one) => one.scrollWidth > one.clientWidth + 1),
    ...all("details :is(pre, li)").filter((one) => !one.closest(".launch-buttons") && !one.getClientRects().length),
    ...all("p, li, td, h2, pre, pre span").filter((one) => one.checkVisibility() && pale(one)),
    ...all("input, button, select").filter((one) => one.checkVisibility()),
  ].map(name);
}"""


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_prints_whole_from_a_dark_screen(name, new_page, serve):
    """Ctrl+P on a page: long lines go on below, answers stand open, and the ink is dark."""
    page = new_page(viewport={"width": 700, "height": 900}, color_scheme="dark")
    page.goto(f"{serve(HTML)}/{name}.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.emulate_media(media="print")
    assert page.evaluate(LOST_ON_PAPER) == []
