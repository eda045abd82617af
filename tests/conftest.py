"""The fixtures that open pages are at hand in every folder of tests."""

from pages import book, browser, complaints, mathematics, new_page, page, serve, show, visit

__all__ = ["book", "browser", "complaints", "mathematics", "new_page", "page", "serve", "show", "visit"]
