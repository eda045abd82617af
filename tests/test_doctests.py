"""The examples in the docstrings of the package run, and print what they say."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import tempcourse

SUBMODULES = pkgutil.walk_packages(tempcourse.__path__, "tempcourse.")
MODULES = ["tempcourse", *(module.name for module in SUBMODULES)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_say(name):
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert results.failed == 0, f"{results.failed} of {results.attempted} examples in {name} failed"


@pytest.mark.parametrize(
    "name",
    ["softmax", "boltzmann", "distillation", "language", "decoding", "exploration", "calibration"],
)
def test_every_public_function_has_an_example(name):
    module = importlib.import_module(f"tempcourse.{name}")
    finder = doctest.DocTestFinder(exclude_empty=False)
    for public in filter(inspect.isfunction, map(vars(module).get, module.__all__)):
        (test,) = finder.find(public, public.__name__, module=module)
        assert test.examples, f"{test.name} has no example"
