"""An environment made as the README says, and each chapter in the JupyterLab that it holds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import lab
import pytest
from environments import ROOT, copy_checkout, outside


def commands():
    """Return the README's commands for those who have no make."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if "requirements.txt" in block)
    return block.strip().splitlines()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of the JupyterLab of a fresh environment."""
    checkout = copy_checkout(tmp_path_factory.mktemp("fresh") / "checkout")
    *_, last = commands()
    assert last == ".venv/bin/jupyter lab notebooks"
    installing = [line for line in commands() if " -m venv " in line or " pip install " in line]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where `python` is this one
    subprocess.run(["bash", "-exc", "\n".join(installing)], cwd=checkout, env=outside() | {"PATH": path}, check=True)
    with lab.start(checkout / ".venv" / "bin" / "python", tmp_path_factory.mktemp("lab")) as address:
        yield address


@pytest.mark.parametrize("chapter", lab.CHAPTERS, ids=lambda path: path.stem)
def test_chapter_is_live(browser, address, chapter):
    with browser.new_page(viewport={"width": 1300, "height": 1000}) as page:
        lab.try_chapter(page, address, chapter)


def test_chapters_show_every_explorable():
    """But for the converter, which is for people at work: it is on the page on tuning."""
    shown = {name for chapter in lab.CHAPTERS for name in lab.calls(chapter)}
    assert set(lab.EXPLORABLES) - shown == {"settings_converter"}
