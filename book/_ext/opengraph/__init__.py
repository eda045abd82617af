"""Tell search engines and whoever is sent a link what a page is.

Each page gets a description (a chapter's is its question), Open Graph tags and a preview picture. Where the site's
address is known, it also gets its canonical address, and the site a sitemap. The root's page, which people share
most, leads on to the first page and carries that page's tags. `404.html` stands in for pages that are not there.
"""

import os
import re
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

LABEL = "The question."
LENGTH = 200  # characters of a description that are shown in most places
DESCRIPTION = re.compile(r'<meta [^>]*name="description"[^>]*>\n?')
ROOT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={home}">
<title>{title}</title>
{tags}
</head>
<body>
<p><a href="{home}">{title}</a></p>
</body>
</html>
"""
SITEMAP = """<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{urls}
</urlset>
"""
ROBOTS = """User-agent: *
Allow: /
Sitemap: {site}sitemap.xml
"""
NOT_FOUND = """<section>
<h1>There is no such page</h1>
<p>The address may be mistyped, or the page has moved. The whole course is in the list of chapters,
and <a href="{home}">its first page</a> says what each of them asks.</p>
</section>
"""


def find_site(environ):
    """Return the address at which the book is published, with a slash at its end, or None where it is unknown.

    Parameters
    ----------
    environ : mapping of str to str
        The build's environment variables: SITE_URL, or else what GitHub Actions says of the repository, whose Pages
        have a fixed address.

    Raises
    ------
    ExtensionError
        Where SITE_URL is set, and is not an address.

    Examples
    --------
    >>> find_site({"GITHUB_REPOSITORY": "Owner/name"})
    'https://owner.github.io/name/'
    """
    if site := environ.get("SITE_URL"):
        parts = urlsplit(site)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ExtensionError(f"SITE_URL must be an address such as https://example.org/book/, got {site!r}")
        return site.rstrip("/") + "/"
    owner, _, name = environ.get("GITHUB_REPOSITORY", "").partition("/")
    if not name or environ.get("GITHUB_SERVER_URL", "https://github.com") != "https://github.com":
        return None
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def description(doctree):
    """Return what a page is about: its own description, or a chapter's question, or the first sentences."""
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description":
            return meta["content"]
    paragraph = doctree.next_node(nodes.paragraph)
    text = " ".join(paragraph.astext().split()).removeprefix(LABEL).strip() if paragraph else ""
    first, *others = re.split(r"(?<=[.?!]) (?=[A-Z])", text)
    for sentence in others:
        if len(f"{first} {sentence}") > LENGTH:
            break
        first += f" {sentence}"
    return first


def tags(app, docname, doctree, place):
    """Return a page's tags as HTML, for a file at the path `place` of the site."""
    config, site = app.config, app.config.html_baseurl
    image = f"_static/{Path(config.opengraph_image).name}"
    properties = {
        "og:type": "website",
        "og:site_name": config.html_title,
        "og:title": app.env.titles[docname].astext(),
        "og:description": description(doctree),
        "og:image": f"{site}{image}" if site else relative_uri(place, image),
        "og:image:alt": config.opengraph_image_alt,
    }
    if site:
        properties["og:url"] = site + app.builder.get_target_uri(docname)
    names = {"description": properties["og:description"], "twitter:card": "summary_large_image"}
    return "\n".join(
        f'<meta {kind}="{name}" content="{escape(content)}">'
        for kind, pairs in (("property", properties), ("name", names))
        for name, content in pairs.items()
    )


def add_tags(app, pagename, templatename, context, doctree):
    """Put the tags into a page's head."""
    if doctree:
        own = DESCRIPTION.sub("", context["metatags"])  # which is among the tags
        context["metatags"] = own + tags(app, pagename, doctree, app.builder.get_target_uri(pagename))


def not_found(app):
    """Yield the page for addresses that lead nowhere.

    A host shows it at any depth, so that its links start from the site's root.
    """
    root = urlsplit(app.config.html_baseurl or "/").path
    context = {
        "title": "There is no such page",
        "body": NOT_FOUND.format(home=app.builder.get_target_uri(app.config.root_doc)),
        "metatags": f'<meta name="robots" content="noindex">\n<base href="{escape(root)}">',
        "pageurl": None,  # no canonical address
    }
    yield "404", context, "page.html"


def write_root_page(app, error):
    """Lead from the site's root to the first page, in place of the bare redirect that the builder writes."""
    docname = app.config.root_doc
    if error or app.builder.name != "html" or docname == "index":
        return
    home = app.builder.get_target_uri(docname)
    head = tags(app, docname, app.env.get_doctree(docname), "index.html")
    if site := app.config.html_baseurl:
        head += f'\n<link rel="canonical" href="{escape(site + home)}">'
    page = ROOT.format(home=home, title=escape(app.env.titles[docname].astext()), tags=head)
    Path(app.outdir, "index.html").write_text(page, encoding="utf8")


def write_sitemap(app, error):
    """List the pages with their whole addresses, where the site's is known."""
    site = app.config.html_baseurl
    if error or app.builder.name != "html" or not site:
        return
    pages = sorted(site + app.builder.get_target_uri(docname) for docname in app.env.found_docs)
    urls = "\n".join(f"<url><loc>{escape(page)}</loc></url>" for page in pages)
    Path(app.outdir, "sitemap.xml").write_text(SITEMAP.format(urls=urls), encoding="utf8")
    Path(app.outdir, "robots.txt").write_text(ROBOTS.format(site=site), encoding="utf8")


def configure(app, config):
    """Tell Sphinx the site's address, from which it makes the canonical ones."""
    config.html_baseurl = find_site(os.environ) or ""


def add_image(app):
    """Have the preview picture copied to the other files of the site."""
    image = Path(app.srcdir, app.config.opengraph_image)
    if not image.is_file():
        raise ExtensionError(f"opengraph_image must be a picture in the course, got {app.config.opengraph_image!r}")
    app.config.html_static_path.append(str(image))


def setup(app):
    """Add the tags to each page, and the files beside the pages."""
    app.add_config_value("opengraph_image", "", "html", str)  # 1200 by 630 pixels
    app.add_config_value("opengraph_image_alt", "", "html", str)
    app.connect("config-inited", configure)
    app.connect("builder-inited", add_image)
    app.connect("html-page-context", add_tags)
    app.connect("html-collect-pages", not_found)
    app.connect("build-finished", write_root_page, priority=900)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
