"""The row under a chapter's title, as a reader meets it, and the page for addresses that lead nowhere."""

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "_build" / "html"
NOTEBOOK = ROOT / "notebooks" / "02_temperature.ipynb"
CHAPTER = "notebooks/02_temperature.html"
DESK = {"width": 1200, "height": 900}
PHONE = {"width": 320, "height": 640}
# What tools/build_site.py does to a page.
REVEAL = "() => document.querySelectorAll('.site-only').forEach((part) => part.removeAttribute('hidden'))"


@pytest.fixture
def visit(new_page, serve):
    """A function that opens a page of the book."""

    def open_page(name=CHAPTER, **options):
        page = new_page(viewport=options.pop("viewport", DESK), **options)
        page.goto(f"{serve(BOOK)}/{name}")
        return page

    return open_page


def row(page):
    return page.get_by_role("navigation", name="Ways to run this chapter")


def test_the_download_is_the_notebook(visit, tmp_path):
    page = visit(accept_downloads=True)
    with page.expect_download() as waiting:
        row(page).get_by_role("link", name="Download the notebook").click()
    assert waiting.value.suggested_filename == "02_temperature.ipynb"
    waiting.value.save_as(tmp_path / "notebook")
    got, kept = (nbformat.read(path, as_version=4).cells for path in (tmp_path / "notebook", NOTEBOOK))
    assert [cell.source for cell in got] == [cell.source for cell in kept]
    shown = [output.get("data", {}) for cell in got for output in cell.get("outputs", ())]
    assert any("image/png" in data for data in shown), "a reader gets the pictures too, which git does not keep"


def test_what_the_pages_alone_cannot_do_is_there_for_nobody(visit):
    page = visit()
    assert row(page).get_by_role("link", name="Run in your browser").count() == 0
    assert row(page).get_by_role("link", name="Download the notebook").count() == 1
    page.evaluate(REVEAL)
    assert row(page).get_by_role("link", name="Run in your browser").count() == 1
    expect(row(page).get_by_text("MB", exact=False).first).to_be_visible()  # said before the click


def test_how_to_run_it_opens_by_keyboard(visit):
    page = visit()
    row(page).get_by_role("link", name="Download the notebook").focus()
    command = row(page).get_by_text("jupyter lab 02_temperature.ipynb").last
    expect(command).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(command).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_row_of_the_whole_site_fits_a_phone(visit, scheme):
    page = visit(viewport=PHONE, color_scheme=scheme)
    page.evaluate(REVEAL)
    row(page).locator("summary").click()
    expect(row(page).get_by_role("link", name="the package’s wheel")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box = row(page).bounding_box()
    for link in row(page).get_by_role("link").all():
        place = link.bounding_box()
        assert box["x"] <= place["x"] and place["x"] + place["width"] <= box["x"] + box["width"]


def test_paper_has_no_row(visit):
    page = visit()
    page.evaluate(REVEAL)
    page.emulate_media(media="print")
    expect(page.locator("nav.launch-buttons")).to_be_hidden()
    expect(page.get_by_text("The question.")).to_be_visible()


@pytest.mark.parametrize("address", ["nowhere.html", "notebooks/deep/er/nowhere.html"])
def test_the_page_for_what_is_not_there_works_at_any_depth(visit, serve, address):
    page = visit()
    host = serve(BOOK)
    # It is built for the site's root, which here is the host's.
    text = re.sub('<base href="[^"]*">', '<base href="/">', (BOOK / "404.html").read_text(encoding="utf8"))
    page.route(f"{host}/{address}", lambda route: route.fulfill(content_type="text/html", body=text))
    page.goto(f"{host}/{address}")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert page.locator(".bd-content").evaluate("content => getComputedStyle(content).display") == "flex"  # styled
    page.get_by_role("link", name="its first page").click()
    page.wait_for_url(f"{host}/book/index.html")
