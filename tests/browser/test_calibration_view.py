"""Calibration: the mathematics against tempcourse.calibration, and the view against both."""

import math

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pages import FRAME, in_browser, put, state

from tempcourse import calibration as python
from tempcourse.softmax import softmax
from tempcourse.widgets import explore_calibration

INF = math.inf
BINS = 15
RNG = np.random.default_rng(0)
LOGITS = 2 * RNG.normal(size=(300, 4))
LABELS = np.array([RNG.choice(4, p=p) for p in softmax(LOGITS, 2.0)])  # so that τ = 2 calibrates them, but for chance

VALUES = st.one_of(st.floats(-50, 50), st.integers(-2, 2))  # ties too
ROWS = st.integers(2, 5).flatmap(
    lambda k: st.lists(
        st.tuples(st.lists(VALUES, min_size=k, max_size=k), st.integers(0, k - 1)), min_size=1, max_size=8
    )
)
TEMPERATURES = st.one_of(st.sampled_from([0.0, 1.0, INF]), st.floats(-2, 3).map(lambda power: 10**power))
thorough = settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])


def as_floats(value):
    return np.asarray(value, dtype=float).tolist()


@thorough
@given(calls=st.lists(st.tuples(ROWS, TEMPERATURES), min_size=5, max_size=10))
def test_confidence_and_likelihood_agree_with_python(mathematics, calls):
    calls = [(as_floats([z for z, _ in rows]), as_floats([y for _, y in rows]), t) for rows, t in calls]
    said = in_browser(mathematics, "confidences", [(z, t) for z, _, t in calls])
    nll = in_browser(mathematics, "negativeLogLikelihood", calls)
    for (z, y, t), confidence, loss in zip(calls, said, nll, strict=True):
        assert confidence == pytest.approx(softmax(z, t).max(axis=-1).tolist(), rel=1e-12)
        assert loss == pytest.approx(python.negative_log_likelihood(z, np.array(y, int), t), rel=1e-12, abs=1e-300)


@thorough
@given(calls=st.lists(st.tuples(ROWS, TEMPERATURES, st.integers(1, 20)), min_size=5, max_size=10))
def test_bins_and_their_error_agree_with_python(mathematics, calls):
    cases = []
    for rows, t, bins in calls:
        p, y = softmax([z for z, _ in rows], t), [y for _, y in rows]
        right = as_floats(p.argmax(axis=-1) == y)
        cases.append((p, y, bins, (p.max(axis=-1).tolist(), right, float(bins))))
    arguments = [case[-1] for case in cases]
    curves = in_browser(mathematics, "reliabilityCurve", arguments)
    errors = in_browser(mathematics, "expectedCalibrationError", arguments)
    for (p, y, bins, _), curve, error in zip(cases, curves, errors, strict=True):
        expected = python.reliability_curve(p, y, bins=bins)
        rows = np.transpose([expected.confidence, expected.accuracy, expected.count])
        assert len(curve) == bins
        assert np.array([row for row in curve if row[2]]) == pytest.approx(rows, rel=1e-12)
        assert error == pytest.approx(python.expected_calibration_error(p, y, bins=bins), rel=1e-12, abs=1e-15)


def test_an_edge_belongs_to_the_bin_below_it(mathematics):
    edges = [b / BINS for b in range(1, BINS + 1)]
    (curve,) = in_browser(mathematics, "reliabilityCurve", [(edges, [1.0] * BINS, float(BINS))])
    assert curve == [[edge, 1.0, 1.0] for edge in edges]
    beyond = np.nextafter(edges[:-1], 1).tolist()
    (curve,) = in_browser(mathematics, "reliabilityCurve", [(beyond, [0.0] * (BINS - 1), float(BINS))])
    assert [row[2] for row in curve] == [0, *[1] * (BINS - 1)]


# The view


@pytest.fixture
def shown(show):
    explorable = explore_calibration(LOGITS, LABELS)
    return explorable, show(explorable)


def turn(page, explorable, temperature):
    put(page, temperature_index=explorable.view.temperatures.index(temperature))


def cells(page):
    """Return the table's cells, each as its number or, where it has none, its text."""
    rows = page.evaluate(
        """() => [...document.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td")].map(
             ({ dataset, textContent }) => dataset.count ?? dataset.probability ?? dataset.quantity ?? textContent))"""
    )
    return [[float(text.replace("Infinity", "inf")) if text not in ("", "–") else text for text in row] for row in rows]


@pytest.mark.parametrize("temperature", [0.0, 0.1, 1.0, 2.0, 10.0])
def test_the_table_is_pythons_on_the_rounded_logits(shown, temperature):
    explorable, page = shown
    turn(page, explorable, temperature)
    rounded = np.array(explorable.view.logits)
    assert (rounded == LOGITS.round(3)).all() and explorable.view.labels == LABELS.tolist()
    p = softmax(rounded, temperature)
    curve = python.reliability_curve(p, LABELS, bins=BINS)
    *bins, whole, nll, ece = cells(page)
    filled = [row for row in bins if row[0]]
    assert np.array(filled) == pytest.approx(np.transpose([curve.count, curve.confidence, curve.accuracy]), rel=1e-12)
    assert all(row == [0, "–", "–"] for row in bins if row not in filled) and len(bins) == BINS
    right = (rounded.argmax(axis=-1) == LABELS).mean()
    assert whole == pytest.approx([300, p.max(axis=-1).mean(), right], rel=1e-12)
    assert nll[0] == pytest.approx(python.negative_log_likelihood(rounded, LABELS, temperature), rel=1e-12)
    assert ece[0] == pytest.approx(python.expected_calibration_error(p, LABELS, bins=BINS), rel=1e-12)


