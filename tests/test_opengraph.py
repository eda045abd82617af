"""What a page says of itself to search engines and in a link that is shared."""

import html
import re
import struct
import tomllib
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest
import yaml
from opengraph import find_site
from small_book import build_book
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "_build" / "html"


SITE = "https://example.org/course/"
CHAPTERS = sorted((BOOK / "notebooks").glob("*.html"))
PROSE = sorted((BOOK / "book").glob("*.html"))
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


@pytest.mark.parametrize(
    ("environ", "site"),
    [
        ({}, None),
        ({"SITE_URL": ""}, None),
        ({"SITE_URL": "https://example.org"}, "https://example.org/"),
        ({"SITE_URL": "https://example.org/course"}, SITE),
        ({"SITE_URL": "https://example.org/course/"}, SITE),
        ({"SITE_URL": SITE, "GITHUB_REPOSITORY": "owner/name"}, SITE),
        ({"GITHUB_REPOSITORY": "owner/name"}, "https://owner.github.io/name/"),
        ({"GITHUB_REPOSITORY": "Owner/Name"}, "https://owner.github.io/Name/"),
        ({"GITHUB_REPOSITORY": "Owner/owner.github.io"}, "https://owner.github.io/"),
        ({"GITHUB_REPOSITORY": "owner/name", "GITHUB_SERVER_URL": "https://github.com"}, "https://owner.github.io/name/"),
        ({"GITHUB_REPOSITORY": "owner/name", "GITHUB_SERVER_URL": "https://github.example.com"}, None),
    ],
)
def test_where_the_site_is(environ, site):
    assert find_site(environ) == site


@pytest.mark.parametrize("wrong", ["example.org/course", "file:///srv/site", "https://", "https://example.org/?page=1"])
def test_a_wrong_address_is_refused(wrong):
    with pytest.raises(ExtensionError) as error:
        find_site({"SITE_URL": wrong})
    assert str(error.value) == f"SITE_URL must be an address such as https://example.org/book/, got {wrong!r}"


# ------------------------------------------------------------------------------------ A book of four pages


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Return a function that builds the book under some environment."""

    def build(**environ):
        source = tmp_path / "source"
        (source / "part").mkdir(parents=True, exist_ok=True)
        pages = {
            "part/home": "# Home & away\n\nWelcome.\n\n```{toctree}\nchapter\nlong\nown\n```\n",
            "part/chapter": '# The *first*\n\n**The question.** Why "softmax" & why\n$e^z$? Nobody asks.\n\nMore.\n',
            "part/long": f"# Long\n\nOne sentence, and v. 2 of it. {'Another that goes on ' * 9}and on.\n",
            "part/own": "---\nmyst:\n  html_meta:\n    description: In its own words.\n---\n# Own\n\nText.\n",
        }
        for name, text in pages.items():
            if not (source / f"{name}.md").exists():  # a second build finds its pages unchanged
                (source / f"{name}.md").write_text(text, encoding="utf8")
        (source / "picture.png").write_bytes(b"a picture")
        return build_book(
            tmp_path,
            monkeypatch,
            environ,
            extensions=["myst_nb", "opengraph"],
            nb_execution_mode="off",
            myst_enable_extensions=["dollarmath"],
            root_doc="part/home",
            html_title="The book",
            opengraph_image="picture.png",
            opengraph_image_alt="A picture",
        )

    return build


def tags(path):
    """Return a page's tags by name; none may be there twice."""
    text = path.read_text(encoding="utf8")
    pairs = re.findall(r'<meta (?:property|name)="([^"]*)" content="([^"]*)"', text)
    pairs += [(name, content) for content, name in re.findall(r'<meta content="([^"]*)" name="([^"]*)"', text)]
    pairs += re.findall(r'<link rel="(canonical)" href="([^"]*)"', text)
    theme = ("viewport", "docsearch:language")  # no tags of ours
    found = [(name, html.unescape(content)) for name, content in pairs if name not in theme]
    assert len(found) == len(dict(found)), found
    return dict(found)


def test_a_page_of_a_known_site(build):
    book = build(SITE_URL="https://example.org/course")
    about = "Why “softmax” & why e^z? Nobody asks."
    assert tags(book / "part" / "chapter.html") == {
        "og:type": "website",
        "og:site_name": "The book",
        "og:title": "The first",
        "og:description": about,
        "og:image": f"{SITE}_static/picture.png",
        "og:image:alt": "A picture",
        "og:url": f"{SITE}part/chapter.html",
        "description": about,
        "twitter:card": "summary_large_image",
        "canonical": f"{SITE}part/chapter.html",
    }
    assert (book / "_static" / "picture.png").read_bytes() == b"a picture"


