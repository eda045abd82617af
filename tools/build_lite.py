"""Build the JupyterLite site: every notebook as the book executed it, with a Python that runs in the reader's browser.

Python is Pyodide. Its core comes from its npm package where npm is there, else from the official CDN when a reader
starts it. What the kernel and the widgets are made of is in the site, so that a kernel starts from there alone; numpy,
matplotlib and scikit-learn are Pyodide's own builds, from the CDN or, where it is given, from a folder that holds them.

Usage: python tools/build_lite.py _build/html/_sources/notebooks _build/site/lite [--pyodide-dist FOLDER]
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import nbformat
from build_wheel import build_wheel
from jupyterlite_pyodide_kernel.constants import (
    PYODIDE_CDN_URL,
    PYODIDE_KERNEL_PLUGIN_ID,
    PYODIDE_PYTHON_VERSION,
    PYODIDE_VERSION,
)
from npm import open_package
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SETTINGS = Path(__file__).parent / "lite"  # the site's static settings
PACKAGES = Path("static", "pyodide")  # where the site keeps Pyodide, its lock and the wheels
LOCK = "pyodide-lock.json"
CORE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]
# Of the npm package pyodide, in the version that the kernel was made for.
INTEGRITY = "sha512-BKDTJyIqFxC4BExLqeRS3f5xvXZIjOt8C3zGLN/Cc7tFxSwvKVhVkchQQ2AGLOtR4YrVOIFxbV8poyDOOmWwxQ=="

# What the kernel would install from PyPI at each start; in the lock it comes with Python itself.
KERNEL = ["comm", "ipykernel", "ipython", "jedi", "micropip", "piplite", "pyodide-kernel"]
WIDGETS = ["anywidget", "ipywidgets"]
# Their JavaScript is part of the site, and their Python is of no use in a browser.
FRONT_END = {"jupyterlab-widgets", "widgetsnbextension"}
# Digits are read by this module alone. A cell that imports it, as chapters 4, 8 and 11 do, fetches scikit-learn, and no
# other chapter does: the kernel fetches what the lock lists for the names that a cell imports, dotted ones too.
DIGITS, DIGITS_MODULE = "scikit-learn", "tempcourse.distillation"
# Settings that an application's own jupyter-lite.json would lay over the site's.
HIDING = {"litePluginSettings", "settingsOverrides", "disabledExtensions"}
EXTENSIONS = {"@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension", "anywidget"}
# What only the book understands: a link to its other pages becomes words in Jupyter, a dropdown HTML's own.
BOOK_LINK = re.compile(r"\[([^][\n]*)\]\(\.\./book/[^)\n]*\)")
DROPDOWN = re.compile(r"^:::\{dropdown\} (.+?)\n(.*?)^:::$", re.MULTILINE | re.DOTALL)
DETAILS = "<details><summary>\\1</summary>\n\n\\2\n</details>"


def main():
    """Build, check, and say what was chosen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", type=Path, help="folder of the executed notebooks, beside the book's pages")
    parser.add_argument("out", type=Path, help="folder of the site, which is replaced")
    parser.add_argument("--pyodide-dist", type=Path, default=os.environ.get("PYODIDE_DIST") or None, metavar="FOLDER")
    arguments = parser.parse_args()
    build(arguments.notebooks, arguments.out, arguments.pyodide_dist)


def build(notebooks, out, dist=None):
    """Build the site into `out`, which is replaced, and check it.

    Parameters
    ----------
    notebooks : path
        The folder of the executed notebooks.
    out : path
        The folder of the site.
    dist : path, optional
        A folder that holds the files of `needed_from_pyodide`. The default is the official CDN, when a reader needs
        them.
    """
    if not list(notebooks.glob("*.ipynb")):
        raise SystemExit(f"{notebooks} holds no notebooks: build the book first (make book)")
    if out.exists() and not (out / "jupyter-lite.json").exists():
        raise SystemExit(f"{out} is there and is no JupyterLite site: it will not be replaced.")
    # In a fresh folder: with its database of an earlier build, JupyterLite silently leaves settings out.
    with tempfile.TemporaryDirectory() as place:
        packages = Path(place, "packages")
        packages.mkdir()
        core, lock = fetch_core(packages)
        add_wheels(lock, packages, [build_wheel(packages), *kernel_wheels(packages)])
        start_from_site(lock, packages)
        find_digits(lock)
        if dist:
            copy_dist(lock, packages, Path(dist))
        point_to_cdn(lock, packages)
        (packages / LOCK).write_text(json.dumps(lock, sort_keys=True), encoding="utf-8")
        site = build_site(notebooks, Path(place), core)
        shutil.copytree(packages, site / PACKAGES)
        check(site, notebooks)
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(site, out)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    print(f"lite: Pyodide {PYODIDE_VERSION} from {'the site itself' if core.startswith('.') else core}")
    print(f"lite: numpy, matplotlib, scikit-learn from {'the site itself' if dist else PYODIDE_CDN_URL}")
    print(f"lite: {out}, {size / 1e6:.1f} MB")


