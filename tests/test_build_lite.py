"""The parts of tools/build_lite.py, with wheels, a lock and a distribution made up for the purpose; no network."""

import ast
import hashlib
import json
import sys
import zipfile
from pathlib import Path

import build_lite
import nbformat
import npm
import pytest
from build_lite import DIGITS, DIGITS_MODULE, PYODIDE_CDN_URL

ROOT = Path(__file__).parents[1]


NATIVE = "cp314-cp314-pyemscripten_2026_0_wasm32.whl"


def make_wheel(folder, name, version="1.0", requires=(), files=None, tag="py3-none-any.whl"):
    """Write a wheel that holds nothing but its names, and return its path."""
    wheel = folder / f"{name.replace('-', '_')}-{version}-{tag}"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {need}" for need in requires]
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in files or [f"{name.replace('-', '_')}/__init__.py"]:
            archive.writestr(file, "")
        archive.writestr(f"{name.replace('-', '_')}-{version}.dist-info/METADATA", "\n".join(metadata) + "\n")
    return wheel


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def make_lock(wheels, depends):
    """Return a lock of these wheels, keyed by name."""
    packages = {
        name: {
            "name": name,
            "version": "1.0",
            "file_name": wheel.name,
            "sha256": sha256(wheel),
            "depends": list(depends.get(name, [])),
            "imports": [name.replace("scikit-learn", "sklearn")],
        }
        for name, wheel in wheels.items()
    }
    return {"packages": packages}


@pytest.fixture
def dist(tmp_path):
    """A folder as Pyodide publishes it, far smaller."""
    folder = tmp_path / "dist"
    folder.mkdir()
    for name in ("numpy", "matplotlib", "pillow", "scipy", DIGITS, "pandas"):
        make_wheel(folder, name, tag=NATIVE)
    make_wheel(folder, "six")
    return folder


@pytest.fixture
def lock(dist):
    """The lock of that folder. As in Pyodide's, a name may be written in more than one way."""
    wheels = {wheel.name.split("-")[0].replace("_", "-"): wheel for wheel in dist.iterdir()}
    depends = {"matplotlib": ["numpy", "Pillow", "six"], "scipy": ["numpy"], DIGITS: ["scipy"], "pandas": ["numpy"]}
    return make_lock(wheels, depends)


@pytest.fixture
def site(tmp_path, lock):
    """A folder that has the wheel of tempcourse already, in the lock too."""
    folder = tmp_path / "site"
    folder.mkdir()
    wheel = make_wheel(folder, "tempcourse", requires=["numpy>=1.26", "matplotlib", "scikit-learn"])
    build_lite.add_wheels(lock, folder, [wheel])
    build_lite.find_digits(lock)
    return folder


# The lock


def test_a_wheels_entry_holds_what_pyodide_asks_for(tmp_path):
    requires = ["NumPy>=1.26", "Typing_Extensions>=4 ; python_version < '3.15'", "colorama ; sys_platform == 'win32'"]
    requires += ["pytest ; extra == 'test'", "widgetsnbextension~=4.0", "jupyterlab_widgets~=3.0"]
    wheel = make_wheel(tmp_path, "Some-Thing", "2.1", requires, ["some_thing/__init__.py", "single.py", "data/a.txt"])
    entry = build_lite.lock_entry(wheel)
    assert entry["name"] == "some-thing"
    assert entry["version"] == "2.1"
    assert entry["file_name"] == wheel.name
    assert entry["sha256"] == sha256(wheel)
    assert entry["depends"] == ["numpy", "typing-extensions"]
    assert entry["imports"] == ["single", "some_thing"]


