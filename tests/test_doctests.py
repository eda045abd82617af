"""The examples in the docstrings of the package run, and print what they say."""

import doctest
import importlib
import inspect
import pkgutil
import re

import pytest

import tempcourse

SUBMODULES = pkgutil.walk_packages(tempcourse.__path__, "tempcourse.")
MODULES = ["tempcourse", *(module.name for module in SUBMODULES)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_say(name):
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert results.failed == 0, f"{results.failed} of {results.attempted} examples in {name} failed"


# All that compute: a drawing is seen in the chapters, and so are the explorables.
COMPUTING = [name for name in MODULES if re.fullmatch(r"tempcourse\.(?!plots|widgets|_)\w+", name)]


@pytest.mark.parametrize("name", COMPUTING)
def test_every_public_function_has_an_example(name):
    module = importlib.import_module(name)
    finder = doctest.DocTestFinder(exclude_empty=False)
    for public in filter(inspect.isfunction, map(vars(module).get, module.__all__)):
        (test,) = finder.find(public, public.__name__, module=module)
        assert test.examples, f"{test.name} has no example"
