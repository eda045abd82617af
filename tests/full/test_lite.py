"""The JupyterLite site as built: that its check passes it, and finds whatever is taken from it."""

import json
import os
import shutil
from pathlib import Path

import pytest
from build_lite import PACKAGES, check, closure

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "site" / "lite"
NOTEBOOKS = ROOT / "_build" / "html" / "_sources" / "notebooks"


KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
LOCK = PACKAGES / "pyodide-lock.json"
APP = "tree/jupyter-lite.json"


@pytest.fixture
def site(tmp_path):
    """A copy of the built site that may be changed: its files are links, to be replaced."""
    assert SITE.is_dir(), "build the site first: make site"
    return Path(shutil.copytree(SITE, tmp_path / "lite", copy_function=os.symlink))


def edit(file, change):
    """Write a JSON file anew, changed."""
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.unlink()
    file.write_text(json.dumps(content), encoding="utf-8")


def config(change):
    """Return a function that changes a site's configuration."""
    return lambda site: edit(site / "jupyter-lite.json", lambda content: change(content["jupyter-config-data"]))


def lock(change):
    """Return a function that changes a site's lock."""
    return lambda site: edit(site / LOCK, lambda content: change(content["packages"]))


def empty(pattern):
    """Return a function that empties a file of a site."""
    return lambda site: [(file.unlink(), file.touch()) for file in site.glob(pattern)]


def remove(pattern):
    """Return a function that removes a file of a site."""
    return lambda site: [file.unlink() for file in site.glob(pattern)]


BROKEN = {
    "no pyodideUrl": (config(lambda c: c["litePluginSettings"][KERNEL].pop("pyodideUrl")), "pyodideUrl is None, not"),
    "another lock": (
        config(lambda c: c["litePluginSettings"][KERNEL]["loadPyodideOptions"].update(lockFileURL="./other.json")),
        "lockFileURL is './other.json', not",
    ),
    "nothing prefetched": (
        config(lambda c: c["litePluginSettings"][KERNEL]["loadPyodideOptions"].update(packages=[])),
        r"packages is \[\], not",
    ),
    "no plugin settings": (config(lambda c: c.pop("litePluginSettings")), "litePluginSettings is None"),
    "news": (config(lambda c: c["settingsOverrides"].clear()), "notification is None"),
    "no anywidget": (
        config(lambda c: [e.update(name="other") for e in c["federated_extensions"] if e["name"] == "anywidget"]),
        "extension anywidget is not there",
    ),
    "no script": (remove("extensions/anywidget/static/remoteEntry*.js"), "extension anywidget: .* is missing"),
    "another application": (remove(APP), "apps: "),
    "an application's own settings": (
        lambda site: edit(site / APP, lambda content: content["jupyter-config-data"].update(settingsOverrides={})),
        f"{APP}: settingsOverrides hides the site's",
    ),
    "a source map": (lambda site: (site / "build" / "a.js.map").touch(), "source map build/a.js.map"),
    "no Python": (remove(f"{PACKAGES}/python_stdlib.zip"), "python_stdlib.zip is missing"),
    "no wheel": (remove(f"{PACKAGES}/tempcourse-*.whl"), "tempcourse needs tempcourse-.*, which is missing"),
    "another wheel": (lock(lambda p: p["comm"].update(sha256="0" * 64)), "comm has another sha256 than comm-"),
    "no tempcourse": (lock(lambda p: p.pop("tempcourse")), "tempcourse is not there"),
    "no psygnal": (lock(lambda p: p.pop("psygnal")), "anywidget depends on psygnal, which is not there"),
    "an old numpy": (lock(lambda p: p["numpy"].update(version="1.25")), r"tempcourse-.* needs numpy>=[\d.]+, and 1.25"),
    "another host": (
        lock(lambda p: p["numpy"].update(file_name="https://example.org/numpy.whl")),
        "numpy comes from https://example.org/numpy.whl",
    ),
    "a kernel from elsewhere": (
        lock(lambda p: p["ipython"].update(file_name=p["numpy"]["file_name"])),
        "ipython is not in the site, and a kernel needs it",
    ),
    "digits for all": (lock(lambda p: p["tempcourse"]["depends"].append("scikit-learn")), "is fetched with tempcourse"),
    "digits for none": (lock(lambda p: p["scikit-learn"]["imports"].pop()), "is not fetched with tempcourse.dist"),
    "a notebook not listed": (
        lambda site: edit(site / "api/contents/all.json", lambda c: c["content"].pop()),
        "contents: .*ipynb is not listed",
    ),
    "a notebook too many": (
        lambda site: edit(site / "api/contents/all.json", lambda c: c["content"].append({"name": "a.md", "size": 1})),
        "contents: a.md is not wanted",
    ),
    "an empty notebook": (empty("files/01_softmax.ipynb"), "01_softmax.ipynb is missing, or not as long"),
}


def test_the_built_site_passes(site):
    check(site, NOTEBOOKS)


def test_the_build_leaves_no_database_behind():
    # JupyterLite keeps one where it is called, and a later build that finds it leaves settings out.
    assert not (ROOT / ".jupyterlite.doit.db").exists()
    assert not [*SITE.rglob(".jupyterlite*")]


@pytest.mark.parametrize("case", BROKEN)
def test_the_check_finds(site, case):
    change, words = BROKEN[case]
    change(site)
    with pytest.raises(SystemExit, match=words):
        check(site, NOTEBOOKS)


def test_the_check_finds_lost_outputs(site):
    notebook = site / "files" / "02_temperature.ipynb"
    edit(notebook, lambda content: content["metadata"].pop("widgets"))
    listing = {"size": notebook.stat().st_size}
    edit(
        site / "api/contents/all.json",
        lambda content: [file.update(listing) for file in content["content"] if file["name"] == notebook.name],
    )
    with pytest.raises(SystemExit, match=r"02_temperature\.ipynb has lost outputs"):
        check(site, NOTEBOOKS)


def test_a_chapter_without_digits_fetches_no_scikit_learn(site):
    packages = closure(json.loads((site / LOCK).read_text(encoding="utf-8")), ["tempcourse"])
    assert {"anywidget", "ipywidgets", "matplotlib", "numpy"} < set(packages)
    assert not {"scikit-learn", "scipy"} & set(packages)
