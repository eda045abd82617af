"""Print the built book as one PDF through headless Chromium.

    python tools/build_pdf.py _build/html _build/temperature.pdf

The pages that Sphinx wrote are put behind one another into one document, with a title page and contents
before them, and printed. What only a screen can do becomes what paper can: an explorable is its still picture,
a picture has a number and a caption, and answers and solutions stand at the end of their chapter.
"""

import argparse
import html
import posixpath
import re
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from string import Template

import matplotlib
import numpy as np
import yaml
from bs4 import BeautifulSoup
from chromium import open_chromium
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from tempcourse.plots import temperature_colour
from tempcourse.softmax import softmax

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent / "pdf"
# The pages' own style sheets that hold on paper too; the theme's are for a screen.
STYLES = ("pygments.css", "mathml.css", "course.css", "static_widgets.css")
# What is nothing on paper, or belongs to a page in a browser.
DROPPED = (
    "script, style, button, [hidden], .launch-buttons, "
    ".headerlink, .toctree-wrapper, .static-widget-live, .sd-summary-state-marker"
)
# Names, punctuation and spaces have the colour of all text: a tag around each would be half of the PDF.
PLAIN_CODE = "pre span.n, pre span.p, pre span.w, pre > span:empty"
CAPTION_END = re.compile(r"(?<=\w)[.:;](?=\s|$)|(?<=%)[.:;](?=\s|$)")


@dataclass
class Page:
    """A page of the book on its way to paper.

    Attributes
    ----------
    name : str
        Its path in the book without a suffix, such as ``"notebooks/01_softmax"``.
    part : str
        The part of the book that it stands in, or "".
    number : int or None
        Its chapter's number, if it is a chapter.
    article : bs4.Tag
        Its text.
    """

    name: str
    part: str
    number: int | None
    article: object

    @property
    def slug(self):
        """The page's own id in the one document, and the prefix of all ids in it."""
        return self.name.replace("/", "-")

    @property
    def title(self):
        """The page's title."""
        return self.article.h1.get_text()


# ------------------------------------------------------------------------------------ Reading the pages


def table_of_contents(toc):
    """Return the pages of a `_toc.yml` in order, as triples of name, part and chapter number.

    Chapters are the notebooks; prose before and after them has no number.
    """
    listed = [(toc["root"], "")]
    listed += [(entry["file"], part["caption"]) for part in toc["parts"] for entry in part["chapters"]]
    chapters = [name for name, _ in listed if name.startswith("notebooks/")]
    return [(name, part, chapters.index(name) + 1 if name in chapters else None) for name, part in listed]


def read_page(folder, name, part="", number=None):
    """Return a built page, without what is nothing on paper."""
    path = Path(folder, f"{name}.html")
    if not path.exists():
        raise SystemExit(f"{path} is missing: build the book first (make book)")
    article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select_one("article")
    for element in article.select(DROPPED):
        element.decompose()
    for span in article.select(PLAIN_CODE):
        span.unwrap()
    for image in article.select("img"):
        image["src"] = Path(path.parent, image["src"]).resolve().as_uri()
        del image["loading"]
        if image.parent.name == "a":
            image.parent.unwrap()
    return Page(name, part, number, article)


# ----------------------------------------------------------------------------- From many pages to one


def prefix_ids(page):
    """Make the ids of a page its own, and what refers to them within the page."""
    for element in page.article.find_all(True):
        for name, value in element.attrs.items():
            if name == "id":
                element[name] = f"{page.slug}--{value}"
            elif name.startswith("aria-") and name.endswith("by"):
                element[name] = " ".join(f"{page.slug}--{one}" for one in value.split())
            elif isinstance(value, str):
                element[name] = re.sub(r"url\(#", f"url(#{page.slug}--", value)


def relink(page, pages):
    """Turn links between pages into links within the document.

    A link to what is not in the book, such as a notebook's file, becomes plain text.
    """
    slugs = {other.name: other.slug for other in pages}
    ids = {element["id"] for other in pages for element in other.article.find_all(id=True)}
    for link in page.article.select("a[href]"):
        if re.match(r"[a-z]+:", link["href"]):
            continue
        path, _, fragment = link["href"].partition("#")
        name = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), path)).removesuffix(".html")
        slug = slugs.get(name) if path else page.slug
        if slug is None:
            link.unwrap()
            continue
        target = f"{slug}--{fragment.partition('?')[0]}"
        link["href"] = f"#{target if target in ids else slug}"


