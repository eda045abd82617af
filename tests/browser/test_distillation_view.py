"""What soft targets are worth: nothing is told before it is predicted, and then all of it is."""

import pytest
from pages import FRAME, put, state

from tempcourse.widgets import explore_distillation

TEMPERATURES = [1, 2, 10, 20]
MEANS = {20: [75.12, 80.0, 87.0, 90.25, 89.5], 400: [95.0, 97.0, 96.5, 97.5, 97.25]}
ERRORS = [1.0, 0.75, 0.5, 0.25, 0.125]
RESULTS = {
    size: dict(zip(["hard", *TEMPERATURES], zip(means, ERRORS, strict=True), strict=True))
    for size, means in MEANS.items()
}
TALL = 240 / 50  # pixels of the chart a point of accuracy


@pytest.fixture
def page(show):
    return show(explore_distillation(RESULTS))


def reveal(page):
    page.get_by_role("button", name="Show what was measured").press("Enter")
    page.evaluate(FRAME)


def quantities(page):
    cells = "() => [...document.querySelectorAll('[data-quantity]')].map(({ dataset }) => Number(dataset.quantity))"
    return page.evaluate(cells)


def shown(page):
    """Return which sizes' measurements are drawn, the chosen one last."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".tc-result")].map(
             (group) => [group.getAttribute("visibility") === "visible", group.classList.contains("tc-chosen")])"""
    )


def test_nothing_is_told_before_the_reader_asks(page):
    assert quantities(page) == [] and shown(page) == [[False, True], [False, False]]
    visible = page.locator("body").inner_text()
    assert not any(f"{mean:.1f}" in visible for means in MEANS.values() for mean in means)
    assert page.locator("tbody").inner_text().count("not yet shown") == 10
    assert page.locator(".tc-facts strong").all_inner_texts() == ["you say 60 %", "you say 60 %", "you say 0 points"]
    assert page.get_by_role("status").inner_text() == (
        "After 20 images you predict 60 % with hard labels and 60 % at temperature 10; "
        "what was measured is not shown yet."
    )


def test_then_it_is_told_with_its_errors_and_how_far_off_the_reader_was(page):
    put(page, hard_guess=80, soft_guess=85)
    reveal(page)
    assert quantities(page) == [value for pair in RESULTS[20].values() for value in pair]
    assert page.locator(".tc-verdict").inner_text().replace("\u00a0", " ") == (
        "You were 4.9 points too high for hard labels, and 5.3 points too low for T = 10."
    )
    assert page.locator(".tc-facts strong").all_inner_texts() == [
        "75.1 ± 1.0 % (you: 80)",
        "90.3 ± 0.3 % (you: 85)",
        "15.1 points (you: 5)",
    ]
    page.get_by_role("status").filter(has_text="measured were 75.1 % and 90.3 %.").wait_for(state="attached")


def test_points_bars_and_predictions_are_where_their_numbers_are(page):
    put(page, hard_guess=80, soft_guess=85)
    reveal(page)
    base = 24 + 240
    marks = page.locator(".tc-result").first.locator("circle")
    heights = [(base - float(mark.get_attribute("cy"))) / TALL + 50 for mark in marks.all()]
    assert heights == pytest.approx(MEANS[20])
    bars = [bar.get_attribute("d") for bar in page.locator(".tc-result").first.locator(".tc-error").all()]
    ends = [(float(d[d.index(" ") + 1 : d.index("V")]), float(d[d.index("V") + 1 : d.index("M", 1)])) for d in bars]
    assert [(low - high) / TALL / 2 for high, low in ends] == pytest.approx(ERRORS)
    places = [float(mark.get_attribute("cx")) for mark in marks.all()]
    diamonds = [
        tuple(map(float, mark.get_attribute("transform")[10:-1].split())) for mark in page.locator(".tc-diamond").all()
    ]
    assert [x for x, _ in diamonds] == [places[0], places[3]]
    assert [(base - y) / TALL + 50 for _, y in diamonds] == pytest.approx([80, 85])
    assert places[2] - places[1] == pytest.approx(places[4] - places[3]), "T is on a logarithmic axis"


def test_each_size_is_asked_for_by_itself_and_a_reset_hides_all(page):
    reveal(page)
    put(page, size=1)
    assert shown(page) == [[True, False], [False, True]] and quantities(page) == []
    button = page.get_by_role("button", name="Show what was measured")
    assert button.get_attribute("aria-pressed") == "false"
    reveal(page)
    assert shown(page) == [[True, False], [True, True]] and button.get_attribute("aria-pressed") == "true"
    reveal(page)
    assert shown(page) == [[True, False], [False, True]], "pressed again, it hides"
    page.get_by_role("button", name="Reset").click()
    page.evaluate(FRAME)
    assert shown(page) == [[False, True], [False, False]] and state(page, "size") == 0


def test_a_prediction_may_be_right(show):
    page = show(explore_distillation({20: {"hard": (75.0, 1), 10: (90.0, 1)}}))
    put(page, hard_guess=75, soft_guess=90)
    reveal(page)
    verdict = page.locator(".tc-verdict").inner_text().replace("\u00a0", " ")
    assert verdict == "You were exactly right for hard labels, and exactly right for T = 10."


def test_a_loss_through_soft_targets_has_its_sign(show):
    page = show(explore_distillation({20: {"hard": (90.0, 1), 10: (75.0, 1)}}))
    put(page, hard_guess=70, soft_guess=60)
    assert page.locator(".tc-facts strong").last.inner_text() == "you say −10 points"
    reveal(page)
    assert page.locator(".tc-facts strong").last.inner_text() == "−15 points (you: −10)"
