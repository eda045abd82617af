"""The search page of the built book: terms as the field writes them lead to the section that treats them."""

from urllib.parse import quote

import pytest
from pages import BOOK, FRAME
from playwright.sync_api import expect

DECODING, TEMPERATURE = "notebooks/05_decoding.html", "notebooks/02_temperature.html"
FIRST = {
    "top-p": f"{DECODING}#cutting-off-the-tail",
    "top p": f"{DECODING}#cutting-off-the-tail",
    "τ": f"{TEMPERATURE}#choosing",
    "T = 0": f"{TEMPERATURE}#the-three-stops-0-1-and",
    "τ→0": f"{TEMPERATURE}#the-three-stops-0-1-and",
    "log-sum-exp": "notebooks/01_softmax.html#log-sum-exp-the-soft-maximum",
    "LOG-SUM-EXP": "notebooks/01_softmax.html#log-sum-exp-the-soft-maximum",
    "beam search": "notebooks/06_sequences.html#beam-search-and-what-temperature-does-to-it",
    "dark knowledge": "notebooks/04_distillation.html#what-a-teacher-thinks-of-the-wrong-answers",
}

# As people type it, and the question that is answered for them.
ASKED = {
    "temperature 0 not deterministic": "why-is-temperature-0-not-deterministic-why-do-i-get-different-answers",
    "temperature vs top-p": "temperature-vs-top-p-what-is-the-difference",
    "hallucinations": "does-a-lower-temperature-make-the-answers-more-accurate-and-stop-hallucinations",
    "entropy collapse": "my-policy-s-entropy-goes-to-zero-entropy-collapse-what-now",
    "temperature scaling accuracy": "does-temperature-scaling-change-the-accuracy",
}


def search(visit, words):
    page = visit(f"search.html?q={quote(words)}")
    expect(page.locator(".course-search [role=status]")).not_to_be_empty()
    return page


@pytest.mark.parametrize("words, place", FIRST.items())
def test_a_term_finds_the_section_that_treats_it_first(visit, words, place):
    page = search(visit, words)
    assert page.locator(".course-search li a").first.get_attribute("href") == place


@pytest.mark.parametrize("words, anchor", ASKED.items())
def test_what_people_type_finds_their_question_among_the_first(visit, words, anchor):
    first = search(visit, words).locator(".course-search li a").all()[:3]
    assert f"book/questions.html#{anchor}" in [link.get_attribute("href") for link in first]


def test_min_p_is_found_in_the_chapter_on_decoding(visit):
    first = search(visit, "min-p").locator(".course-search li a").first
    assert first.get_attribute("href").startswith(DECODING)


@pytest.mark.parametrize("words", ["top-p", "min-p", "T = 0", "τ", "softmax"])
def test_only_the_words_that_were_looked_for_are_marked(visit, words):
    marks = search(visit, words).locator(".course-search mark").all_inner_texts()
    plain = {mark.lower().replace("τ", "t").replace("→", "=").replace(" ", "").replace("-", "") for mark in marks}
    wanted = words.lower().replace("τ", "t").replace(" ", "").replace("-", "")
    assert plain in ({wanted}, {wanted, f"{wanted}s"})


@pytest.mark.parametrize("words", ["xyzzy", "xyzzy((", "\\xyzzy[", "*xyzzy", "a" * 500])
def test_what_is_nowhere_is_said_to_be_nowhere(visit, words):
    page = search(visit, words)
    expect(page.locator(".course-search [role=status]")).to_contain_text("Nothing has")
    assert page.locator(".course-search li").count() == 0


def test_words_in_no_phrase_are_found_together(visit):
    results = search(visit, "regret softmax").locator(".course-search li")
    assert results.count() > 1


def test_every_result_leads_to_an_anchor(visit):
    page = search(visit, "temperature")
    for link in page.locator(".course-search li a").all():
        name, anchor = link.get_attribute("href").split("#")
        assert f'id="{anchor}"' in (BOOK / name).read_text(encoding="utf8")


def test_the_field_in_the_sidebar_leads_to_the_results(visit):
    page = visit("notebooks/01_softmax.html")
    field = page.locator("input[type=search]:focus")
    for _ in range(600):  # until the theme's script, which comes after the page, listens
        if field.count():
            break
        page.keyboard.press("Control+k")
        page.evaluate(FRAME)
    page.keyboard.type("top-p")
    page.keyboard.press("Enter")
    expect(page.locator(".course-search li a").first).to_have_attribute("href", FIRST["top-p"])
