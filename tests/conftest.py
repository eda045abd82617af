"""The fixtures that open pages are at hand in every folder of tests."""

from pages import browser, complaints, mathematics, new_page, page, serve, show

__all__ = ["browser", "complaints", "mathematics", "new_page", "page", "serve", "show"]
