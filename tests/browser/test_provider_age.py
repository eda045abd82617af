"""What the page adds to the day on which a table's oldest source was read."""

from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "book" / "_ext" / "provider_table" / "static" / "provider_table.js"
LINE = '<p class="provider-age" data-old="90">Read on <time datetime="2026-11-30">30 November 2026</time>.</p>'


@pytest.mark.parametrize(
    ("today", "added", "warned"),
    [
        ("2026-11-29T12:00:00Z", "", False),  # a clock that is slow
        ("2026-11-30T12:00:00Z", " That was today.", False),
        ("2026-12-01T12:00:00Z", " That was yesterday.", False),
        ("2026-12-12T12:00:00Z", " That was 12 days ago.", False),
        ("2027-02-28T12:00:00Z", " That was 90 days ago.", False),
        ("2027-03-01T12:00:00Z", " That was 91 days ago. More than 90 days: look a cell up at its source", True),
    ],
)
def test_the_page_says_how_old_it_is_today(new_page, today, added, warned):
    page = new_page()
    page.clock.set_fixed_time(today)
    page.set_content(LINE)
    page.add_script_tag(path=SCRIPT)
    assert page.locator("p").text_content().removeprefix("Read on 30 November 2026.").startswith(added)
    assert page.locator("p strong").count() == warned
    assert warned or page.locator("p").text_content() == "Read on 30 November 2026." + added