def make(markup):
    """Return the one element that markup describes."""
    return BeautifulSoup(markup, "html.parser").find(True)


def page_of(target):
    """Return the markup of a page number that is known once the book is printed."""
    return f'<span class="page-of" data-page-of="{target}">000</span>'


def caption(alt):
    """Return what an alternative text says first: what the picture is, before what can be read off it."""
    end = CAPTION_END.search(alt)
    return f"{alt[: end.start()] if end else alt}."


def number_figures(page):
    """Make figures with a caption, numbered in a chapter, of a page's pictures."""
    for count, image in enumerate(page.article.select("img"), 1):
        label = f"Figure {page.number}.{count}" if page.number else "Figure"
        explorable = " (explorable)" if image.find_parent(class_="static-widget") else ""
        text = html.escape(caption(image["alt"]))
        figure = make(f'<figure id="{page.slug}--figure-{count}"></figure>')
        image.replace_with(figure)
        figure.append(image)
        figure.append(make(f"<figcaption><b>{label}{explorable}.</b> <span>{text}</span></figcaption>"))


def open_hints(page):
    """Set what can be folded on a screen as an open paragraph."""
    for fold in page.article.select("details.sd-dropdown"):
        fold.name, fold["class"] = "div", "hint"
        fold.summary.replace_with(make(f"<p><b>{fold.summary.get_text(strip=True)}</b></p>"))


def own_label(question):
    """Return how a question is called by a line of its own before it, and take that line away; else None."""
    cell = question.find_parent(class_="cell")
    line = cell and cell.find_previous_sibling()
    if line and re.fullmatch(r"Wrap-up \d+\.\d+", line.get_text(strip=True)):
        return line.extract().get_text(strip=True)
    return None


def gather_answers(page):
    """Number the questions of a chapter and take their answers to its end; return them."""
    answers = []
    for count, question in enumerate(page.article.select(".tempcourse-quiz-static"), 1):
        number = f"{page.number}.{count}" if page.number else count
        label, here = own_label(question) or f"Question {number}", f"{page.slug}--question-{count}"
        there = f"{here}-answer"
        question["id"] = here
        answer = question.details.extract()
        answer.summary.replace_with(make(f'<p><a href="#{here}"><b>{label}</b></a></p>'))
        answer.name, answer["class"], answer["id"] = "div", "answer", there
        question.p.insert(0, make(f"<b>{label}. </b>"))
        question.append(make(f'<p class="see"><a href="#{there}">Answer on page {page_of(there)}</a></p>'))
        answers.append(answer)
    return answers


def gather_solutions(page):
    """Take the solutions of a chapter to its end, and leave the page's number in their place; return them."""
    solutions = []
    for cell in page.article.select(".cell.tag_solution"):
        heading = cell.find_previous(["h2", "h3"])
        exercise = heading.find_parent("section")["id"]
        there = f"{exercise}-solution-{len(solutions)}"
        cell.insert_before(make(f'<p class="see"><a href="#{there}">Solution on page {page_of(there)}</a></p>'))
        fold = cell.extract().details
        fold.summary.decompose()
        fold.unwrap()
        solution = make(f'<div class="solution" id="{there}"></div>')
        solution.append(make(f'<p><a href="#{exercise}"><b>{html.escape(heading.get_text())}</b></a></p>'))
        solution.append(cell)
        solutions.append(solution)
    return solutions


def gather(page):
    """Put a last section with all answers and solutions behind a chapter."""
    answers, solutions = gather_answers(page), gather_solutions(page)
    if answers or solutions:
        section = make(f'<section id="{page.slug}--answers"><h2>Answers and solutions</h2></section>')
        for name, items in (("answers", answers), ("solutions", solutions)):
            group = make(f'<div class="{name}"></div>')
            group.extend(items)
            section.append(group)
        page.article.section.append(section)


