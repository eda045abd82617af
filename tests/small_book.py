"""Build a book of a page or two, quickly, to try one extension."""

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

# What says where a book comes from and goes to: a test sets its own.
VARIABLES = (
    "REPOSITORY_URL",
    "GITHUB_SERVER_URL",
    "GITHUB_REPOSITORY",
    "CI_PROJECT_URL",
    "READTHEDOCS_GIT_CLONE_URL",
    "SITE_URL",
)


def build_book(folder, monkeypatch, environ, **settings):
    """Build the pages in `folder/source`, without a warning, and return the folder that holds them built."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    warnings = folder / "warnings"
    with docutils_namespace(), warnings.open("w", encoding="utf8") as stream:
        places = (folder / "source", None, folder / "html", folder / "trees")
        Sphinx(*places, "html", {"html_theme": "basic", **settings}, status=None, warning=stream).build()
    said = warnings.read_text(encoding="utf8")
    assert not said, said
    return folder / "html"
