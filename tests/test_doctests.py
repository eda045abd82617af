"""The examples in the docstrings of the package run, and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import tempcourse

SUBMODULES = pkgutil.walk_packages(tempcourse.__path__, "tempcourse.")
MODULES = ["tempcourse", *(module.name for module in SUBMODULES)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_say(name):
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert results.failed == 0, f"{results.failed} of {results.attempted} examples in {name} failed"


def test_every_public_function_of_softmax_has_an_example():
    module = importlib.import_module("tempcourse.softmax")
    finder = doctest.DocTestFinder(exclude_empty=False)
    for name in module.__all__:
        (test,) = finder.find(getattr(module, name), name, module=module)
        assert test.examples, f"{name} has no example"
