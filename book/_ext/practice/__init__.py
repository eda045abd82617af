"""Let a reader practise where they read: a field beside each exercise whose answer is a value, and how far they are.

Each page has one script, joined from the modules here and those of the explorables that they share, with what there is
to answer in all chapters. A chapter's page carries what its values are judged by (`tempcourse.checks.export`), written
so that no answer can be read in the page's source at a glance. What is answered is kept by the reader's browser
(`widgets/kit/record.js`). Without the script nothing is missing, and the notebooks need none of it.
"""

import json
import re
from pathlib import Path

from docutils import nodes

from tempcourse.checks import EXERCISES
from tempcourse.checks.export import exported
from tempcourse.widgets.kit.sources import join_sources
from tempcourse.widgets.review import questions_in

HERE = Path(__file__).parent
SCRIPT = "practice.js"
CHECK = re.compile(r'check\("(\d+\.\d+)", answer_')
# Each letter changes places with the one 13 further on, and each digit with the one 5 further on.
PLAIN = "AZ", "az", "09"
VEIL = {
    ord(first) + i: ord(first) + (i + count // 2) % count
    for first, last in PLAIN
    for count in [ord(last) - ord(first) + 1]
    for i in range(count)
}
# Revealed where Python is beside the pages, so that a function can be done there.
SITE = '<div class="site-only" hidden data-practice></div>\n'


def numbers_in(document):
    """Return the numbers of the exercises that a page checks, in order."""
    blocks = (block.astext() for block in document.findall(nodes.literal_block))
    return [match[1] for text in blocks if (match := CHECK.match(text))]


def veiled(numbers):
    """Return what exercises are judged by, as text that says nothing to the eye; null where only Python can."""
    data = {number: exported(EXERCISES[number]) for number in numbers}
    return json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", r"\u003c").translate(VEIL)


def add_data(app, pagename, templatename, context, doctree):
    """Let a page know whether it is part of the whole site, and give a chapter's what it judges by."""
    context["body"] = context.get("body", "") + SITE
    if doctree is not None and (numbers := numbers_in(doctree)):
        context["body"] += f'<script type="application/vnd.tempcourse.exercises">{veiled(numbers)}</script>\n'


def chapters_in(folder):
    """Return of each chapter its number, its page, and the names of its quizzes, its exercises and its functions.

    The exercises are those that a page judges by itself; the functions want Python.
    """
    chapters = {}
    for question in questions_in(folder):
        number = question["chapter"]
        if number not in chapters:
            own = [name for name in EXERCISES if name.startswith(f"{number}.")]
            values = [name for name in own if exported(EXERCISES[name])]
            parts = {"quizzes": [], "exercises": values, "functions": [name for name in own if name not in values]}
            chapters[number] = {"number": number, "page": f"notebooks/{question['page']}.html"} | parts
        chapters[number]["quizzes"].append(question["anchor"])
    return list(chapters.values())


def write_script(app, error):
    """Write the script with what there is to answer: no module, since from a disk a browser loads none."""
    if not error and app.builder.format == "html":
        source = join_sources(HERE / SCRIPT).replace("export default ", "return ")
        chapters = json.dumps(chapters_in(Path(app.srcdir, "notebooks")), separators=(",", ":"))
        Path(app.outdir, "_static", SCRIPT).write_text(f"(() => {{\n{source}}})()({chapters});\n", encoding="utf8")


def setup(app):
    """Tie the extension to Sphinx."""
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(HERE / "static")))
    app.add_js_file(SCRIPT, loading_method="defer")
    app.add_css_file("practice.css")
    app.connect("html-page-context", add_data)
    app.connect("build-finished", write_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