# Pyodide and its lock


def fetch_core(folder):
    """Put Pyodide's core into a folder; return its address as the site sees it, and its lock.

    Without npm the folder stays empty and the address is the CDN's.
    """
    if shutil.which("npm") is None:
        return f"{PYODIDE_CDN_URL}/{CORE[0]}", fetch_lock(f"{PYODIDE_CDN_URL}/{LOCK}")
    with open_package(f"pyodide@{PYODIDE_VERSION}", INTEGRITY) as files:
        for name in CORE:
            folder.joinpath(name).write_bytes(files.extractfile(f"package/{name}").read())
        return f"./{(PACKAGES / CORE[0]).as_posix()}", json.load(files.extractfile(f"package/{LOCK}"))


def fetch_lock(address):
    """Return the lock that is at an address."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return json.load(answer)
    except OSError as error:
        raise SystemExit(f"Pyodide's lock comes with npm, which is not here, or from {address}: {error}") from error


def closure(lock, roots):
    """Return the names of packages and of all that they need, sorted."""
    found, ahead = set(), list(roots)
    while ahead:
        name = canonicalize_name(ahead.pop())
        if name not in found:
            found.add(name)
            ahead += lock["packages"][name]["depends"]
    return sorted(found)


def add_wheels(lock, folder, wheels):
    """Add pure wheels to the lock and, from PyPI in their pinned versions, what they need that it lacks."""
    packages = lock["packages"]
    while wheels:
        new = [lock_entry(wheel) for wheel in wheels]
        packages.update({entry["name"]: entry for entry in new})
        missing = {name for entry in new for name in entry["depends"]} - packages.keys()
        pins = pinned()
        wheels = download([f"{name}=={pins[name]}" for name in sorted(missing)], folder)


def lock_entry(wheel):
    """Return what the lock holds on a pure wheel."""
    about = metadata(wheel)
    with zipfile.ZipFile(wheel) as archive:
        modules = {name.split("/")[0].removesuffix(".py") for name in archive.namelist() if name.endswith(".py")}
    return {
        "name": canonicalize_name(about.metadata["Name"]),
        "version": about.version,
        "file_name": wheel.name,
        "sha256": sha256(wheel),
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
        "depends": sorted({canonicalize_name(need.name) for need in requirements(wheel)}),
        "imports": sorted(modules),
    }


def metadata(wheel):
    """Return a wheel's metadata."""
    (folder,) = (folder for folder in zipfile.Path(wheel).iterdir() if folder.name.endswith(".dist-info"))
    return PathDistribution(folder)


def requirements(wheel):
    """Return what a wheel needs in a browser."""
    environment = {"sys_platform": "emscripten", "platform_system": "Emscripten", "extra": ""}
    environment["python_version"] = PYODIDE_PYTHON_VERSION
    needs = [Requirement(line) for line in metadata(wheel).requires or []]
    needs = [need for need in needs if not need.marker or need.marker.evaluate(environment)]
    return [need for need in needs if canonicalize_name(need.name) not in FRONT_END]


def sha256(file):
    """Return a file's hash as the lock writes it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def pinned():
    """Return the version of each package in requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    needs = [Requirement(line) for line in lines]
    return {canonicalize_name(need.name): str(need.specifier).removeprefix("==") for need in needs}


def download(pins, folder):
    """Download pure wheels from PyPI, and return their paths."""
    if not pins:
        return []
    with tempfile.TemporaryDirectory() as place:
        pure = ["--no-deps", "--only-binary", ":all:", "--implementation", "py", "--abi", "none", "--platform", "any"]
        pure += ["--python-version", PYODIDE_PYTHON_VERSION]
        command = [sys.executable, "-m", "pip", "download", "--quiet", *pure, "--dest", place, *pins]
        subprocess.run(command, check=True)
        return [Path(shutil.copy(wheel, folder)) for wheel in sorted(Path(place).iterdir())]


def kernel_wheels(folder):
    """Copy the kernel's own wheels out of its extension, and return their paths."""
    source = Path(sys.prefix, "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi")
    names = ("ipykernel", "piplite", "pyodide_kernel")
    return [Path(shutil.copy(wheel, folder)) for name in names for wheel in source.glob(f"{name}-*.whl")]


