"""pass@k: its table against softmax over all thousand answers, the best temperatures, and what is estimated."""

import math

import numpy as np
import pytest
from pages import FRAME, put, state

from tempcourse.many_samples import pass_at_k
from tempcourse.softmax import softmax
from tempcourse.widgets import explore_pass_at_k
from tempcourse.widgets.explore_pass_at_k import ANSWERS, DEPTH, KS, TASKS

INF = math.inf


def right(temperature, gap):
    """Return the probabilities of the right answer of an easy and of a hard task."""
    easy, hard = np.full((2, ANSWERS), -DEPTH)
    easy[0], hard[0], hard[1] = 0, -gap, 0
    return softmax([easy, hard], temperature)[:, 0]


def mean_pass(temperature, k, hard, gap):
    return float(pass_at_k(right(temperature, gap), k) @ [1 - hard / 100, hard / 100])


def table(page):
    """Return the last two cells of each row by its name."""
    rows = page.evaluate(
        """() => [...document.querySelectorAll("tbody tr")].map((row) => [
             row.cells[0].textContent,
             ...[2, 3].map((i) => row.cells[i].dataset.probability ?? row.cells[i].dataset.quantity ?? "")])"""
    )
    return {name: [float(text) if text else None for text in rest] for name, *rest in rows}


def best(page):
    return table(page)["best τ"]


@pytest.mark.parametrize("temperature", [0.0, 0.1, 0.75, 2.0, INF])
def test_the_table_is_pythons(show, temperature):
    explorable = explore_pass_at_k()
    page = show(explorable)
    index = explorable.view.temperatures.index(temperature)
    for k, hard, gap in ((1, 50, 4.0), (100, 25, 0.5), (1000, 100, 7.5)):
        put(page, temperature_index=index, k_index=KS.index(k), hard=hard, gap=gap)
        found = table(page)
        p = right(temperature, gap)
        for kind, chance in zip(("easy", "hard"), p, strict=True):
            assert found[kind] == pytest.approx([chance, float(pass_at_k(chance, k))], rel=1e-11, abs=1e-300)
        assert found["all"] == pytest.approx([mean_pass(temperature, size, hard, gap) for size in (1, k)], rel=1e-11)


def test_the_best_temperature_rises_with_k_where_tasks_are_mixed(show):
    explorable = explore_pass_at_k()
    page = show(explorable)
    stops = explorable.view.temperatures
    found = []
    for index, k in enumerate(KS):
        put(page, k_index=index)
        one, many = best(page)
        found.append(many)
        for size, stop in ((1, one), (k, many)):
            values = [mean_pass(each, size, 50, 4.0) for each in stops]
            assert mean_pass(stop, size, 50, 4.0) == pytest.approx(max(values), rel=1e-13)
        assert one == found[0]
    assert found == sorted(found) and found[0] < 0.6 < 1.1 < found[-1]
    assert "more samples pay for more heat" in page.locator(".tc-verdict").inner_text()


def test_it_does_not_where_all_tasks_are_alike(show):
    page = show(explore_pass_at_k())
    for hard, words in ((0, "All tasks are easy."), (100, "All tasks are alike.")):
        found = set()
        for index in range(len(KS)):
            put(page, k_index=index, hard=hard)
            found.add(best(page)[1])
        assert len(found) == 1 and (found == {0.0}) == (hard == 0)
        assert page.locator(".tc-verdict").inner_text().startswith(words)


def test_each_curve_has_a_ring_at_its_best(show):
    explorable = explore_pass_at_k()
    page = show(explorable)
    rings = page.locator(".tc-ring")
    assert rings.count() == 2
    put(page, k_index=0)
    assert rings.count() == 1 and rings.get_attribute("visibility") == "visible"
    put(page, temperature_index=explorable.view.temperatures.index(best(page)[0]))
    assert rings.get_attribute("cx") == page.locator(".tc-cursor").first.get_attribute("x1")


def test_the_estimate_is_unbiased_and_the_plain_one_is_not(show):
    explorable = explore_pass_at_k()
    page = show(explorable)
    put(page, k_index=KS.index(10), temperature_index=explorable.view.temperatures.index(1.0))
    expected = table(page)["all"][1]
    found = []
    for seed in range(1, 61):
        put(page, seed=seed)
        values = table(page)
        found.append([values["estimate from 20 samples a task"][1], values["the same by 1 − (1 − c/n)ᵏ"][1]])
    (estimate, plain), error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(len(found))
    assert len({each for each, _ in found}) > 10, "seeds differ"
    assert abs(estimate - expected) < 3.5 * error[0] and expected - plain > 6 * error[1]
    put(page, seed=1)
    assert table(page)["estimate from 20 samples a task"][1] == found[0][0], "the same seed, the same samples"


def test_every_setting_moves_the_picture(show):
    page = show(explore_pass_at_k())
    picture = "document.querySelector('.tc-chart').outerHTML.replace(/tc-gradient-\\d+/g, '')"
    before = page.evaluate(picture)
    for setting in ({"temperature_index": 50}, {"k_index": 4}, {"hard": 55}, {"gap": 4.25}, {"seed": 2}):
        put(page, **setting)
        after = page.evaluate(picture)
        assert after != before, setting
        before = after


def test_a_click_on_the_curves_chooses_a_temperature(show):
    page = show(explore_pass_at_k())
    box = page.locator(".tc-pick").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + 60)
    assert state(page, "temperature_index") == len(explore_pass_at_k().view.temperatures) - 1
    page.evaluate(FRAME)
    assert table(page)["easy"] == pytest.approx([1 / ANSWERS, 1 - (1 - 1 / ANSWERS) ** 100], rel=1e-12)
    assert f"{TASKS} tasks, 200 samples each" in page.locator(".tc-key").inner_text()
