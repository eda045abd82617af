"""JavaScript files of the explorables, joined into one module.

A widget's module is loaded from a blob, where a relative import finds nothing. So a file and all that it imports are
joined, each once and after what it needs; imports between them and their ``export`` words go, and one scope is left.
Comments that fill their lines stay behind, which are a quarter of what a page would fetch. What cannot be joined so is
refused, with its file and line.

Files are read line by line, as a formatter leaves them: what begins in the first column is at the top level.
"""

import functools
import os
import re
from pathlib import Path

FOLDER = Path(__file__).parents[1]

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_IMPORT = re.compile(r'^import\s*\{([^{}]*)\}\s*from\s*"(\.{1,2}/[\w./-]+)";[ \t]*$', re.MULTILINE)
# One name, or a pattern of names.
_DECLARATION = re.compile(r"(?:export )?(?:const|let|class|(?:async )?function\*?) ([\w$]+|[\[{][^=]*[\]}](?= = ))")
_DEFAULT = re.compile(r"export (default) ")
_EXPORT = re.compile(r"^export (?!default )")
# Anything else at the top level, and an import or export that is not.
_OTHER = re.compile(r"[\w$]|\s+(?:import|export)\b")
# What is imported while the module runs, from a place that would have to be found from a blob.
_LATE = re.compile(r"""(?!\s*(?:\*|//|/\*)).*\bimport\s*(?:\(\s*["'`]|\.)""")
# Strings, brackets with none inside, and comments: what may hold a comma that ends no declaration.
_INNER = re.compile(r""""[^"]*"|'[^']*'|`[^`]*(?:`|$)|\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}| // .*""")

_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*(?s:.*?)\*/)\n", re.MULTILINE)
_BLANK = re.compile(r"\n{3,}")


def join_sources(entry):
    """Return one ES module made of a JavaScript file and of all that it imports.

    Parameters
    ----------
    entry : str
        A file's name in the folder of the explorables. It alone may have an ``export default``.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        With file and line, for what cannot be joined: an import that renames, or is of another kind than
        ``import { name } from "./file.js";``; one of a missing file, of a name that is not exported there, or in a
        circle; a name that is declared at the top level of two files; and any other statement there that is not a
        declaration of its own.
    """
    parts, declared = {}, {}

    def collect(path, importers):
        source = _read(path)
        for place, names, needed in _imports(path, source):
            if needed in (chain := (*importers, path)):
                raise ValueError(f"{place}: imports in a circle, {' → '.join(map(_short, (*chain, needed)))}")
            if not needed.is_file():
                raise ValueError(f"{place}: there is no file {_short(needed)}")
            if needed not in parts:
                collect(needed, chain)
            for name in names:
                if not re.search(rf"^export (?:async )?[\w*]+ {re.escape(name)}\b", _read(needed), re.MULTILINE):
                    raise ValueError(f"{place}: {_short(needed)} exports no {name}")
        parts[path] = _joinable(path, source, declared, is_entry=not importers)

    collect(FOLDER / entry, ())
    return "\n\n".join(parts.values()) + "\n"


@functools.cache
def join_styles():
    """Return one style sheet for all explorables: what they share, and then each one's own.

    A page carries each text once, however many views have it. The shared part is most of it, so a sheet for each
    explorable would make all pages heavier that have more than one kind.
    """
    return "\n".join(map(_read, [FOLDER / "kit" / "kit.css", *sorted(FOLDER.glob("*.css"))]))


@functools.cache
def _read(path):
    return path.read_text(encoding="utf-8")


def _short(path):
    return Path(os.path.relpath(path, FOLDER)).as_posix()


def _imports(path, source):
    """Yield place, names and file of each import."""
    for found in _IMPORT.finditer(source):
        place = f"{_short(path)}:{source.count(chr(10), 0, found.start()) + 1}"
        names = [name.strip() for name in found[1].split(",") if name.strip()]
        for name in names:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{place}: an import keeps its name, got {name!r}")
        yield place, names, (path.parent / found[2]).resolve()


def _joinable(path, source, declared, is_entry):
    """Return a source without imports and ``export`` words; add its names to `declared`, with their places."""
    lines = []
    for number, line in enumerate(_IMPORT.sub(lambda found: "\n" * found[0].count("\n"), source).split("\n"), 1):
        place = f"{_short(path)}:{number}"
        declaration = _DECLARATION.match(line) or (is_entry and _DEFAULT.match(line))
        several = declaration and "," in _outer(line[declaration.end() :])
        if several or _LATE.match(line) or (not declaration and _OTHER.match(line)):
            raise ValueError(f"{place}: cannot be joined: {line.strip()}")
        for name in _NAME.findall(declaration[1]) if declaration else ():
            if name in declared:
                raise ValueError(f"{place}: {name} is declared a second time, after {declared[name]}")
            declared[name] = place
        lines.append(_EXPORT.sub("", line))
    return _BLANK.sub("\n\n", _COMMENT.sub("", "\n".join(lines))).strip()


def _outer(text):
    """Return text without what may hold a comma that ends no declaration."""
    while (shorter := _INNER.sub("", text)) != text:
        text = shorter
    return text