def test_at_infinity_the_prediction_is_still_the_largest_logits(shown):
    explorable, page = shown
    turn(page, explorable, INF)
    *_, whole, nll, ece = cells(page)
    right = (LOGITS.argmax(axis=-1) == LABELS).mean()
    assert whole == pytest.approx([300, 0.25, right], rel=1e-12)
    assert nll[0] == pytest.approx(math.log(4), rel=1e-12) and ece[0] == pytest.approx(right - 0.25, rel=1e-12)
    assert page.locator(".tc-note").inner_text().startswith("At τ = ∞ all classes tie;")


def test_the_accuracy_never_moves(shown):
    _, page = shown
    accuracies = set()
    for index in range(0, 83, 6):
        put(page, temperature_index=index)
        accuracies.add(page.locator(".tc-facts strong").first.inner_text())
    assert accuracies == {f"{100 * (LOGITS.argmax(axis=-1) == LABELS).mean():.1f} %"}


def test_it_says_on_which_side_the_confidence_misses(shown):
    explorable, page = shown
    verdict = page.locator(".tc-verdict")
    for temperature, side in ((0.5, "over"), (5.0, "under")):
        stop = min(explorable.view.temperatures[1:-1], key=lambda t: abs(math.log(t / temperature)))
        turn(page, explorable, stop)
        gap = softmax(LOGITS.round(3), stop).max(axis=-1).mean() - (LOGITS.argmax(axis=-1) == LABELS).mean()
        assert (gap > 0) == (side == "over")
        assert verdict.inner_text().endswith(f"{side}-confident by {100 * abs(gap):.1f} points.")
    page.get_by_role("status").filter(has_text="under-confident").wait_for(state="attached")


def bars(page):
    """Return height and visibility of each bin's bar and gap."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".tc-gap")].map((gap) => {
             const bar = gap.previousSibling;
             return [bar, gap].map((each) => [Number(each.getAttribute("height")), each.getAttribute("visibility")]);
           })"""
    )


def test_bars_are_accuracies_and_boxes_gaps_and_empty_bins_are_empty(shown):
    explorable, page = shown
    curve = python.reliability_curve(softmax(LOGITS.round(3)), LABELS, bins=BINS)
    drawn = bars(page)
    full = [(bar[0], gap[0]) for bar, gap in drawn if bar[1] == "visible"]
    expected = np.transpose([curve.accuracy, abs(curve.accuracy - curve.confidence)])
    assert len(drawn) == BINS and 0 < len(full) < BINS
    assert np.array(full) / 190 == pytest.approx(expected, rel=1e-9)
    turn(page, explorable, 0.0)
    assert [bar[1] for bar, _ in bars(page)] == ["hidden"] * (BINS - 1) + ["visible"]


def test_the_best_temperature_is_marked_when_it_is_asked_for(shown):
    explorable, page = shown
    ring, note = page.locator(".tc-ring"), page.locator(".tc-note")
    stops = explorable.view.temperatures
    nll = [python.negative_log_likelihood(LOGITS.round(3), LABELS, stop) for stop in stops]
    best = stops[int(np.argmin(nll))]
    fitted = python.fit_temperature(LOGITS.round(3), LABELS)
    assert abs(math.log(best / fitted)) < math.log(10) / 40 and abs(math.log(fitted / 2)) < 0.25
    assert ring.get_attribute("visibility") == "hidden" and note.inner_text() == ""
    button = page.get_by_role("button", name="Show the best τ")
    button.press("Enter")
    page.evaluate(FRAME)
    assert button.get_attribute("aria-pressed") == "true" and ring.get_attribute("visibility") == "visible"
    assert note.inner_text() == f"No stop of the slider has a lower NLL than τ = {best:g}."
    turn(page, explorable, best)
    assert page.locator(".tc-cursor").first.get_attribute("x1") == ring.get_attribute("cx")
    page.get_by_role("button", name="Reset").click()
    page.evaluate(FRAME)
    assert ring.get_attribute("visibility") == "hidden" and note.inner_text() == ""


def test_a_drag_on_the_curves_chooses_a_temperature(shown):
    _, page = shown
    chart = page.locator(".tc-pick")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 60)
    page.mouse.down()
    assert state(page, "temperature_index") == 82
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.up()
    assert state(page, "temperature_index") == 0


def test_a_likelihood_without_bound_is_not_drawn_inside_its_chart(shown):
    explorable, page = shown
    dot = page.locator(".tc-pick .tc-dot").first
    for temperature, visibility in ((1.0, "visible"), (0.0, "hidden"), (0.1, "hidden"), (INF, "visible")):
        turn(page, explorable, temperature)
        assert dot.get_attribute("visibility") == visibility
    assert page.get_by_text("↑ to ∞").count() == 1
