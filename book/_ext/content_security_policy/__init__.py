"""Give every page a policy that allows its own files only, and hold the pages to it.

No script and no style may stand in the text: what an author, or a page that somebody changed, put there would not run.
Explorables are modules that Python stored with the page: they are loaded from blobs, and their styles are adopted.
"""

import re
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)
POLICY = {
    "default-src": "'self'",  # Firefox fetches ahead what <link rel="next"> names, and asks this
    "script-src": "'self' blob:",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
DATA = re.compile(r'<script\b[^>]*type="application/(?!javascript)[^>]*>.*?</script>', re.DOTALL)
INLINE = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>|<style\b[^>]*>|<[a-z][^>]*?\s(?:style|on[a-z]+)=[\"'][^>]*>")
# What Sphinx's own templates write; course.css says the same.
TEMPLATES = re.compile(
    r'(<(?:table|td|img)\b[^>]*?) style="(?:width: 100%|width: 33%; vertical-align: top;|display: none)"'
)


def add_policy(app, pagename, templatename, context, doctree):
    """Hand the policy to the page's template."""
    context["content_security_policy"] = "; ".join(f"{name} {sources}" for name, sources in POLICY.items())


def find_inline(html):
    """Return what stands in a page's text and its policy forbids."""
    return INLINE.findall(DATA.sub("", html))


def hold_pages(app, error):
    """Clear the built indices of styles in the text, and warn of every page that has one."""
    if error or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        html = page.read_text(encoding="utf8")
        cleared = TEMPLATES.sub(r"\1", html)
        if cleared != html:
            page.write_text(cleared, encoding="utf8")
        for found in find_inline(cleared):
            logger.warning("%s: the pages' policy forbids %s", page.relative_to(app.outdir), found[:120])


def setup(app):
    """Put the policy into the pages."""
    app.connect("html-page-context", add_policy)
    app.connect("build-finished", hold_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