def test_what_a_wheel_needs_comes_in_its_pinned_version(tmp_path, lock, monkeypatch):
    asked = []
    needs = {"anywidget": ["ipywidgets", "six"], "ipywidgets": ["comm"], "comm": []}

    def download(pins, folder):
        asked.append(pins)
        return [make_wheel(folder, *pin.split("=="), requires=needs[pin.split("==")[0]]) for pin in pins]

    monkeypatch.setattr(build_lite, "download", download)
    monkeypatch.setattr(build_lite, "pinned", lambda: {"anywidget": "0.11.0", "ipywidgets": "8.1.9", "comm": "0.2.3"})
    build_lite.add_wheels(lock, tmp_path, [make_wheel(tmp_path, "tempcourse", requires=["anywidget", "numpy"])])
    assert asked == [["anywidget==0.11.0"], ["ipywidgets==8.1.9"], ["comm==0.2.3"], []]
    assert build_lite.closure(lock, ["tempcourse"]) == ["anywidget", "comm", "ipywidgets", "numpy", "six", "tempcourse"]


def test_every_pin_of_requirements_is_read():
    pins = build_lite.pinned()
    assert pins["ipywidgets"][0].isdigit() and pins["jupyterlite-core"].startswith("0.8.")


def test_scikit_learn_is_fetched_by_the_module_that_reads_digits(lock, site):
    assert build_lite.closure(lock, ["tempcourse"]) == ["matplotlib", "numpy", "pillow", "six", "tempcourse"]
    assert lock["packages"][DIGITS]["imports"] == ["sklearn", DIGITS_MODULE]


def test_what_a_kernel_starts_from_is_in_the_site(tmp_path, lock, monkeypatch):
    monkeypatch.setattr(build_lite, "KERNEL", ["six"])
    monkeypatch.setattr(build_lite, "WIDGETS", [])
    monkeypatch.setattr(build_lite, "download", lambda pins, folder: [make_wheel(folder, *p.split("==")) for p in pins])
    build_lite.start_from_site(lock, tmp_path)
    assert lock["packages"]["six"]["sha256"] == sha256(tmp_path / "six-1.0-py3-none-any.whl")
    assert not (tmp_path / lock["packages"]["numpy"]["file_name"]).exists()


# Where Pyodide's own packages come from


def test_the_cdn_has_what_the_site_has_not(lock, site):
    build_lite.point_to_cdn(lock, site)
    packages = lock["packages"]
    assert packages["tempcourse"]["file_name"] == "tempcourse-1.0-py3-none-any.whl"
    assert packages["numpy"]["file_name"] == f"{PYODIDE_CDN_URL}/numpy-1.0-{NATIVE}"
    assert packages["pandas"]["file_name"] == f"{PYODIDE_CDN_URL}/pandas-1.0-{NATIVE}"


def test_a_distribution_gives_what_the_notebooks_need_and_no_more(lock, site, dist):
    build_lite.copy_dist(lock, site, dist)
    names = {file.name.split("-")[0] for file in site.iterdir()}
    assert names == {"matplotlib", "numpy", "pillow", "scikit_learn", "scipy", "six", "tempcourse"}
    build_lite.point_to_cdn(lock, site)
    assert [name for name, entry in lock["packages"].items() if "://" in entry["file_name"]] == ["pandas"]


def test_a_missing_file_of_the_distribution_is_named(lock, site, dist):
    missing = dist / f"scipy-1.0-{NATIVE}"
    missing.unlink()
    with pytest.raises(SystemExit, match=rf"PYODIDE_DIST: {missing} is missing; Pyodide .* needs it for scipy"):
        build_lite.copy_dist(lock, site, dist)


def test_a_changed_file_of_the_distribution_is_named(lock, site, dist):
    changed = dist / f"pillow-1.0-{NATIVE}"
    changed.write_bytes(changed.read_bytes() + b"!")
    with pytest.raises(SystemExit, match=rf"PYODIDE_DIST: {changed} has sha256 .*; Pyodide's lock has"):
        build_lite.copy_dist(lock, site, dist)
    assert not (site / changed.name).exists()


def test_the_npm_package_is_held_against_its_pinned_hash(tmp_path):
    archive = tmp_path / "pyodide.tgz"
    archive.write_bytes(b"something else")
    with pytest.raises(SystemExit, match=r"pyodide\.tgz is sha512-.*, not sha512-.* renew INTEGRITY"):
        npm.check_integrity(archive, build_lite.INTEGRITY)


