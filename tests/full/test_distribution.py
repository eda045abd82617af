"""The wheel and the source distribution: what is in them, and that the wheel alone runs the course."""

import doctest
import shutil
import tarfile
import zipfile

import lab
import pytest
from build_wheel import build_sdist, build_wheel
from environments import ROOT, UV, make_environment, run

PACKAGE = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "tempcourse").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
LICENCES = {"LICENSE", "LICENSE-TEXT"}
# What an import must not wait for.
HEAVY = {"numpy", "matplotlib", "sklearn", "ipywidgets", "anywidget", "IPython"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """The source distribution."""
    return build_sdist(tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The Python of an environment that holds the wheel and JupyterLab, as a reader's would."""
    pins = ["--constraints", ROOT / "requirements.txt"]
    return make_environment(tmp_path_factory.mktemp("reader") / "env", wheel, "jupyterlab", *pins)


def contents(wheel):
    """Return a wheel's files by name, without the archive's own name for itself."""
    with zipfile.ZipFile(wheel) as files:
        return {name: files.read(name) for name in files.namelist()}


def test_wheel_holds_the_package_and_the_licences_and_nothing_else(wheel):
    about = {"METADATA", "RECORD", "WHEEL", "top_level.txt", *(f"licenses/{name}" for name in LICENCES)}
    info = wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"
    assert set(contents(wheel)) == PACKAGE | {f"{info}/{name}" for name in about}


def test_sdist_holds_what_the_wheel_is_made_of(sdist):
    with tarfile.open(sdist) as files:
        names = {member.name.split("/", 1)[1] for member in files if member.isfile()}
    made = {name for name in names if name.startswith("tempcourse.egg-info/")} | {"PKG-INFO", "setup.cfg"}
    assert names == PACKAGE | LICENCES | {"pyproject.toml"} | made


def test_wheel_is_the_same_every_time_and_leaves_nothing_behind(wheel, tmp_path):
    before = {path.name for path in ROOT.iterdir()}
    assert build_wheel(tmp_path).read_bytes() == wheel.read_bytes()
    assert {path.name for path in ROOT.iterdir()} == before


def test_sdist_makes_the_same_wheel(wheel, sdist, tmp_path):
    pins = ["--build-constraints", ROOT / "requirements.txt"]  # the wheel names the setuptools that made it
    run(*UV, "build", "--wheel", "--quiet", *pins, "--out-dir", tmp_path, sdist, folder=tmp_path)
    assert contents(tmp_path / wheel.name) == contents(wheel)


def test_index_would_take_them(wheel, sdist, tmp_path):
    tool = [*UV, "tool", "run", "--quiet"]
    run(*tool, "twine==7.0.0", "check", "--strict", wheel, sdist, folder=tmp_path)
    # twine looks at the description; this one at the classifiers and all else.
    validate = [*tool, "--from", "validate-pyproject[all]==0.27", "validate-pyproject"]
    run(*validate, ROOT / "pyproject.toml", folder=tmp_path)


def test_description_is_true_and_has_no_link_that_leads_nowhere():
    readme = ROOT / "tempcourse" / "README.md"
    assert "](" not in readme.read_text(encoding="utf-8")
    results = doctest.testfile(str(readme), module_relative=False)
    assert results.attempted and not results.failed


def test_import_is_from_the_wheel_and_loads_nothing_heavy(python, tmp_path):
    code = f"import sys, tempcourse; print(tempcourse.__file__, sorted({HEAVY} & set(sys.modules)))"
    path, loaded = run(python, "-c", code, folder=tmp_path, capture_output=True, text=True).stdout.split(maxsplit=1)
    assert path.startswith(str(python.parents[1]))
    assert loaded.strip() == "[]"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("chapter", lab.CHAPTERS, ids=lambda path: path.stem)
def test_downloaded_chapter_runs_by_itself(python, chapter, tmp_path):
    shutil.copy(chapter, tmp_path)
    run(python.with_name("jupyter-execute"), chapter.name, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [chapter.name]
