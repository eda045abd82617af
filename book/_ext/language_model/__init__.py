"""Let some pages load a language model: name its loader to them, and let them compile WebAssembly.

The pages are the setting `language_model_pages`. The loader is a module; an explorable that wants it finds its address
in the page's ``<meta name="language-model">``. What it loads, `make site` puts beside the pages.
"""

from pathlib import Path

from sphinx.util.osutil import relative_uri

STATIC = Path(__file__).parent / "static"
LOADER = "_static/language_model.js"
COMPILING = "script-src 'self' blob:", "script-src 'self' blob: 'wasm-unsafe-eval'"


def add_loader(app, pagename, templatename, context, doctree):
    """Name the loader, and widen the page's policy by what it needs."""
    if pagename not in app.config.language_model_pages:
        return
    address = relative_uri(app.builder.get_target_uri(pagename), LOADER)
    context["metatags"] = context.get("metatags", "") + f'\n<meta name="language-model" content="{address}">'
    context["content_security_policy"] = context["content_security_policy"].replace(*COMPILING)


def setup(app):
    """Put the loader beside the other scripts, and its name into the pages that may use it."""
    app.add_config_value("language_model_pages", [], "html")
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(STATIC)))
    app.connect("html-page-context", add_loader, priority=900)  # after the policy is there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