def test_without_npm_the_core_comes_from_the_cdn(tmp_path, lock, monkeypatch):
    cdn = tmp_path / "cdn"
    cdn.mkdir()
    (cdn / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    monkeypatch.setattr(build_lite, "PYODIDE_CDN_URL", cdn.as_uri())
    monkeypatch.setenv("PATH", "")
    address, found = build_lite.fetch_core(tmp_path / "packages")
    assert address == f"{cdn.as_uri()}/pyodide.mjs"
    assert found == lock
    assert not (tmp_path / "packages").exists()


def test_without_npm_and_cdn_the_build_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(build_lite, "PYODIDE_CDN_URL", (tmp_path / "nowhere").as_uri())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match=r"npm, which is not here, or from file:.*nowhere/pyodide-lock\.json"):
        build_lite.fetch_core(tmp_path)


def test_no_folder_but_a_site_is_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("do not lose", encoding="utf-8")
    with pytest.raises(SystemExit, match="is no JupyterLite site"):
        build_lite.build(ROOT / "notebooks", tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_without_executed_notebooks_nothing_is_built(tmp_path):
    with pytest.raises(SystemExit, match=rf"{tmp_path}/notebooks holds no notebooks: build the book first"):
        build_lite.build(tmp_path / "notebooks", tmp_path / "lite")
    assert not (tmp_path / "lite").exists()


# The notebooks


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    """The cells of the chapters as the site gets them, and as they were."""
    folder = tmp_path_factory.mktemp("lite") / "notebooks"
    build_lite.stage_notebooks(ROOT / "notebooks", folder)
    files = sorted((ROOT / "notebooks").glob("*.ipynb"))
    pairs = [(json.loads((folder / file.name).read_text(encoding="utf-8")), nbformat.read(file, 4)) for file in files]
    return [cells for new, old in pairs for cells in zip(new["cells"], old["cells"], strict=True)]


def test_links_to_the_books_pages_become_words(staged):
    texts = [new["source"] for new, _ in staged if new["cell_type"] == "markdown"]
    assert any("](../book/" in old.source for _, old in staged)
    assert not [text for text in texts if "](../book/" in text]
    assert any("How to use this course" in text and "[How to use this course]" not in text for text in texts)
    assert any("](02_temperature.ipynb)" in text for text in texts)


def test_hints_fold_in_jupyter_too(staged):
    hints = [(new["source"], old.source) for new, old in staged if ":::{dropdown} Hint\n" in old.source]
    assert len(hints) > 20
    for new, old in hints:
        before, _, rest = old.partition(":::{dropdown} Hint\n")
        inside, _, after = rest.partition("\n:::")
        assert new == f"{before}<details><summary>Hint</summary>\n\n{inside}\n\n</details>{after}"


def test_stored_text_is_in_one_piece(staged):
    """JupyterLite puts commas between the lines of a list."""
    outputs = [output for new, _ in staged for output in new.get("outputs", [])]
    texts = [output["text"] for output in outputs if output["output_type"] == "stream"]
    assert any("\n" in text.strip() for text in texts)
    assert all(isinstance(text, str) for text in texts)


def imported(source):
    """Return the names of modules that a source imports, at its top or within functions."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}


# What a module imports that Pyodide need not fetch for the package: its digits come with it, its model not at all.
MORE = {DIGITS_MODULE: {"sklearn"}, "tempcourse.transformer": {"gguf", "tokenizers"}}


def test_only_the_module_that_fetches_scikit_learn_imports_more_than_is_fetched():
    fetched = {"anywidget", "ipywidgets", "matplotlib", "numpy", "tempcourse", "traitlets"}
    for file in (ROOT / "tempcourse").rglob("*.py"):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        names = {name.split(".")[0] for name in imported(file.read_text(encoding="utf-8"))}
        more = names - fetched - sys.stdlib_module_names
        assert more == MORE.get(module, set()), f"{module} imports {more}"
