"""The page on the package: each public module, and of each all that is public."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import tempcourse

PAGE = (Path(__file__).parent.parent / "book/api.md").read_text(encoding="utf8")
# From a module's name to the options of its section.
SECTIONS = {
    name: dict(re.findall(r"^   :([\w-]+): *(.*)$", options, re.MULTILINE))
    for name, options in re.findall(r"^\.\. automodule:: (\S+)\n((?:   :.*\n)*)", PAGE, re.MULTILINE)
}
MODULES = [f"tempcourse.{module.name}" for module in pkgutil.iter_modules(tempcourse.__path__) if module.name[0] != "_"]


def names(option):
    """Return the names that an option lists."""
    return set(option.replace(",", " ").split())


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_on_the_page(name):
    assert "members" in SECTIONS.get(name, ()), f"book/api.md has no section on {name} and its members"
    public = set(importlib.import_module(name).__all__)
    named, left_out = (names(SECTIONS[name].get(option, "")) for option in ("members", "exclude-members"))
    missing = public - ((named or public) - left_out)
    assert not missing, f"book/api.md does not show {', '.join(sorted(missing))} of {name}"


def test_every_section_is_on_a_module_that_there_is():
    assert set(SECTIONS) == set(MODULES)
