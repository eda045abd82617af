"""Find Chromium, and start it so that it asks nobody for news of itself."""

import os
import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


def find_chromium():
    """Return the path of Chromium: the one that CHROMIUM names, or the first on the path."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None or not os.path.exists(path):
        raise SystemExit(
            f"Chromium is needed, and {path or 'none on the path'} was found: "
            "install it (Debian: apt install chromium), or set CHROMIUM to its path"
        )
    return path


@contextmanager
def open_chromium(*flags):
    """Give a running Chromium, started with more flags if wanted."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, *flags])
        yield browser
        browser.close()