def start_from_site(lock, folder):
    """Put what the kernel and the widgets need of Pyodide's pure packages into the site, from PyPI.

    Pyodide packs each wheel anew, so these have other hashes than its own of the same versions.
    """
    packages = lock["packages"]
    names = [name for name in closure(lock, KERNEL + WIDGETS) if not (folder / packages[name]["file_name"]).exists()]
    for wheel in download([f"{name}=={packages[name]['version']}" for name in names], folder):
        name = canonicalize_name(wheel.name.split("-")[0])
        packages[name] |= {"file_name": wheel.name, "sha256": sha256(wheel)}


def find_digits(lock):
    """Let scikit-learn be fetched by what needs digits, rather than with tempcourse."""
    packages = lock["packages"]
    packages["tempcourse"]["depends"].remove(DIGITS)
    packages[DIGITS]["imports"].append(DIGITS_MODULE)


def needed_from_pyodide(lock, folder):
    """Return the names of the packages that the notebooks need and the site does not hold yet."""
    names = closure(lock, ["tempcourse", DIGITS])
    return [name for name in names if not (folder / lock["packages"][name]["file_name"]).exists()]


def copy_dist(lock, folder, dist):
    """Copy what the notebooks need from a Pyodide distribution, held against the hashes of Pyodide's lock."""
    for name in needed_from_pyodide(lock, folder):
        entry = lock["packages"][name]
        file = dist / entry["file_name"]
        if not file.is_file():
            raise SystemExit(f"PYODIDE_DIST: {file} is missing; Pyodide {PYODIDE_VERSION} needs it for {name}.")
        if sha256(file) != entry["sha256"]:
            raise SystemExit(f"PYODIDE_DIST: {file} has sha256 {sha256(file)}; Pyodide's lock has {entry['sha256']}.")
        shutil.copy(file, folder)


def point_to_cdn(lock, folder):
    """Give each package that the site does not hold its address on the CDN."""
    for entry in lock["packages"].values():
        if not (folder / entry["file_name"]).exists():
            entry["file_name"] = f"{PYODIDE_CDN_URL}/{entry['file_name']}"


# The site


def settings(core):
    """Return the site's jupyter-lite.json."""
    config = read_json(SETTINGS / "jupyter-lite.json")
    config["jupyter-config-data"]["litePluginSettings"] = {
        PYODIDE_KERNEL_PLUGIN_ID: {
            "pyodideUrl": core,
            "loadPyodideOptions": {"lockFileURL": f"./{(PACKAGES / LOCK).as_posix()}", "packages": KERNEL},
        }
    }
    return config


