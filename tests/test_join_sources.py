"""How an explorable's JavaScript becomes one module, and what is refused with its file and line."""

import re
from pathlib import Path

import pytest
from explorables import EXPLORABLES

from tempcourse.widgets.kit import sources
from tempcourse.widgets.kit.sources import FOLDER, join_sources

EXTENSIONS = Path(__file__).parents[1] / "book" / "_ext"
ENTRY = 'import { softmax } from "./maths/softmax.js";\n\nexport default { render: softmax };\n'
MATHS = "/** How much each. */\nexport function softmax(z) {\n  return z;\n}\n"


@pytest.fixture
def join(tmp_path, monkeypatch):
    """A function that joins files given by their texts, of which the first is the entry."""
    monkeypatch.setattr(sources, "FOLDER", tmp_path)

    def call(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return join_sources(next(iter(files)))

    return call


@pytest.mark.parametrize("name", EXPLORABLES)
def test_each_file_is_there_once_and_nothing_is_imported(name):
    source = join_sources(f"{name}.js")
    assert source.count("export default") == 1
    assert not re.search(r"^import\b|^export (?!default)|\bimport\([\"'`]", source, re.MULTILINE)
    declared = re.findall(r"^(?:async )?(?:function\*?|const|let|class) ([\w$]+)", source, re.MULTILINE)
    assert len(declared) == len(set(declared))


def test_an_explorable_carries_only_what_it_uses():
    lab, question = join_sources("decoding_lab.js"), join_sources("quiz.js")
    assert "top_k(" in lab and "metropolis" not in lab.lower()
    assert "barChart" in join_sources("explore_softmax.js") and "barChart" not in question


def test_what_is_needed_comes_first_and_comments_stay_behind(join):
    assert join({"view.js": ENTRY, "maths/softmax.js": MATHS}) == (
        "function softmax(z) {\n  return z;\n}\n\nexport default { render: softmax };\n"
    )


def test_what_two_files_need_is_there_once(join):
    files = {
        "view.js": 'import { a } from "./a.js";\nimport { b } from "./b.js";\nexport default [a, b];\n',
        "a.js": 'import { c } from "./c.js";\nexport const a = c;\n',
        "b.js": 'import {\n  c,\n} from "./c.js";\nexport const b = c;\n',
        "c.js": "export const c = 1;\n",
    }
    assert re.findall(r"const (\w)", join(files)) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("softmax }", "softmax as s }", "view.js:1: an import keeps its name, got 'softmax as s'"),
        ('js";', 'js"', 'view.js:1: cannot be joined: import { softmax } from "./maths/softmax.js"'),
        ("import { softmax }", "import * as maths", "view.js:1: cannot be joined: import * as maths"),
        ("import { softmax }", "import softmax", "view.js:1: cannot be joined: import softmax"),
        ("import { softmax } from ", "import ", "view.js:1: cannot be joined: import "),
        ("./maths/", "maths/", "view.js:1: cannot be joined: import { softmax }"),
        ("maths/softmax", "maths/sofmax", "view.js:1: there is no file maths/sofmax.js"),
        ("{ softmax }", "{ softmax, argmax }", "view.js:1: maths/softmax.js exports no argmax"),
        ("\n\n", "\n\nconst softmax = 1;\n", "view.js:3: softmax is declared a second time, after maths/softmax.js:2"),
        ("\n\n", "\n\nconst one = 1, two = 2;\n", "view.js:3: cannot be joined: const one = 1, two = 2;"),
        ("\n\n", '\n\nconst lazy = await import("./a.js");\n', "view.js:3: cannot be joined: const lazy = await"),
        ("\n\n", "\n\nlet begun = false;\nbegun = true;\n", "view.js:4: cannot be joined: begun = true;"),
        ("\n\n", "\n\nfunction f() {}\nexport { f };\n", "view.js:4: cannot be joined: export { f };"),
        ("\n\n", '\n\nexport * from "./a.js";\n', "view.js:3: cannot be joined: export * from"),
    ],
)
def test_what_cannot_be_joined_is_refused_with_its_place(join, old, new, words):
    assert old in ENTRY
    with pytest.raises(ValueError, match=re.escape(words)):
        join({"view.js": ENTRY.replace(old, new, 1), "maths/softmax.js": MATHS})


def test_only_the_entry_has_a_default(join):
    with pytest.raises(ValueError, match=re.escape("maths/softmax.js:5: cannot be joined: export default softmax;")):
        join({"view.js": ENTRY, "maths/softmax.js": MATHS + "export default softmax;\n"})


def test_a_circle_is_named(join):
    circle = {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\nexport const b = 1;\n'}
    with pytest.raises(ValueError, match=re.escape("b.js:1: imports in a circle, a.js → b.js → a.js")):
        join(circle)


def test_no_file_is_left_that_no_explorable_and_no_page_uses():
    entries = [*(FOLDER / f"{name}.js" for name in EXPLORABLES), *EXTENSIONS.glob("*/*.js")]
    used = {path for entry in entries for path in _needed(entry)}
    assert set(FOLDER.rglob("*.js")) <= used


def _needed(path):
    """Return a file and all that it imports."""
    imports = re.findall(r'from "(\.[^"]+)";', path.read_text(encoding="utf-8"))
    return {path, *(file for name in imports for file in _needed((path.parent / name).resolve()))}
