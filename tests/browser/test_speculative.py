"""Speculative decoding: what comes out against the target, the passes against their rates, and the picture."""

import math

import numpy as np
import pytest
from pages import FRAME, in_browser, put, state

from tempcourse.many_samples import acceptance_rate, expected_tokens, residual
from tempcourse.softmax import softmax
from tempcourse.widgets import explore_speculative
from tempcourse.widgets.explore_speculative import ERRORS, LENGTHS, TARGET, WORDS

INF = math.inf
COLUMNS = ["target", "drawn", "said", "accepted", "rejected", "replaced", "output", "count"]


def logits(disagreement):
    return TARGET, np.add(TARGET, np.multiply(disagreement, ERRORS))


def table(page):
    """Return the columns of the words by name, and the values of the other rows by theirs."""
    rows = page.evaluate(
        """() => [...document.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell, i) =>
             i ? Number(cell.dataset.probability ?? cell.dataset.quantity ?? cell.dataset.count ?? NaN)
               : cell.textContent))"""
    )
    words = np.array([row[1:] for row in rows[: len(WORDS)]])
    return dict(zip(COLUMNS, words.T, strict=True)), {name: value for name, value, *_ in rows[len(WORDS) :]}


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    page.evaluate(FRAME)


def verdict(page):
    return page.locator(".tc-verdict").inner_text()


@pytest.mark.parametrize("temperature", [0.0, 0.1, 0.5, 1.0, 10.0, INF])
@pytest.mark.parametrize("draft", [0.0, 0.5, 2.0, INF])
def test_what_comes_out_is_the_target_whatever_the_draft(show, temperature, draft):
    explorable = explore_speculative()
    page = show(explorable)
    stops = explorable.view.temperatures
    put(page, tied=False, temperature_index=stops.index(temperature), draft_index=stops.index(draft))
    for disagreement in (0, 0.5, 3):
        put(page, disagreement=disagreement)
        words, facts = table(page)
        large, small = logits(disagreement)
        p, q = softmax(large, temperature), softmax(small, draft)
        assert words["target"] == pytest.approx(p, rel=1e-12) and words["drawn"] == pytest.approx(q, rel=1e-12)
        assert words["accepted"] == pytest.approx(np.minimum(p, q), rel=1e-12, abs=1e-16)
        assert words["output"] == pytest.approx(p, rel=1e-12, abs=1e-15)
        rate = acceptance_rate(p, q)
        assert facts["Acceptance rate α"] == pytest.approx(rate, rel=1e-12)
        if rate < 1 - 1e-9:
            assert words["replaced"] == pytest.approx(residual(p, q) * (1 - rate), rel=1e-9, abs=1e-15)
            assert facts["Tokens a pass"] == pytest.approx(expected_tokens(rate, 4), rel=1e-9)
        assert "is the target, exactly" in verdict(page) and facts["Misplaced"] == 0


def test_a_draft_that_ignores_the_temperature_spoils_the_text_and_is_not_noticed_at_one(show):
    explorable = explore_speculative()
    page = show(explorable)
    stops = explorable.view.temperatures
    large, small = logits(0.5)
    for temperature in (0.2, 0.5, 2.0):
        put(page, ignores=True, temperature_index=stops.index(temperature))
        words, facts = table(page)
        p, said, drawn = softmax(large, temperature), softmax(small, temperature), softmax(small)
        accepted = drawn * np.minimum(1, p / said)
        output = accepted + residual(p, said) * (1 - accepted.sum())
        assert words["output"] == pytest.approx(output, rel=1e-12) and abs(output - p).max() > 0.01
        assert facts["Misplaced"] == pytest.approx(abs(output - p).sum() / 2, rel=1e-9)
        assert "is not the target" in verdict(page)
    put(page, temperature_index=stops.index(1.0))
    assert "is the target, exactly" in verdict(page)
    assert page.locator(".tc-note").last.inner_text().endswith("is not noticed at τ = 1.")


def passes(page, count=20_000, **options):
    """Return what the passes write, [proposed, token] each."""
    return page.evaluate(
        """([options, count]) => {
          const random = source.randomSource(3);
          return Array.from({ length: count }, () =>
            source.speculativePass(options, random).map(({ proposed, token }) => [proposed, token]));
        }""",
        [options, count],
    )


@pytest.mark.parametrize("ignores", [False, True])
@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_passes_are_drawn_as_they_are_computed(mathematics, temperature, ignores):
    large, small = logits(0.5)
    target, said = softmax(large, temperature), softmax(small, temperature)
    drawn = softmax(small) if ignores else said
    found = passes(mathematics, target=target.tolist(), said=said.tolist(), drawn=drawn.tolist(), length=3)
    with np.errstate(invalid="ignore"):
        accepted = np.where(target > 0, drawn * np.minimum(1, target / np.where(said > 0, said, 1)), 0)
    rate = accepted.sum()
    output = accepted if rate > 1 - 1e-12 or (target == said).all() else accepted + residual(target, said) * (1 - rate)
    if (target == said).all():
        output = accepted + target * (1 - rate)
    tokens = [token for written in found for proposed, token in written if proposed is not None]
    shares = np.bincount(tokens, minlength=len(WORDS)) / len(tokens)
    assert (abs(shares - output) <= 4.5 * np.sqrt(output * (1 - output) / len(tokens)) + 1e-12).all()
    added = [written[-1][1] for written in found if written[-1][0] is None]
    share = np.bincount(added, minlength=len(WORDS)) / max(1, len(added))
    assert not added or (abs(share - target) <= 4.5 * np.sqrt(target * (1 - target) / len(added)) + 1e-12).all()
    sizes = np.array([len(written) for written in found])
    assert abs(sizes.mean() - sum(rate**i for i in range(4))) <= 4.5 * sizes.std() / np.sqrt(len(sizes)) + 1e-12


