"""Of the style sheets stays what can match something on a page."""

import pytest
import tinycss2
from lean_theme.used_rules import used_rules, words_of


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        (".shown { color: red }", ".shown{color: red}"),
        (".hidden { color: red }", ""),
        (".shown, .hidden { color: red }", ".shown{color: red}"),
        (".shown .hidden { color: red }", ""),
        (".shown:not(.hidden) p > a::after { top: 1.5em }", ".shown:not(.hidden) p > a::after{top: 1.5em}"),
        (":is(h1, h2) { margin: 0 }", ":is(h1, h2){margin: 0}"),
        ("#place { color: #fff } #nowhere { color: #fff }", "#place{color: #fff}"),
        ("@media print { .hidden { color: red } .shown { color: red } }", "@media print {.shown{color: red}}"),
        ("@media print { .hidden { color: red } }", ""),
        ("@font-face { font-family: A }", "@font-face { font-family: A }"),
        ("/* said */ p { color: red }", "p{color: red}"),
        (".md\\:shown { color: red }", ".md\\:shown{color: red}"),
    ],
)
def test_a_rule_stays_if_all_its_names_are_words_of_the_pages(style, kept):
    """A class that is only ruled out needs not be there."""
    rules = tinycss2.parse_stylesheet(style, skip_comments=True, skip_whitespace=True)
    assert used_rules(rules, {"shown", "place", "md"}) == kept


def test_a_name_may_come_from_a_script(tmp_path):
    """Scripts give classes too; the index of the search is no script in this sense."""
    (tmp_path / "page.html").write_text('<p class="first">', encoding="utf8")
    (tmp_path / "script.js").write_text('element.classList.add("is-second")', encoding="utf8")
    (tmp_path / "searchindex.js").write_text("third", encoding="utf8")
    words = words_of(tmp_path)
    assert {"first", "is-second"} <= words and "third" not in words
