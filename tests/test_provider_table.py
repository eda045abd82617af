"""A table whose every cell has a source and a date: what is missing ends the build, what is old is said."""

import datetime
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from provider_table import COLUMNS, OLD, read_providers, spoken, stale
from small_book import build_book
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[1]
FILE = ROOT / "book" / "providers.yml"
READ = datetime.date(2026, 11, 30)


def written():
    """A file of one provider and one source, right in all."""
    cells = {column: {"says": "`yes`", "source": "manual"} for column in COLUMNS}
    sources = {"manual": {"title": "The manual", "address": "https://example.org/manual", "read": READ}}
    return {"sources": sources, "providers": [{"name": "Some model", **cells}]}


def wrong(change):
    """The same with one change."""
    file = written()
    change(file["sources"]["manual"], file["providers"][0], file)
    return file


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build a page that shows a file, and return it."""

    def build(file):
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        (source / "index.md").write_text("# Page\n\n```{provider-table} providers.yml\n```\n", encoding="utf8")
        (source / "other.md").write_text("---\norphan: true\n---\n# Other\n", encoding="utf8")
        (source / "providers.yml").write_text(yaml.safe_dump(file), encoding="utf8")
        return build_book(tmp_path, monkeypatch, {}, extensions=["myst_nb", "provider_table"])

    return build


def test_the_page_shows_each_cell_with_its_source_and_its_date(build):
    folder = build(written())
    page = (folder / "index.html").read_text(encoding="utf8")
    assert re.findall(r"<th[^>]*><p>([^<]*)</p>", page) == ["Model or engine", *COLUMNS.values(), "Some model"]
    assert page.count('href="#provider-source-1"') == len(COLUMNS)
    assert '<li id="provider-source-1">' in page
    assert 'href="https://example.org/manual"' in page
    assert "read on 30 November 2026" in page
    assert "<code" in page  # the markup of a cell is the page's own
    assert 'style="' not in page.split("<table")[1].split("</table>")[0]  # the policy forbids it


def test_the_page_says_when_its_oldest_source_was_read(build):
    file = written()
    file["sources"]["old"] = {**file["sources"]["manual"], "read": datetime.date(2025, 2, 1)}
    file["providers"][0]["zero"]["source"] = "old"
    page = (build(file) / "index.html").read_text(encoding="utf8")
    assert f'data-old="{OLD}"' in page
    assert '<time datetime="2025-02-01">1 February 2025</time>' in page


@pytest.mark.parametrize("name", ["provider_table.js", "provider_table.css"])
def test_only_a_page_with_a_table_has_its_files(build, name):
    folder = build(written())
    assert name in (folder / "index.html").read_text(encoding="utf8")
    assert name not in (folder / "other.html").read_text(encoding="utf8")
    assert (folder / "_static" / name).is_file()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda source, some, file: file.clear(), "'sources' is missing, empty or of another form"),
        (lambda source, some, file: file.update(sources=["a"]), "'sources' is missing, empty or of another form"),
        (lambda source, some, file: file.pop("providers"), "'providers' is missing, empty or of another form"),
        (lambda source, some, file: file.update(providers=["a"]), "a provider needs a name"),
        (lambda source, some, file: some["zero"].update(source=["a"]), "Some model: 'zero' needs a source"),
        (lambda source, some, file: source.pop("read"), "source 'manual' needs the date"),
        (lambda source, some, file: source.update(read="30 November"), "source 'manual' needs the date"),
        (lambda source, some, file: source.pop("address"), "source 'manual' needs an address"),
        (lambda source, some, file: source.update(address="http://a.org"), "source 'manual' needs an address"),
        (lambda source, some, file: source.pop("title"), "source 'manual' needs a title"),
        (lambda source, some, file: file["sources"].update(manual=None), "source 'manual' needs a title"),
        (lambda source, some, file: some.pop("name"), "a provider needs a name"),
        (lambda source, some, file: some.pop("zero"), "Some model: 'zero' needs what its source says"),
        (lambda source, some, file: some["zero"].update(says=0), "Some model: 'zero' needs what its source says"),
        (lambda source, some, file: some["zero"].pop("source"), "Some model: 'zero' needs a source"),
        (lambda source, some, file: some["zero"].update(source="x"), "Some model: 'zero' needs a source"),
        (lambda source, some, file: some.update(price={}), "Some model: 'price' is no column"),
        (lambda source, some, file: file["sources"].update(x=dict(source)), "source 'x' belongs to no cell"),
    ],
)
def test_what_is_missing_ends_the_build_by_its_name(build, change, words):
    with pytest.raises(ExtensionError, match="providers.yml: " + words):
        build(wrong(change))


def test_the_course_s_file_is_whole():
    sources, providers = read_providers(FILE)
    assert len(providers) > 10
    assert all(source["read"] <= datetime.date.today() for source in sources.values())
    names = [provider["name"] for provider in providers]
    assert len(set(names)) == len(names)


def test_a_source_is_old_after_its_days():
    sources = written()["sources"]
    assert not list(stale(sources, READ + datetime.timedelta(days=OLD)))
    assert list(stale(sources, READ + datetime.timedelta(days=OLD + 1))) == [("The manual", OLD + 1)]


def test_a_date_is_said_in_words():
    assert spoken(datetime.date(2026, 3, 1)) == "1 March 2026"


@pytest.mark.parametrize(("days", "lines"), [(0, 0), (OLD + 1, 1)])
def test_what_the_weekly_check_prints_is_a_warning_and_no_failure(tmp_path, days, lines):
    file = written()
    file["sources"]["manual"]["read"] = datetime.date.today() - datetime.timedelta(days=days)
    (tmp_path / "providers.yml").write_text(yaml.safe_dump(file), encoding="utf8")
    command = [sys.executable, "-m", "provider_table", "providers.yml"]
    path = {**os.environ, "PYTHONPATH": str(ROOT / "book" / "_ext")}
    done = subprocess.run(command, cwd=tmp_path, env=path, capture_output=True, text=True, check=True)
    said = done.stdout.splitlines()
    assert len(said) == lines
    warning = rf"::warning file=providers\.yml::read {days} days ago, .*: The manual"
    assert all(re.fullmatch(warning, line) for line in said)
