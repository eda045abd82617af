"""Keep of the style sheets what can match something on the built pages.

A theme's style sheets are for all that it could show; more than half of their bytes are for what this book has not.
A rule goes where one of its classes or ids is a word of no page and of no script.
"""

import re
from pathlib import Path

import tinycss2

NAME = re.compile(r"[.#](-?[_a-zA-Z][\w-]*)")
ESCAPED = re.compile(r"\\.")
NEGATED = re.compile(r":not\([^()]*\)")  # matches also where the name is nowhere
GROUPS = {"media", "supports"}


def words_of(folder):
    """Return all words of the pages and scripts in a folder: what a class or an id can be called."""
    files = (file for kind in ("*.html", "*.js") for file in Path(folder).rglob(kind) if file.name != "searchindex.js")
    return {word for file in files for word in re.findall(r"[\w-]+", file.read_text(encoding="utf8"))}


def can_match(selector, words):
    """Return whether all classes and ids of a selector are among the words."""
    return words.issuperset(NAME.findall(ESCAPED.sub(" ", NEGATED.sub("", selector))))


def selectors(prelude):
    """Yield the selectors of a rule, which commas part."""
    start = 0
    for at, token in enumerate([*prelude, None]):
        if token is None or token == ",":
            yield tinycss2.serialize(prelude[start:at]).strip()
            start = at + 1


def used_rules(rules, words):
    """Return the text of the rules that can match."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            if chosen := [one for one in selectors(rule.prelude) if can_match(one, words)]:
                kept.append(f"{','.join(chosen)}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPS:
            inner = used_rules(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), words)
            if inner:
                kept.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}")
        else:
            kept.append(rule.serialize())
    return "\n".join(kept)


def trim_styles(app, error):
    """Trim every style sheet of the built book."""
    if error or app.builder.format != "html":
        return
    words = words_of(app.outdir)
    for sheet in Path(app.outdir).rglob("*.css"):
        rules = tinycss2.parse_stylesheet(sheet.read_text(encoding="utf8"), skip_comments=True, skip_whitespace=True)
        sheet.write_text(used_rules(rules, words), encoding="utf8")