def test_a_page_of_an_unknown_site(build):
    book = build()
    found = tags(book / "part" / "chapter.html")
    assert found["og:image"] == "../_static/picture.png"
    assert found["og:title"] == "The first"
    assert not {"og:url", "canonical"} & set(found)
    assert not [name for name in ("sitemap.xml", "robots.txt") if (book / name).exists()]
    assert not [path for path in book.rglob("*.html") if "canonical" in tags(path)]


def test_a_description_is_whole_sentences_or_a_page_s_own_words(build):
    book = build()
    assert tags(book / "part" / "long.html")["description"] == "One sentence, and v. 2 of it."
    own = tags(book / "part" / "own.html")
    assert own["description"] == own["og:description"] == "In its own words."


def test_the_root_leads_to_the_first_page_and_shares_its_tags(build):
    for environ in ({}, {"SITE_URL": SITE}):
        book = build(**environ)
        root, home = tags(book / "index.html"), tags(book / "part" / "home.html")
        if not environ:
            assert root.pop("og:image") == home.pop("og:image").removeprefix("../")
        assert root == home
        text = (book / "index.html").read_text(encoding="utf8")
        assert '<meta http-equiv="refresh" content="0; url=part/home.html">' in text
        assert '<a href="part/home.html">Home &amp; away</a>' in text
    assert root["canonical"] == f"{SITE}part/home.html"


def test_the_sitemap_lists_each_page_once_even_if_one_is_rebuilt(build, tmp_path):
    pages = [f"{SITE}part/{name}.html" for name in ("chapter", "home", "long", "own")]
    for _ in range(2):
        book = build(SITE_URL=SITE)
        (tmp_path / "source" / "part" / "long.md").write_text("# Longer\n\nText.\n", encoding="utf8")
        assert [loc.text for loc in ElementTree.parse(book / "sitemap.xml").iter(LOC)] == pages
    assert f"Sitemap: {SITE}sitemap.xml" in (book / "robots.txt").read_text(encoding="utf8")


@pytest.mark.parametrize(("environ", "root"), [({}, "/"), ({"SITE_URL": SITE}, "/course/")])
def test_the_page_for_what_is_not_there_starts_from_the_root(build, environ, root):
    path = build(**environ) / "404.html"
    text = path.read_text(encoding="utf8")
    assert f'<base href="{root}">' in text
    assert '<a href="part/home.html">' in text
    assert text.index("<base ") < text.index("<link ") < text.index("<h1>")
    assert tags(path) == {"robots": "noindex"}


def test_a_missing_picture_is_named(build, tmp_path, monkeypatch):
    build()
    with pytest.raises(ExtensionError, match=r"opengraph_image must be a picture in the course, got 'none\.png'"):
        build_book(tmp_path, monkeypatch, {}, extensions=["myst_nb", "opengraph"], opengraph_image="none.png")


# ------------------------------------------------------------------------------------------------ The book


@pytest.mark.parametrize("path", CHAPTERS + PROSE, ids=lambda path: path.stem)
def test_each_page_describes_itself(path):
    found = tags(path)
    assert 20 < len(found["description"]) <= 230
    assert found["og:description"] == found["description"]
    assert found["description"][-1] in ".?!"
    assert found["og:title"]
    image = found["og:image"].split("/_static/")[-1]
    assert (BOOK / "_static" / image).read_bytes() == (ROOT / "book" / "images" / "preview.png").read_bytes()


def test_chapters_are_described_by_their_question():
    assert len(CHAPTERS) == 12
    described = [tags(path)["description"] for path in CHAPTERS]
    assert all(text.count("?") >= 1 and not text.startswith("The question") for text in described)
    assert len(set(described)) == len(described)


def test_the_preview_is_a_picture_of_the_usual_shape():
    data = (ROOT / "book" / "images" / "preview.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == (1200, 630)
    assert len(data) <= 150_000


def test_no_page_is_followed_by_anybody():
    for path in BOOK.rglob("*.html"):
        text = path.read_text(encoding="utf8")
        for source in re.findall(r'<(?:script|img|iframe)[^>]* src="([^"]*)"', text):
            assert urljoin("file:///", source).startswith(("file:", "data:")), (path, source)


def test_the_citation_says_what_pyproject_says():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    # What version 1.2.0 of the format requires, and the forms that it allows.
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    author = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))["author"]
    assert citation["authors"] == [{"name": author}]
    assert citation["type"] in ("software", "dataset")
    assert citation["version"] == project["version"]
    # The format takes a list to mean "or": so there is the software's alone, and the abstract has the others.
    assert citation["license"] == project["license"].split(" AND ")[0]
    assert all(isinstance(word, str) for word in citation["keywords"])
    assert not {"doi", "date-released", "identifiers"} & set(citation)  # there are none