def stage_notebooks(notebooks, folder):
    """Copy the notebooks into a new folder, with what only the book understands put in Jupyter's way.

    Text is written whole, as nbformat reads it: JupyterLite would put commas between the lines of a stored print.
    """
    folder.mkdir()
    for file in notebooks.glob("*.ipynb"):
        notebook = nbformat.read(file, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = DROPDOWN.sub(DETAILS, BOOK_LINK.sub(r"\1", cell.source))
        (folder / file.name).write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


def build_site(notebooks, place, core):
    """Build JupyterLite with the notebooks in a fresh folder, and return where it is."""
    source, site, contents = place / "source", place / "site", place / "contents"
    shutil.copytree(SETTINGS, source)
    (source / "jupyter-lite.json").write_text(json.dumps(settings(core)), encoding="utf-8")
    stage_notebooks(notebooks, contents)
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", source, "--output-dir", site]
    command += ["--contents", contents]
    run = subprocess.run(command, cwd=source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        raise SystemExit(f"{run.stdout}\njupyter lite build failed")
    return site


# What was built, against what was wanted


def check(site, notebooks):
    """Raise SystemExit if a setting did not take, or if something is missing that a reader would miss."""
    lock = read_json(site / PACKAGES / LOCK)
    complaints = [*check_settings(site), *check_packages(lock, site / PACKAGES), *check_notebooks(site, notebooks)]
    if complaints := complaints or [*check_fetching(lock)]:
        raise SystemExit("\n".join([f"{site} is not as it should be:", *complaints]))


def check_settings(site):
    """Yield what differs from the settings in the built jupyter-lite.json files."""
    config = read_json(site / "jupyter-lite.json")["jupyter-config-data"]
    is_local = (site / PACKAGES / CORE[0]).exists()
    wanted = settings(f"./{(PACKAGES / CORE[0]).as_posix()}" if is_local else f"{PYODIDE_CDN_URL}/{CORE[0]}")
    wanted = wanted["jupyter-config-data"] | {"settingsOverrides": read_json(SETTINGS / "overrides.json")}
    yield from differences("jupyter-lite.json", wanted, config)
    build_config = read_json(SETTINGS / "jupyter_lite_config.json")["LiteBuildConfig"]
    apps = {file.parent.name: read_json(file)["jupyter-config-data"] for file in site.glob("*/jupyter-lite.json")}
    if set(apps) != set(build_config["apps"]):
        yield f"apps: {sorted(apps)}, not {sorted(build_config['apps'])}"
    for app, own in apps.items():
        yield from (f"{app}/jupyter-lite.json: {key} hides the site's" for key in sorted(own.keys() & HIDING))
    extensions = {extension["name"]: extension["load"] for extension in config.get("federated_extensions", [])}
    yield from (f"extension {name} is not there" for name in sorted(EXTENSIONS - extensions.keys()))
    for name, script in extensions.items():
        if not (site / "extensions" / name / script).is_file():
            yield f"extension {name}: {script} is missing"
    yield from (f"source map {file.relative_to(site)}" for file in site.rglob("*.map"))


def differences(where, wanted, found):
    """Yield where a nested dictionary lacks something of another, or has something else."""
    for key, value in wanted.items():
        if isinstance(value, dict) and isinstance(found.get(key), dict):
            yield from differences(f"{where}: {key}", value, found[key])
        elif found.get(key) != value:
            yield f"{where}: {key} is {found.get(key)!r}, not {value!r}"


def check_packages(lock, folder):
    """Yield what is wrong with Pyodide's files, its lock and the wheels."""
    if (folder / CORE[0]).exists():
        yield from (f"{PACKAGES / name} is missing" for name in CORE if not (folder / name).is_file())
    packages = lock["packages"]
    for name, entry in packages.items():
        file = folder / entry["file_name"]
        if "://" in entry["file_name"]:
            if not entry["file_name"].startswith(f"{PYODIDE_CDN_URL}/"):
                yield f"{LOCK}: {name} comes from {entry['file_name']}"
        elif not file.is_file():
            yield f"{LOCK}: {name} needs {file.name}, which is missing"
        elif sha256(file) != entry["sha256"]:
            yield f"{LOCK}: {name} has another sha256 than {file.name}"
        missing = {canonicalize_name(need) for need in entry["depends"]} - packages.keys()
        yield from (f"{LOCK}: {name} depends on {need}, which is not there" for need in sorted(missing))
    for wheel in folder.glob("*.whl"):
        for need in requirements(wheel):
            found = packages.get(canonicalize_name(need.name), {}).get("version")
            if found and not need.specifier.contains(found, prereleases=True):
                yield f"{LOCK}: {wheel.name} needs {need}, and {found} is there"
    absent = {"tempcourse", *KERNEL, *WIDGETS} - packages.keys()
    yield from (f"{LOCK}: {name} is not there" for name in sorted(absent))


def check_fetching(lock):
    """Yield what would be fetched at the wrong time, or from the wrong place."""
    for name in closure(lock, KERNEL + WIDGETS):
        if "://" in lock["packages"][name]["file_name"]:
            yield f"{LOCK}: {name} is not in the site, and a kernel needs it to start"
    if DIGITS in closure(lock, ["tempcourse"]):
        yield f"{LOCK}: {DIGITS} is fetched with tempcourse"
    if DIGITS_MODULE not in lock["packages"][DIGITS]["imports"]:
        yield f"{LOCK}: {DIGITS} is not fetched with {DIGITS_MODULE}"


def check_notebooks(site, folder):
    """Yield which of the executed notebooks in a folder are not listed, or have lost an output."""
    listed = {file["name"]: file["size"] for file in read_json(site / "api/contents/all.json")["content"]}
    notebooks = sorted(folder.glob("*.ipynb"))
    for name in sorted(listed.keys() ^ {notebook.name for notebook in notebooks}):
        yield f"contents: {name} is {'not wanted' if name in listed else 'not listed'}"
    for notebook in notebooks:
        copy = site / "files" / notebook.name
        if not copy.is_file() or copy.stat().st_size != listed.get(notebook.name):
            yield f"files: {notebook.name} is missing, or not as long as its listing says"
        elif stored_outputs(copy) != stored_outputs(notebook):
            yield f"files: {notebook.name} has lost outputs"


def stored_outputs(notebook):
    """Return the outputs of each cell, and the state of the widgets."""
    content = nbformat.read(notebook, as_version=4)
    return [cell.get("outputs") for cell in content.cells], content.metadata.get("widgets")


def read_json(file):
    """Return what a JSON file holds."""
    return json.loads(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
