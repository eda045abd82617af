"""Exercises answered in the built book: judged at once, kept on this device, and there after a reload."""

import re
from pathlib import Path

import pytest
from pages import BOOK
from playwright.sync_api import expect
from written import MALFORMED, WRITTEN

from tempcourse.checks import EXERCISES

CHAPTERS = sorted(path.stem for path in (BOOK / "notebooks").glob("*.html"))
PHONE = {"width": 320, "height": 640}


def field(page, number):
    """Return the form of an exercise."""
    return page.locator("form.exercise-field", has=page.get_by_label(f"Your answer to {number}"))


def write(form, text):
    """Write an answer and press Enter; return what is said of it."""
    form.get_by_role("textbox").fill(text)
    form.get_by_role("textbox").press("Enter")
    return form.get_by_role("status").inner_text()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_value_is_judged_right_wrong_and_malformed(visit, chapter):
    page, count = visit(f"notebooks/{chapter}.html"), int(chapter[:2])
    numbers = [number for number in WRITTEN if number.startswith(f"{count}.")]
    assert page.locator("form.exercise-field").count() == len(numbers)
    for number in numbers:
        right, wrong, malformed = (write(field(page, number), text) for text in WRITTEN[number])
        assert right.startswith(f"Exercise {number}: right")
        assert wrong.startswith(f"Exercise {number}: not yet. Expected: ") and "Hint: " in wrong
        assert malformed.startswith(f"Exercise {number}: not yet. Expected: ") and "Hint: " in malformed
        assert write(field(page, number), " ") == f"Exercise {number}: not attempted yet."
    functions = [number for number in EXERCISES if number.startswith(f"{count}.") and number not in WRITTEN]
    assert page.get_by_text("This answer is a function").count() == len(functions)


def test_an_answer_is_there_after_a_reload_and_its_colour_is_not_all_that_tells(visit):
    page = visit("notebooks/01_softmax.html")
    number = next(iter(WRITTEN))
    write(field(page, number), WRITTEN[number][1])
    page.reload()
    expect(field(page, number).get_by_role("textbox")).to_have_value(WRITTEN[number][1])
    expect(field(page, number).get_by_role("status")).to_contain_text("not yet")
    expect(field(page, number).get_by_role("textbox")).to_have_attribute("aria-invalid", "true")


def test_an_empty_field_takes_nothing_back(visit):
    page, number = visit("notebooks/01_softmax.html"), next(iter(WRITTEN))
    write(field(page, number), WRITTEN[number][0])
    write(field(page, number), "")
    page.reload()
    expect(field(page, number).get_by_role("textbox")).to_have_value(WRITTEN[number][0])


def test_a_very_long_answer_is_refused(visit):
    page = visit("notebooks/01_softmax.html")
    assert "at most 500 characters" in write(field(page, next(iter(WRITTEN))), "(" * 20_000)


def test_without_storage_it_is_judged_all_the_same(new_page, book):
    page = new_page()
    denied = "get() { throw new DOMException('denied', 'SecurityError') }, configurable: true"
    page.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ {denied} }})")
    page.goto(f"{book}/notebooks/01_softmax.html")
    number = next(iter(WRITTEN))
    assert write(field(page, number), WRITTEN[number][0]).startswith(f"Exercise {number}: right")
    expect(page.locator(".progress-line")).to_contain_text("1 of ")


def test_no_answer_can_be_read_in_the_pages_source():
    """A solution is folded, not secret; what the field judges by says nothing to the eye."""
    page = (BOOK / "notebooks" / "01_softmax.html").read_text(encoding="utf8")
    [packed] = re.findall(r'<script type="application/vnd.tempcourse.exercises">(.*?)</script>', page)
    assert "uvag" in packed and "hint" not in packed
    assert not any(EXERCISES[number].hint in packed for number in ("1.1", "1.2"))
    assert str(EXERCISES["1.1"].test.value)[:4] not in packed


def test_fields_fit_a_phone_and_are_large_enough_for_a_finger(visit):
    page = visit("notebooks/01_softmax.html", viewport=PHONE, has_touch=True)
    for part in page.locator(".exercise-field :is(input, button)").all():
        box = part.bounding_box()
        assert box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


def test_it_works_from_a_disk(new_page):
    page = new_page()
    page.goto(Path(BOOK, "notebooks", "01_softmax.html").as_uri())
    number = next(iter(WRITTEN))
    assert write(field(page, number), WRITTEN[number][0]).startswith(f"Exercise {number}: right")


def test_what_cannot_be_read_is_said_in_words(visit):
    page = visit("notebooks/01_softmax.html")
    said = write(field(page, next(iter(WRITTEN))), MALFORMED)
    assert "Hint: " in said and "undefined" not in said and "Error" not in said
