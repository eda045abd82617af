"""How the pages of the book become one document, and how that is printed."""

import re
from concurrent.futures import ThreadPoolExecutor

import build_pdf
import pytest
from bs4 import BeautifulSoup
from chromium import find_chromium
from pypdf import PdfReader

TOC = {
    "root": "book/index",
    "parts": [
        {"caption": "Chapters", "chapters": [{"file": "notebooks/01_one"}, {"file": "notebooks/02_two"}]},
        {"caption": "Reference", "chapters": [{"file": "book/notation"}]},
    ],
}
QUIZ = """<div class="static-widget" id="quiz-1"><div class="static-widget-live" hidden></div>
<div class="static-widget-still"><div class="tempcourse-quiz-static"><p><strong>Which?</strong></p>
<ol type="a"><li>this</li><li>that</li></ol><details><summary>Answer</summary><p>b) that</p>
<ol type="a"><li>No.</li><li>Right.</li></ol></details></div></div></div>"""
CHAPTER = f"""<section id="one"><h1>One<a class="headerlink" href="#one">#</a></h1>
<p>See <a href="02_two.html#two">two</a>, <a href="#ex">below</a>, <a href="02_two.html#view?temperature=2">a view</a>,
<a href="../book/notation.html">signs</a>, <a href="01_one.ipynb">a file</a>, <a href="https://example.org/">away</a>.</p>
{QUIZ}
<p><strong>Wrap-up 1.1</strong></p>
<div class="cell"><div class="cell_output">{QUIZ.replace("quiz-1", "quiz-2").replace("Which?", "Why?")}</div></div>
<div class="cell"><a href="../_images/a.png"><img src="../_images/a.png" alt="Bars of two words: mat 60 %, sofa 40 %."
loading="lazy"></a></div>
<svg><linearGradient id="g"/><rect fill="url(#g)" aria-labelledby="g"/></svg>
<section id="ex"><h2>Exercise 1.1: one</h2>
<details class="sd-dropdown"><summary>Hint <span class="sd-summary-state-marker">&gt;</span></summary>
<div><p>Think.</p></div></details>
<div class="cell tag_solution"><details class="hide"><summary>Show</summary>
<div class="cell_input"><pre><span></span><span class="n">answer</span></pre></div></details></div>
</section></section>"""
OTHER = """<section id="two"><h1>Two</h1><div class="static-widget" id="view"><div class="static-widget-still">
<img src="../_images/b.png" alt="Logits at temperature 1; entropy 1.12 nats." ></div></div></section>"""


@pytest.fixture
def folder(tmp_path):
    """A built book of four pages."""
    pages = {
        "book/index": '<section id="start"><h1>Start</h1></section>',
        "notebooks/01_one": CHAPTER,
        "notebooks/02_two": OTHER,
        "book/notation": f'<section id="g"><h1>Notation</h1>{QUIZ.replace("Which?", "How?")}</section>',
    }
    for name, text in pages.items():
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"<html><body><article>{text}<script>1</script></article></body></html>", encoding="utf-8")
    return tmp_path


@pytest.fixture
def book(folder):
    """The articles of that book, put behind one another."""
    pages = build_pdf.read_book(folder, TOC)
    return BeautifulSoup("".join(str(page.article) for page in pages), "html.parser")


def test_pages_come_in_the_order_of_the_contents():
    """Chapters are numbered, prose is not."""
    assert build_pdf.table_of_contents(TOC) == [
        ("book/index", "", None),
        ("notebooks/01_one", "Chapters", 1),
        ("notebooks/02_two", "Chapters", 2),
        ("book/notation", "Reference", None),
    ]


@pytest.mark.parametrize(
    ("alt", "expected"),
    [
        ("Bar chart of the words: mat 57.5 %, sofa 21.1 %.", "Bar chart of the words."),
        ("Curves from 0.1 to 100. The top falls.", "Curves from 0.1 to 100."),
        ("Odds of 2.7 : 1 at τ = 0.5; more", "Odds of 2.7 : 1 at τ = 0.5."),
        ("The first of them takes 82 %. Others less.", "The first of them takes 82 %."),
        ("No end", "No end."),
    ],
)
def test_a_caption_is_what_the_alternative_text_says_first(alt, expected):
    """A point within a number or odds ends nothing."""
    assert build_pdf.caption(alt) == expected


