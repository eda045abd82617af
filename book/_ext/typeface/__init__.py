"""Ship the faces that the pages are set in, cut down to the letters that they use.

Source Serif carries the text, Source Sans the labels, DejaVu Sans Mono the code. All three come from packages; the
subsets keep the fonts' copyright and licence, and not their names, which are reserved for the whole fonts.
"""

import re
from html import unescape
from importlib.resources import files
from pathlib import Path

import matplotlib
from fontTools import subset

FACES = {
    "text": files("font_source_serif_pro") / "files" / "SourceSerifPro-Regular.ttf",
    "text-italic": files("font_source_serif_pro") / "files" / "SourceSerifPro-It.ttf",
    "text-strong": files("font_source_serif_pro") / "files" / "SourceSerifPro-Semibold.ttf",
    "label": files("font_source_sans_pro") / "files" / "SourceSansPro-Regular.ttf",
    "label-strong": files("font_source_sans_pro") / "files" / "SourceSansPro-Semibold.ttf",
    "code": Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSansMono.ttf"),
}
STYLE = "typeface.css"
FEATURES = ["kern", "liga", "lnum", "tnum", "pnum"]
COPYRIGHT_AND_LICENCE = [0, 13, 14]
MATHEMATICS = re.compile(r"<math\b.*?</math>", re.DOTALL)  # has a font of its own


def letters_of(folder):
    """Return the letters that the pages show, those that their scripts may write among them."""
    pages = "".join(MATHEMATICS.sub("", page.read_text(encoding="utf8")) for page in Path(folder).rglob("*.html"))
    # What a script writes stands in the pages' widget states as JSON, with escapes.
    escaped = {chr(int(code, 16)) for code in re.findall(r"\\u([0-9a-f]{4})", pages)}
    return {letter for letter in set(unescape(pages)) | escaped if letter.isprintable()}


def cut(source, letters, target):
    """Write as WOFF2 what of a font the letters need."""
    options = subset.Options(
        flavor="woff2", hinting=False, layout_features=FEATURES, name_IDs=COPYRIGHT_AND_LICENCE, drop_tables=["FFTM"]
    )
    with source.open("rb") as file:
        font = subset.load_font(file, options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(letters))
        subsetter.subset(font)
        subset.save_font(font, str(target), options)


def write_faces(app, error):
    """Write the subsets beside the style sheet that asks for them."""
    if error or app.builder.format != "html":
        return
    letters = letters_of(app.outdir)
    for name, source in FACES.items():
        cut(source, letters, Path(app.outdir, "_static", f"{name}.woff2"))


def setup(app):
    """Register the style sheet, after the theme's, and the fonts."""
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(Path(__file__).parent / "static")))
    app.add_css_file(STYLE, priority=850)
    app.connect("build-finished", write_faces)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
