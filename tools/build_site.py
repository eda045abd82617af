"""Put together the site that is published: the pages, the PDF, the package's wheel, and what a host needs.

The pages are copied from where `make book` put them, and what in them is true of the whole site only is revealed.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

HIDDEN = 'class="site-only" hidden'
SHOWN = 'class="site-only"'
SIZE = re.compile(r'<span data-size-of="([^"]+)"></span>')
PDF = "temperature.pdf"


def reveal(page, site):
    """Return a page's HTML with the parts that only the whole site has, and the sizes of the files it links."""

    def size(match):
        file = site / match[1]
        if not file.is_file():
            raise FileNotFoundError(f"a page links {match[1]}, which is not in {site}")
        return f"({file.stat().st_size / 1e6:.1f} MB)"

    return SIZE.sub(size, page.replace(HIDDEN, SHOWN))


def build_site(pages, pdf, site, build_wheel):
    """Build the site anew.

    Parameters
    ----------
    pages : Path
        The folder of the built book.
    pdf : Path
        The printed book.
    site : Path
        The folder to fill; what is there is removed.
    build_wheel : callable
        Builds the package's wheel into a folder, and returns its path.

    Raises
    ------
    FileNotFoundError
        Where the pages or the PDF are missing, or a page links a file that the site does not have.
    ValueError
        Where the folder to fill holds what it is filled from.
    """
    for needed, command in ((pages / "index.html", "make book"), (pdf, "make pdf")):
        if not needed.is_file():
            raise FileNotFoundError(f"{needed} is missing: run `{command}` first")
    if site.resolve() in (pages.resolve(), *pages.resolve().parents, *pdf.resolve().parents):
        raise ValueError(f"site must be a folder of its own, got {site}, which holds what the site is made of")
    if site.exists():
        shutil.rmtree(site)
    shutil.copytree(pages, site)
    shutil.copyfile(pdf, site / PDF)
    build_wheel(site)
    (site / ".nojekyll").touch()  # or GitHub Pages leaves out the folders that begin with _
    for path in site.rglob("*.html"):
        path.write_text(reveal(path.read_text(encoding="utf8"), site), encoding="utf8")


def main():
    """Build the site from the command line."""
    from build_wheel import build_wheel

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, help="folder of the built book, such as _build/html")
    parser.add_argument("pdf", type=Path, help="the printed book")
    parser.add_argument("site", type=Path, help="folder to fill; what is there is removed")
    arguments = parser.parse_args()
    try:
        build_site(arguments.pages, arguments.pdf, arguments.site, build_wheel)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"build_site: {error}")
    print(f"The site is in {arguments.site}")


if __name__ == "__main__":
    main()
