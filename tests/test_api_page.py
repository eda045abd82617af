"""The page on the package: each public module, and of each all that is public."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import tempcourse

PAGE = (Path(__file__).parent.parent / "book/api.md").read_text(encoding="utf8")
# From a module's name to the members that its section names; none named are all.
SECTIONS = dict(re.findall(r"^\.\. automodule:: (\S+)\n   :members:(.*)$", PAGE, re.MULTILINE))
MODULES = [f"tempcourse.{module.name}" for module in pkgutil.iter_modules(tempcourse.__path__) if module.name[0] != "_"]


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_on_the_page(name):
    assert name in SECTIONS, f"book/api.md has no section on {name}"
    named = SECTIONS[name].replace(",", " ").split()
    missing = set(importlib.import_module(name).__all__) - set(named) if named else set()
    assert not missing, f"book/api.md does not name {', '.join(sorted(missing))} of {name}"


def test_every_section_is_on_a_module_that_there_is():
    assert set(SECTIONS) == set(MODULES)
