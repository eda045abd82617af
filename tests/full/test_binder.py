"""What Binder makes of the root files: repo2docker's Dockerfile, and its steps in an environment like its image."""

import os
import re
import shlex
import subprocess

import lab
import pytest
from environments import ROOT, UV, copy_checkout, make_environment, outside, run
from fetch_model import is_whole

PYTHON = "3.11"
TOOL = [*UV, "tool", "run", "--quiet", "--from", "jupyter-repo2docker==2026.4.0"]
# What the image holds of Jupyter before our files come, in the versions that repo2docker locks.
LOCKED = f"""from importlib.resources import files
print((files("repo2docker") / "buildpacks/conda/environment.py-{PYTHON}-linux-64.lock").read_text())"""
BASE = ["ipywidgets", "jupyterhub-base", "jupyterlab", "notebook"]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A clean copy of the checkout."""
    return copy_checkout(tmp_path_factory.mktemp("binder") / "checkout")


@pytest.fixture(scope="module")
def dockerfile(checkout):
    """What repo2docker would build, without building it."""
    command = [*TOOL, "jupyter-repo2docker", "--no-build", "--debug", "."]
    return run(*command, folder=checkout, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def installs(dockerfile):
    """The arguments of each `pip install` in the Dockerfile."""
    return [shlex.split(line) for line in re.findall(r"^RUN \S+/bin/pip install (.*)$", dockerfile, re.MULTILINE)]


@pytest.fixture(scope="module")
def image(checkout, installs, tmp_path_factory):
    """The Python of an environment that went through the image's steps."""
    lock = run(*TOOL, "python", "-c", LOCKED, folder=checkout, capture_output=True, text=True).stdout
    base = [f"{name}=={re.search(rf'/{name}-([0-9.]+)-', lock)[1]}".replace("-base", "") for name in BASE]
    python = make_environment(tmp_path_factory.mktemp("image") / "env", *base)
    for arguments in installs:
        run(*UV, "pip", "install", "--quiet", "--python", python, *arguments, folder=checkout)
    return python


def test_python_is_the_one_of_runtime_txt(dockerfile):
    assert (ROOT / "runtime.txt").read_text().strip() == f"python-{PYTHON}"
    # File names are quoted: "." is -2e, "-" is -2d.
    assert f"environment.py-{PYTHON}-linux".replace("-", "-2d").replace(".", "-2e") in dockerfile


def test_pins_and_package_are_installed_in_this_order(installs):
    assert installs == [["--no-cache-dir", "-r", "requirements.txt"], ["--no-cache-dir", "."]]


def test_the_model_is_fetched(dockerfile, image, checkout, tmp_path):
    assert "RUN ./postBuild" in dockerfile
    path = f"{image.parent}{os.pathsep}{os.environ['PATH']}"
    variables = outside() | {"PATH": path, "TEMPCOURSE_MODEL": str(tmp_path / "model.gguf")}
    subprocess.run(["./postBuild"], cwd=checkout, env=variables, check=True)
    assert is_whole(tmp_path / "model.gguf")


def test_notebooks_find_the_package(image, checkout):
    command = [image, "-c", "import tempcourse; print(tempcourse.__file__)"]
    found = run(*command, folder=checkout / "notebooks", capture_output=True, text=True).stdout
    assert found.startswith(str(image.parents[1]))


def test_chapter_is_live(browser, image, tmp_path):
    with lab.start(image, tmp_path) as address, browser.new_page() as page:
        lab.try_chapter(page, address, lab.CHAPTERS[0])
