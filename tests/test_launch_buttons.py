"""Where a chapter says that it can be run: the repository is found under any fork, and no link is dead."""

import html
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from build_site import build_site
from launch_buttons.repository import binder_address, find_repository, web_address
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small_book import build_book
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "_build" / "html"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


GITHUB = "https://github.com/owner/name"
PROJECT = '[project]\nname = "tempcourse"\nversion = "4.5.6"\n'


# ------------------------------------------------------------------------------------ Which repository it is


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/owner/name", GITHUB),
        ("https://github.com/owner/name.git\n", GITHUB),
        ("https://github.com/owner/name/", GITHUB),
        ("https://www.github.com/owner/name", GITHUB),
        ("https://GitHub.com/owner/name.git", GITHUB),
        ("http://github.com/owner/name", GITHUB),
        ("https://user:secret@github.com/owner/name.git", GITHUB),
        ("https://x-access-token:ghs_secret@github.com/owner/name", GITHUB),
        ("https://secret@github.com/owner/name?token=secret#secret", GITHUB),
        ("git@github.com:owner/name.git", GITHUB),
        ("github.com:owner/name", GITHUB),
        ("git@github.com:/owner/name.git", GITHUB),
        ("ssh://git@github.com/owner/name.git", GITHUB),
        ("ssh://git@github.com:22/owner/name.git", GITHUB),
        ("git://github.com/owner/name.git", GITHUB),
        ("git@gitlab.com:group/part/name.git", "https://gitlab.com/group/part/name"),
        ("https://git.sr.ht/~owner/name.py", "https://git.sr.ht/~owner/name.py"),
        ("", None),
        ("None/None", None),
        ("/srv/git/name.git", None),
        ("../name", None),
        ("~/name.git", None),
        ("file:///srv/git/name.git", None),
        ("file://github.com/owner/name", None),
        (r"C:\work\name", None),
        ("C:/work/name", None),
        ("https://localhost/owner/name", None),
        ("http://127.0.0.1:3000/owner/name.git", None),
        ("http://[::1]/owner/name", None),
        ("git@work:owner/name.git", None),
        ("https://github.com/owner", None),
        ("https://github.com/owner/../name", None),
        ('https://github.com/owner/"><script>', None),
        ("https://github.com/owner/na me", None),
        ("javascript://github.com/owner/name", None),
    ],
)
def test_a_remote_s_address(remote, address):
    assert web_address(remote) == address


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, None),
        ({"REPOSITORY_URL": "git@github.com:owner/name.git"}, GITHUB),
        ({"REPOSITORY_URL": "https://codeberg.org/owner/name"}, "https://codeberg.org/owner/name"),
        ({"REPOSITORY_URL": GITHUB, "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b"}, GITHUB),
        ({"REPOSITORY_URL": "", "CI_PROJECT_URL": GITHUB}, GITHUB),
        ({"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "owner/name"}, GITHUB),
        ({"GITHUB_SERVER_URL": "https://github.example.com", "GITHUB_REPOSITORY": "owner/name"}, None),
        ({"CI_PROJECT_URL": "https://gitlab.com/group/part/name"}, "https://gitlab.com/group/part/name"),
        ({"CI_PROJECT_URL": "https://gitlab.example.com/owner/name"}, None),
        ({"READTHEDOCS_GIT_CLONE_URL": "https://github.com/owner/name.git"}, GITHUB),
    ],
)
def test_the_environment_says_it(environ, address, tmp_path):
    assert find_repository(environ, tmp_path) == address


@pytest.mark.parametrize("wrong", ["owner/name", "file:///srv/name", "https://user:secret@localhost/owner/name"])
def test_a_wrong_address_is_refused_and_no_password_repeated(wrong, tmp_path):
    with pytest.raises(ExtensionError, match=r"^REPOSITORY_URL must be a repository's address, such as https"):
        find_repository({"REPOSITORY_URL": wrong}, tmp_path)
    with pytest.raises(ExtensionError) as error:
        find_repository({"REPOSITORY_URL": wrong}, tmp_path)
    assert "secret" not in str(error.value)