def aim_at_headings(page):
    """Give the id of a section to its heading: where a page ends between the two, a link wants the heading."""
    for heading in page.article.select("section[id] > :is(h2, h3)"):
        heading["id"] = heading.parent["id"]
        del heading.parent["id"]


def dress(page, front):
    """Let a page open as a chapter of the book, with a running head of its own; what comes in front runs on."""
    page.article.name, page.article["id"] = "section", page.slug
    page.article["class"] = "paper-page paper-front" if front else "paper-page"
    page.article["style"] = f"page: {'front' if front else page.slug}"
    if page.number:
        page.article["class"] = "paper-page paper-chapter"
        page.article["style"] += f"; --chapter: {temperature_colour(2.0 ** (page.number - 4.5))}"
        page.article.h1.insert(0, make(f'<span class="chapter-number">{page.number} </span>'))


def read_book(folder, toc):
    """Return the pages of a built book, ready for paper."""
    pages = [read_page(folder, *entry) for entry in table_of_contents(toc)]
    for page in pages:
        prefix_ids(page)
    first_chapter = next(page for page in pages if page.number)
    for page in pages:
        relink(page, pages)
        gather(page)
        open_hints(page)
        number_figures(page)
        aim_at_headings(page)
        dress(page, front=pages.index(page) < pages.index(first_chapter))
    return pages


# ----------------------------------------------------------------------------------- The whole document


def contents(pages):
    """Return the contents as markup: every page with its sections."""
    lines, part = [], ""
    for page in pages:
        if page.part != part:
            part = page.part
            lines.append(f'<p class="part">{part}</p>')
        lines.append(contents_line("chapter", page.slug, page.article.h1.decode_contents()))
        for heading in page.article.select("h2"):
            lines.append(contents_line("section", heading["id"], heading.decode_contents()))
    return "\n".join(lines)


def contents_line(kind, target, title):
    """Return one line of the contents, or of the list of figures."""
    return f'<a class="{kind}" href="#{target}"><span>{title}</span>{page_of(target)}</a>'


def list_of_figures(pages):
    """Return the numbered figures as markup."""
    figures = [figure for page in pages if page.number for figure in page.article.select("figure")]
    titles = [(figure["id"], figure.b.get_text().split()[1].rstrip("."), figure.span.get_text()) for figure in figures]
    return "\n".join(
        contents_line("figure", target, f"<b>{number}</b> {html.escape(text.rstrip('.'))}")
        for target, number, text in titles
    )


def cover(logits=(2.0, 1.0, 0.5, 0.1), width=620, height=300):
    """Return the picture of the title page: four probabilities, stacked, from cold to hot."""
    temperatures = np.geomspace(0.08, 12, 121)
    edges = np.cumsum([softmax(logits, t) for t in temperatures], axis=1)
    x = np.linspace(0, width, len(temperatures))
    stops = "".join(
        f'<stop offset="{place:.3f}" stop-color="{temperature_colour(temperatures[round(place * 120)])}"/>'
        for place in np.linspace(0, 1, 13)
    )
    # A veil of white over each probability and all below it, so that every band is paler than the one above.
    veils = ""
    for edge in edges.T[:-1]:
        path = "L".join(f"{at:.1f} {height * y:.1f}" for at, y in zip(x, edge, strict=True))
        veils += f'<path d="M{path}V{height}H0Z"/>'
    return (
        f'<svg class="cover" viewBox="0 0 {width} {height}" role="img" aria-label="Four probabilities from cold '
        'to hot: one takes all on the left, all are nearly equal on the right">'
        f'<linearGradient id="heat" gradientUnits="userSpaceOnUse" x2="{width}">{stops}</linearGradient>'
        f'<rect width="{width}" height="{height}" fill="url(#heat)"/>'
        f'<g fill="#fff" fill-opacity="0.3" stroke="#fff" stroke-width="1.5">{veils}</g></svg>'
    )


def quoted(text):
    """Return text as a CSS string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def running_heads(pages):
    """Return the style rules that put each page's title at the head of its sheets."""
    return "\n".join(
        f"@page {page.slug} {{ @top-right {{ content: {quoted(page.title)} }} }}" for page in pages
    )