def test_a_token_that_neither_has_is_not_accepted(mathematics):
    assert in_browser(mathematics, "acceptanceOf", [(0.0, 0.0), (0.2, 0.0), (0.2, 0.4), (0.4, 0.2)]) == [0, 1, 0.5, 1]
    assert in_browser(mathematics, "residual", [([0.5, 0.5], [0.5, 0.5])]) == [[0.5, 0.5]]


def test_the_speed_up_is_the_formulas_and_its_best_is_ringed(show):
    page = show(explore_speculative())
    large, small = logits(0.5)
    rate = acceptance_rate(softmax(large, 0.5), softmax(small, 0.5))
    for cost in (0.01, 0.1, 0.5):
        speeds = [(1 - rate ** (n + 1)) / ((1 - rate) * (n * cost + 1)) for n in range(LENGTHS[1] + 1)]
        for length in (1, 4, 12):
            put(page, cost=cost, length=length)
            _, facts = table(page)
            assert facts["Speed-up"] == pytest.approx(speeds[length], rel=1e-12)
        assert facts["Best γ"] == np.argmax(speeds)
        ring = page.locator("[aria-label^='Speed-up'] .tc-ring").get_attribute("cx")
        dots = page.locator("[aria-label^='Speed-up'] .tc-score")
        assert ring == dots.nth(int(facts["Best γ"])).get_attribute("cx")
    put(page, disagreement=3, temperature_index=0, cost=0.5)
    assert page.locator(".tc-facts strong").all_inner_texts() == ["0 %", "1.00", "0.14 ×", "none"]


def test_tied_temperatures_move_together_and_free_ones_do_not(show):
    page = show(explore_speculative())
    put(page, temperature_index=7)
    assert state(page, "draft_index") == 7
    put(page, draft_index=9)
    assert state(page, "temperature_index") == 9
    put(page, tied=False)
    put(page, draft_index=3)
    assert (state(page, "temperature_index"), state(page, "draft_index")) == (9, 3)
    put(page, tied=True)
    assert (state(page, "temperature_index"), state(page, "draft_index")) == (9, 9)
    page.evaluate("leave()")
    assert page.evaluate("Object.values(model.listeners).flat().length") == 0


def test_passes_are_drawn_counted_and_begun_anew(show):
    page = show(explore_speculative())
    passed, drawn = page.locator(".tc-passed"), page.locator(".tc-words .tc-diamond")
    first = passed.inner_text(), drawn.first.get_attribute("transform")
    assert first[0].startswith("Pass 100: ") and ("✓" in first[0] or "✗ →" in first[0])
    press(page, "Draw another pass")
    assert passed.inner_text().startswith("Pass 101: ")
    press(page, "Draw 1,000")
    words, _ = table(page)
    assert passed.inner_text().startswith("Pass 1,101: ") and words["count"].sum() > 1101
    shares = words["count"] / words["count"].sum()
    assert (abs(shares - words["target"]) < 0.04).all()
    ends = page.locator(".tc-words .tc-wanted").evaluate_all(
        "all => all.map((each) => +each.getAttribute('x') + +each.getAttribute('width'))"
    )
    places = drawn.evaluate_all("all => all.map((each) => each.transform.baseVal[0].matrix.e)")
    assert places == pytest.approx(ends, abs=25)
    said = page.get_by_role("status").filter(has_text="Pass 1,101: ")
    said.wait_for(state="attached")
    assert "✓" not in said.inner_text()
    put(page, seed=2)
    assert passed.inner_text().startswith("Pass 100: ")
    assert (passed.inner_text(), drawn.first.get_attribute("transform")) != first
    put(page, seed=1)
    assert (passed.inner_text(), drawn.first.get_attribute("transform")) == first, "the same seed, the same passes"
    press(page, "Draw 1,000")
    press(page, "Reset")
    assert (passed.inner_text(), drawn.first.get_attribute("transform")) == first


def test_every_setting_moves_the_picture(show):
    page = show(explore_speculative())
    picture = "[...document.querySelectorAll('svg, .tc-passed')].map((each) => each.outerHTML).join('')"
    clean = f"({picture}).replace(/tc-gradient-\\d+/g, '')"
    before = page.evaluate(clean)
    settings = [{"temperature_index": 5}, {"draft_index": 20}, {"tied": False}, {"draft_index": 9}, {"ignores": True}]
    settings += [{"disagreement": 1.5}, {"length": 6}, {"cost": 0.3}, {"seed": 2}]
    for setting in settings:
        put(page, **setting)
        after = page.evaluate(clean)
        assert after != before, setting
        before = after


def test_a_click_on_the_speed_up_chooses_a_length(show):
    page = show(explore_speculative())
    box = page.locator("[aria-label^='Speed-up']").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 16, box["y"] + 60)
    assert state(page, "length") == LENGTHS[1]
    page.mouse.click(box["x"] + 36, box["y"] + 60)
    assert state(page, "length") == LENGTHS[0], "a draft proposes at least one"