def git(folder, *arguments):
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_git_says_it_for_each_fork_and_the_environment_before(tmp_path):
    git(tmp_path, "init")
    assert find_repository({}, tmp_path) is None
    git(tmp_path, "remote", "add", "origin", "git@github.com:owner/name.git")
    assert find_repository({}, tmp_path) == GITHUB
    git(tmp_path, "remote", "set-url", "origin", "https://token@github.com/fork/name.git")
    assert find_repository({}, tmp_path) == "https://github.com/fork/name"
    assert find_repository({"CI_PROJECT_URL": "https://gitlab.com/a/b"}, tmp_path) == "https://gitlab.com/a/b"
    inside = tmp_path / "course"
    inside.mkdir()
    assert find_repository({}, inside) is None  # that is the repository of something else
    for unknown in ("/srv/git/name.git", "git@git.example.com:owner/name.git"):
        git(tmp_path, "remote", "set-url", "origin", unknown)
        assert find_repository({}, tmp_path) is None


def test_without_git_it_is_unknown(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_repository({}, tmp_path) is None


@pytest.mark.parametrize(
    ("repository", "place"),
    [
        (GITHUB, "gh/owner/name"),
        ("https://gitlab.com/group/part/name", "gl/group%2Fpart%2Fname"),
        ("https://codeberg.org/owner/name", "git/https%3A%2F%2Fcodeberg.org%2Fowner%2Fname"),
    ],
)
def test_binder_is_asked_in_its_own_words(repository, place):
    assert binder_address(repository, "notebooks/01_softmax.ipynb") == (
        f"https://mybinder.org/v2/{place}/HEAD?urlpath=lab/tree/notebooks/01_softmax.ipynb"
    )


# -------------------------------------------------------------------------------------- A book of two pages


def write_sources(source):
    """Write one page of prose and one chapter."""
    (source / "notebooks").mkdir(parents=True)
    (source / "pyproject.toml").write_text(PROJECT, encoding="utf8")
    (source / "index.md").write_text(
        "# Home\n\n:::{site-only}\nSee {site-file}`the PDF <book.pdf>` too.\n:::\n\n"
        "Ask in {repository}`the course's repository`.\n\n```{toctree}\nnotebooks/01_first\n```\n",
        encoding="utf8",
    )
    notebook = new_notebook(cells=[new_markdown_cell("# First"), new_code_cell("1 + 1")])
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    for number, cell in enumerate(notebook.cells):
        cell.id = str(number)
    nbformat.write(notebook, source / "notebooks" / "01_first.ipynb")


def build(folder, monkeypatch, **environ):
    """Build a book of one page of prose and one chapter, and return its folder."""
    if not (folder / "source").exists():  # a second build finds its pages unchanged
        write_sources(folder / "source")
    return build_book(
        folder,
        monkeypatch,
        environ,
        extensions=["myst_nb", "launch_buttons"],
        nb_execution_mode="off",
        myst_enable_extensions=["colon_fence"],
        html_sourcelink_suffix="",
        exclude_patterns=["pyproject.toml"],
        launch_buttons_browser_cost="9 MB & a while",
    )


def links(page):
    """Return the addresses that a page's row offers, by their words."""
    row = page.partition('<nav class="launch-buttons"')[2].partition("</nav>")[0]
    return {words: html.unescape(link) for link, words in re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', row)}


def read(book, name):
    return (book / name).read_text(encoding="utf8")


def test_with_a_repository_binder_and_git_are_offered(tmp_path, monkeypatch):
    book = build(tmp_path, monkeypatch, REPOSITORY_URL="https://user:secret@github.com/owner/name.git")
    chapter = read(book, "notebooks/01_first.html")
    assert links(chapter) == {
        "Run in your browser": "../lite/notebooks/index.html?path=01_first.ipynb",
        "Open in Binder": binder_address(GITHUB, "notebooks/01_first.ipynb"),
        "Download the notebook": "../_sources/notebooks/01_first.ipynb",
        "the package’s wheel": "../tempcourse-4.5.6-py3-none-any.whl",
    }
    assert "pip install jupyterlab &#34;tempcourse @ git+https://github.com/owner/name&#34;" in chapter
    assert "<span>9 MB &amp; a while</span>" in chapter
    assert chapter.index("<h1>") < chapter.index('<nav class="launch-buttons"') < chapter.index('class="cell ')
    assert f'<a class="reference external" href="{GITHUB}">the course’s repository</a>' in read(book, "index.html")
    assert not [path for path in book.rglob("*.html") if "secret" in path.read_text(encoding="utf8")]


def test_without_a_repository_there_is_no_button_and_no_dead_link(tmp_path, monkeypatch):
    book = build(tmp_path, monkeypatch)
    chapter, home = read(book, "notebooks/01_first.html"), read(book, "index.html")
    assert set(links(chapter)) == {"Run in your browser", "Download the notebook", "the package’s wheel"}
    assert "binder" not in chapter.lower()
    assert "git+" not in chapter
    assert "<span>the course’s repository</span>" in home
    assert "launch-buttons" not in home  # prose has no kernel to offer


def test_a_repository_that_is_new_renews_pages_already_built(tmp_path, monkeypatch):
    build(tmp_path, monkeypatch)
    book = build(tmp_path, monkeypatch, REPOSITORY_URL=GITHUB)
    assert "Open in Binder" in links(read(book, "notebooks/01_first.html"))


# ----------------------------------------------------------------------------------------- The site around it


def stand_in_wheel(folder):
    """Put a file in the place of the package's wheel."""
    wheel = folder / "tempcourse-4.5.6-py3-none-any.whl"
    wheel.touch()
    return wheel


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The two pages with all that belongs around them, but for Python in the browser."""
    book = build(tmp_path, monkeypatch)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "stale.html").touch()
    (tmp_path / "pdf").write_bytes(bytes(2_340_000))
    (tmp_path / "source" / "index.md").write_text("not read", encoding="utf8")
    monkeypatch.setattr("build_site.PDF", "book.pdf")
    build_site(book, tmp_path / "pdf", tmp_path / "site", stand_in_wheel)
    return tmp_path / "site"


def test_what_only_the_site_has_is_hidden_until_the_site_is_built(site, tmp_path):
    for name, hidden in (("index.html", 1), ("notebooks/01_first.html", 2)):
        before, after = read(tmp_path / "html", name), read(site, name)
        assert before.count('class="site-only" hidden') == before.count('class="site-only"') == hidden
        assert after.count('class="site-only"') == hidden
        assert "hidden" not in after
    assert '<a href="book.pdf">the PDF</a> (2.3 MB) too.' in read(site, "index.html")


def test_the_site_holds_what_it_links_and_a_host_needs(site):
    names = {path.name for path in site.iterdir()}
    assert {"book.pdf", "tempcourse-4.5.6-py3-none-any.whl", ".nojekyll", "index.html", "_sources"} <= names
    assert "stale.html" not in names


@pytest.mark.parametrize(("missing", "command"), [("pages", "make book"), ("pdf", "make pdf")])
def test_a_missing_input_is_named_and_what_was_built_stays(tmp_path, missing, command):
    for name in ("pages", "site"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").touch()
    (tmp_path / "pdf").touch()
    (tmp_path / {"pages": "pages/index.html", "pdf": "pdf"}[missing]).unlink()
    with pytest.raises(FileNotFoundError, match=f"{missing}.* is missing: run `{command}` first"):
        build_site(tmp_path / "pages", tmp_path / "pdf", tmp_path / "site", stand_in_wheel)
    assert (tmp_path / "site" / "index.html").exists()


@pytest.mark.parametrize("folder", ["pages", ".", ".."])
def test_what_the_site_is_made_of_is_not_removed(tmp_path, folder):
    (tmp_path / "pages").mkdir()
    for name in ("pages/index.html", "pdf"):
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match=r"^site must be a folder of its own, got .*, which holds what"):
        build_site(tmp_path / "pages", tmp_path / "pdf", tmp_path / folder, stand_in_wheel)
    assert (tmp_path / "pages" / "index.html").exists()


def test_a_link_to_a_file_that_is_not_there_is_refused(tmp_path, monkeypatch):
    book = build(tmp_path, monkeypatch)
    (tmp_path / "pdf").touch()
    with pytest.raises(FileNotFoundError, match=r"a page links book\.pdf, which is not in .*site"):
        build_site(book, tmp_path / "pdf", tmp_path / "site", stand_in_wheel)


# ------------------------------------------------------------------------------------------------ The book


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_chapter_offers_its_own_notebook(notebook):
    page = BOOK / "notebooks" / f"{notebook.stem}.html"
    offered = links(page.read_text(encoding="utf8"))
    assert offered["Run in your browser"] == f"../lite/notebooks/index.html?path={notebook.name}"
    given = (page.parent / unquote(urlsplit(offered["Download the notebook"]).path)).resolve()
    assert nbformat.read(given, as_version=4).cells[0].source == nbformat.read(notebook, as_version=4).cells[0].source
    if binder := offered.get("Open in Binder"):
        assert binder.endswith(f"/HEAD?urlpath=lab/tree/notebooks/{notebook.name}")