def assemble(folder, toc, config, version):
    """Return the whole book as one HTML document."""
    pages = read_book(folder, toc)
    heads = running_heads(pages)
    styles = [Path(folder, "_static", name) for name in STYLES] + [HERE / "book.css"]
    return Template((HERE / "book.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(config["title"]),
        author=html.escape(config["author"]),
        year=html.escape(config["copyright"]),
        version=html.escape(version),
        fonts=Path(matplotlib.get_data_path(), "fonts", "ttf").as_uri(),
        styles="\n".join(f'<link rel="stylesheet" href="{path.resolve().as_uri()}">' for path in styles),
        running_heads=heads,
        cover=cover(),
        contents=contents(pages),
        figures=list_of_figures(pages),
        pages="\n".join(str(page.article) for page in pages),
    )


# --------------------------------------------------------------------------------------------- Printing


FILL = """(numbers) => {
  for (const place of document.querySelectorAll("[data-page-of]")) place.textContent = numbers[place.dataset.pageOf];
}"""
# What is wider than the paper: Chromium would make the whole book smaller for its sake.
TOO_WIDE = """() => [...document.querySelectorAll("main *")]
  .filter((one) => one.scrollWidth > document.documentElement.clientWidth + 1)
  .map((one) => `${one.tagName} ${one.textContent.trim().slice(0, 60)}`)"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .map((heading) => heading.textContent.trim().replace(/\\s+/g, " "))"""
PRINTS = 8  # at most; three are usual
TEXT_WIDTH = 627  # CSS pixels: the 166 mm between the margins in book.css


def page_numbers(path):
    """Return the page that each linked id of a printed document is on."""
    reader = PdfReader(path)
    return {
        name.removeprefix("/"): reader.get_destination_page_number(destination) + 1
        for name, destination in reader.named_destinations.items()
    }


def print_pdf(document, target):
    """Print an HTML file, again until the page numbers in it are those that it has; return its headings.

    Each time it is laid out anew: printed twice from one page, a heading at a page's end may go to and fro.
    """
    numbers = {}
    with open_chromium() as browser:
        for _ in range(PRINTS):
            page = browser.new_page(viewport={"width": TEXT_WIDTH, "height": 1000})
            page.emulate_media(media="print", color_scheme="light")
            page.goto(document.as_uri())
            page.evaluate("() => document.fonts.ready.then(() => true)")
            if numbers:
                page.evaluate(FILL, numbers)
            if wide := page.evaluate(TOO_WIDE):
                raise SystemExit(f"wider than the paper: {wide}")
            page.pdf(path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
            before, numbers = numbers, page_numbers(target)
            if numbers == before:
                return page.evaluate(HEADINGS)
            page.close()
    raise SystemExit(f"page numbers do not settle: {[name for name in numbers if numbers[name] != before.get(name)]}")


def bookmarks(entry):
    """Yield the bookmarks below an entry of a PDF's outline, in reading order."""
    child = entry.get("/First")
    while child is not None:
        yield child.get_object()
        yield from bookmarks(child.get_object())
        child = child.get_object().get("/Next")


def finish(path, headings, metadata):
    """Name the bookmarks of a printed document, and say in it what it is rather than what printed it when.

    Chromium's bookmark of a heading that opens a page holds its text twice.
    """
    writer = PdfWriter(path, incremental=True)
    for entry, heading in zip(bookmarks(writer.root_object["/Outlines"]), headings, strict=True):
        entry[NameObject("/Title")] = TextStringObject(heading)
    writer.metadata = metadata
    writer.write(path)


def main():
    """Build the PDF."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", type=Path, help="the folder of the built book")
    parser.add_argument("target", type=Path, help="the PDF to write")
    arguments = parser.parse_args()
    toc, config = (yaml.safe_load((ROOT / name).read_text(encoding="utf-8")) for name in ("_toc.yml", "_config.yml"))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder, "book.html")
        document.write_text(assemble(arguments.pages, toc, config, version), encoding="utf-8")
        headings = print_pdf(document, arguments.target)
    finish(arguments.target, headings, {"/Title": config["title"], "/Author": config["author"]})
    count = len(PdfReader(arguments.target).pages)
    print(f"{arguments.target}: {count} pages, {arguments.target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
