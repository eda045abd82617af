"""Run a chapter's cells as a notebook does: one namespace, the last expression shown, figures and errors as data.

This file is Python in the reader's page: `live_python_worker.js` runs it in Pyodide, before the first cell.
"""

import ast
import base64
import io
import linecache
import os
import symtable
import sys
import traceback

os.environ["MPLBACKEND"] = "agg"  # figures are taken as pictures when a cell ends

# What an error means for whoever wrote the cell; the base classes come last.
WORDS = {
    ModuleNotFoundError: "A package is missing: it was not fetched, or its name is mistyped.",
    NameError: "Python does not know this name here: it is mistyped, or the cell that makes it has not run.",
    IndentationError: "The lines do not begin where Python expects them: four spaces belong after a line with a colon.",
    SyntaxError: "Python cannot read this line, or the one before it: look for a bracket, a quote or a colon.",
    IndexError: "There are fewer entries than this index asks for; the first is 0.",
    KeyError: "There is no such key.",
    AttributeError: "What stands before the dot has nothing of this name.",
    ZeroDivisionError: "Something was divided by 0.",
    AssertionError: "Something that was claimed does not hold.",
    RecursionError: "A function calls itself without an end.",
    TypeError: "Something is of another kind than was needed here, or a call has too many or too few arguments.",
    ValueError: "A value is not one of those that are allowed here.",
}
PLAIN = "text/plain"
MOST = 100_000  # characters of a value that are shown

namespace = {"__name__": "__main__", "__builtins__": __builtins__}


def run_cell(source, name, show):
    """Run a cell, and hand `show` what it displays, by MIME type; with None nothing is drawn.

    Return None, or of what went wrong its "name", "message" and "words", the cell's "line" (or None) and its "code".
    """
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    try:
        tree = ast.parse(source, name)
        last = tree.body[-1] if tree.body else None
        is_shown = isinstance(last, ast.Expr) and not source.rstrip().endswith(";")
        if is_shown:
            tree.body.pop()
        exec(compile(tree, name, "exec"), namespace)
        if is_shown:
            value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
            if show and value is not None and not is_drawing(value):
                show(bundle_of(value))
        show_figures(show)
    except BaseException as error:  # SystemExit and KeyboardInterrupt too: the page goes on
        return complaint(error, name)
    finally:
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")  # those too that an error left behind
        sys.stdout.flush()
        sys.stderr.flush()
    return None


def is_drawing(value):
    """Tell whether a value is matplotlib's, which shows itself as a figure."""
    return type(value).__module__.startswith("matplotlib.")


def bundle_of(value):
    """Return a value's picture and its text."""
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {}
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    text = bundle.get(PLAIN) or repr(value)
    short = text if len(text) <= MOST else f"{text[:MOST]}… (and more)"
    return {PLAIN: short} | {kind: bundle[kind] for kind in bundle.keys() & {"image/png"}}


def show_figures(show):
    """Show the figures that are open."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot and show else ():
        file = io.BytesIO()
        pyplot.figure(number).savefig(file, format="png", bbox_inches="tight")
        show({"image/png": base64.b64encode(file.getvalue()).decode("ascii")})


def complaint(error, name):
    """Return what went wrong, with the last line of this cell that was being run."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    if isinstance(error, SyntaxError) and error.filename == name:
        lines = [error.lineno]
    code = linecache.getline(name, lines[-1]).strip() if lines else ""
    words = next((words for kind, words in WORDS.items() if isinstance(error, kind)), "")
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    line = lines[-1] if lines else None
    return {"name": type(error).__name__, "message": message[:MOST], "words": words, "line": line, "code": code}


def needed_cells(sources):
    """Return which of some cells the last one leans on, as indices in order.

    It leans on each that binds or changes a name which it uses, or which a cell that it leans on uses; and, since every
    draw changes what the next will be, on each that uses a random generator which is used later.
    """
    *before, last = map(names_of, sources)
    generators = set().union(*(generators for _, _, generators in before))
    wanted, found = last[1], set()
    while True:  # a function may use what is bound after it
        new = {i for i, (bound, used, _) in enumerate(before) if bound & wanted or used & wanted & generators} - found
        if not new:
            return sorted(found)
        found |= new
        wanted = wanted.union(*(before[i][1] for i in new))


def names_of(source):
    """Return the names that a cell binds or changes a part of, those that it uses, and its random generators."""
    try:
        table, tree = symtable.symtable(source, "cell", "exec"), ast.parse(source)
    except (SyntaxError, ValueError):
        return set(), set(), set()
    bound = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    generators = set()
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value, _, ast.Store()) | ast.Attribute(value, _, ast.Store()):
                bound.update(part.id for part in ast.walk(value) if isinstance(part, ast.Name))
            case ast.Assign([ast.Name(name)], ast.Call(maker)) if ast.unparse(maker).endswith("default_rng"):
                generators.add(name)
    return bound, globals_used(table), generators


def globals_used(table):
    """Return the names of the module that a table of symbols uses, in its functions too."""
    is_module = table.get_type() == "module"
    used = (symbol for symbol in table.get_symbols() if symbol.is_referenced() and (is_module or symbol.is_global()))
    return {symbol.get_name() for symbol in used}.union(*map(globals_used, table.get_children()))