def test_links_lead_within_the_document(book):
    """To a section, a page, a view without its settings; a file becomes text, other hosts stay."""
    links = {link.get_text(): link["href"] for link in book.select("p a")}
    assert links["two"] == "#notebooks-02_two--two"
    assert links["below"] == "#notebooks-01_one--ex"
    assert links["a view"] == "#notebooks-02_two--view"
    assert links["signs"] == "#book-notation"
    assert links["away"] == "https://example.org/"
    assert "a file" not in links and "a file" in book.get_text()
    ids = [element["id"] for element in book.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert all(href[1:] in ids for href in links.values() if href.startswith("#"))


def test_a_link_to_a_section_finds_its_heading(book):
    """A page may end between a section's beginning and its heading."""
    for heading in book.select("#notebooks-01_one h2"):
        assert heading["id"].startswith("notebooks-01_one--") and "id" not in heading.parent.attrs


def test_what_an_id_names_is_found_under_its_new_name(book):
    """A gradient of one page does not colour another's picture."""
    assert book.rect["fill"] == "url(#notebooks-01_one--g)"
    assert book.rect["aria-labelledby"] == "notebooks-01_one--g"


def test_figures_are_numbered_by_chapter_and_say_what_is_live(book):
    """The picture keeps its whole alternative text, and is no link."""
    first, second = book.select("figure")
    assert first.figcaption.get_text() == "Figure 1.1. Bars of two words."
    assert second.figcaption.get_text() == "Figure 2.1 (explorable). Logits at temperature 1."
    assert first.img["alt"].endswith("sofa 40 %.") and first.find_parent("a") is None
    assert first.img["src"].startswith("file:") and "loading" not in first.img.attrs


def test_answers_and_solutions_stand_at_the_end_of_their_chapter(book):
    """The question keeps its choices and the page of the answer; nothing is folded."""
    chapter = book.select_one("#notebooks-01_one")
    question, last = chapter.select_one(".tempcourse-quiz-static"), chapter.select("section")[-1]
    assert question.p.get_text() == "Question 1.1. Which?"
    named = [each.p.get_text() for each in chapter.select(".tempcourse-quiz-static")]
    assert named[1:] == ["Wrap-up 1.1. Why?"] and chapter.get_text().count("Wrap-up 1.1") == 2  # and at its answer
    assert [choice.get_text() for choice in question.select("li")] == ["this", "that"]
    assert "Right." not in question.get_text()
    assert question.select_one("[data-page-of]")["data-page-of"] == last.select_one(".answer")["id"]
    assert last.h2.get_text() == "Answers and solutions"
    assert re.sub(r"\s+", " ", last.select_one(".answer").get_text()) == "Question 1.1b) that No.Right."
    assert last.select_one(".solution").get_text(" ", strip=True) == "Exercise 1.1: one answer"
    assert book.select_one("#book-notation .tempcourse-quiz-static").p.get_text() == "Question 1. How?"
    assert chapter.select_one(".hint").get_text(" ", strip=True) == "Hint Think."
    assert not book.select("details, script, .static-widget-live, .headerlink")
    assert book.select_one("#notebooks-02_two").find("h2") is None  # nothing was asked there


def test_contents_name_every_page_section_and_figure(folder):
    """Each line has a link and a place for the page's number."""
    pages = build_pdf.read_book(folder, TOC)
    lines = BeautifulSoup(build_pdf.contents(pages) + build_pdf.list_of_figures(pages), "html.parser").select("a")
    assert [line.span.get_text() for line in lines] == [
        "Start", "1 One", "Exercise 1.1: one", "Answers and solutions", "2 Two", "Notation",
        "Answers and solutions",
        "1.1 Bars of two words", "2.1 Logits at temperature 1",
    ]  # fmt: skip
    assert all(line["href"] == f"#{line.select_one('[data-page-of]')['data-page-of']}" for line in lines)


def test_the_cover_is_softmax_over_temperature():
    """At its hot end the four bands are nearly equal, at its cold end the first has all."""
    svg = BeautifulSoup(build_pdf.cover(height=100), "html.parser")
    edges = [re.findall(r"[ML]([\d.]+) ([\d.]+)", path["d"]) for path in svg.select("path")]
    assert [float(edge[0][1]) for edge in edges] == [100, 100, 100]
    assert [float(edge[-1][1]) for edge in edges] == pytest.approx([25, 50, 75], abs=5)


def test_a_missing_page_and_a_missing_browser_are_named(tmp_path, monkeypatch):
    """The message says what to do."""
    with pytest.raises(SystemExit, match=r"book/none\.html is missing: build the book first"):
        build_pdf.read_page(tmp_path, "book/none")
    monkeypatch.setenv("CHROMIUM", "/no/such/chromium")
    with pytest.raises(SystemExit, match="/no/such/chromium was found: install it"):
        find_chromium()
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="none on the path was found"):
        find_chromium()


def printed(tmp_path, body):
    document, target = tmp_path / "book.html", tmp_path / "book.pdf"
    document.write_text(f"<!doctype html><meta charset=utf-8><title>T</title><main>{body}</main>", encoding="utf-8")
    with ThreadPoolExecutor(1) as apart:  # a thread that browser tests use already allows no second playwright
        headings = apart.submit(build_pdf.print_pdf, document, target).result()
    build_pdf.finish(target, headings, {"/Title": "T"})
    return PdfReader(target)


def test_page_numbers_are_filled_in_and_bookmarks_named(tmp_path):
    """Also where a number's width moves what it counts, and for a heading that opens a page."""
    body = (
        f'<p><a href="#a">a: {build_pdf.page_of("a")}</a> <a href="#b">b: {build_pdf.page_of("b")}</a></p>'
        '<h1 id="a" style="break-before: page">Odds &amp; <b>ends</b></h1><p>text</p>'
        '<h2 id="b" style="break-before: page">B</h2>'
    )
    reader = printed(tmp_path, body)
    assert re.findall(r"[ab]: \d+", reader.pages[0].extract_text()) == ["a: 2", "b: 3"]
    first, below = reader.outline
    assert (first.title, [entry.title for entry in below]) == ("Odds & ends", ["B"])
    assert set(reader.metadata) == {"/Title"}


def test_what_is_wider_than_the_paper_is_refused(tmp_path):
    """Chromium would shrink the whole book for it."""
    with pytest.raises(SystemExit, match=r"wider than the paper: .*long line"):
        printed(tmp_path, f"<pre>long line {'x' * 200}</pre>")
