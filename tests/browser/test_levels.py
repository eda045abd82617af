"""Energy levels: the mathematics against tempcourse.boltzmann, and the particles that stand for it."""

import math

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pages import FRAME, in_browser, put

from tempcourse import boltzmann as python
from tempcourse.widgets import explore_levels

INF = math.inf
FIVE = [0.0, 0.1, 1.0, 5.0, INF]
QUANTITIES = ["mean_energy", "thermal_entropy", "free_energy", "heat_capacity"]  # as the table has them

LEVELS = st.lists(st.tuples(st.floats(-5, 5), st.integers(1, 12)), min_size=1, max_size=6)
TEMPERATURES = st.one_of(st.sampled_from(FIVE), st.floats(-2, 3).map(lambda power: 10**power))


@settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
@given(calls=st.lists(st.tuples(LEVELS, TEMPERATURES), min_size=10, max_size=20))
def test_the_mathematics_agrees_with_python(mathematics, calls):
    systems = [([energy for energy, _ in levels], t, [g for _, g in levels]) for levels, t in calls]
    for name in ["boltzmann", *QUANTITIES]:
        first, *others = name.split("_")
        theirs = in_browser(mathematics, first + "".join(map(str.capitalize, others)), systems)
        for (energies, t, g), result in zip(systems, theirs, strict=True):
            expected = getattr(python, name)(energies, t, degeneracies=g)
            # Energies and their soft minimum keep 1e-12 of the largest term that they are made of.
            size = {"mean_energy": 5, "free_energy": max(5, 10 * t if t < INF else 0)}.get(name, 1)
            assert result == pytest.approx(np.asarray(expected).tolist(), rel=1e-12, abs=1e-13 * size), (name, t, g)


def test_entropy_keeps_its_digits_where_nearly_all_is_in_the_ground_state(mathematics):
    (entropy,) = in_browser(mathematics, "thermalEntropy", [([-3.0, -2.0], 0.05, [1, 1])])
    p = 1 / (1 + math.exp(20))  # upstairs
    assert entropy == pytest.approx(-p * math.log(p) - (1 - p) * math.log1p(-p), rel=1e-12, abs=0)


def still(show, explorable, **options):
    """Show an explorable to a reader who prefers reduced motion: nothing moves by itself."""
    return show(explorable, reduced_motion="reduce", **options)


def cells(page, name):
    return [float(text) for text in page.evaluate(
        """(name) => [...document.querySelectorAll(`tbody [data-${name}]`)].map((cell) => cell.dataset[name])""", name
    )]  # fmt: skip


def particles(page):
    return page.evaluate("() => [...document.querySelectorAll('.tc-particle')].map((dot) => dot.style.transform)")


@pytest.mark.parametrize("temperature", FIVE)
def test_the_table_is_pythons(show, temperature):
    explorable = explore_levels([-1.0, 0.25, 3.5], [2, 12, 1])
    page = still(show, explorable)
    for i, preset in enumerate(explorable.view.presets):
        put(page, preset=i, temperature_index=explorable.view.temperatures.index(temperature))
        energies, g = preset["energies"], preset["degeneracies"]
        p = python.boltzmann(energies, temperature, degeneracies=g)
        assert cells(page, "probability") == pytest.approx(p.tolist(), rel=1e-12, abs=1e-300)
        expected = [getattr(python, name)(energies, temperature, degeneracies=g) for name in QUANTITIES]
        theirs = [float(str(x).replace("Infinity", "inf")) for x in cells(page, "quantity")]
        assert theirs == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("temperature", FIVE)
def test_particles_that_stand_still_stand_for_the_exact_shares(show, temperature):
    explorable = explore_levels([0.0, 1.0, 1.5], [1, 5, 3])
    page = still(show, explorable)
    put(page, temperature_index=explorable.view.temperatures.index(temperature))
    counts = cells(page, "count")
    shares = 100 * python.boltzmann([0.0, 1.0, 1.5], temperature, degeneracies=[1, 5, 3])
    assert sum(counts) == 100 and len(set(particles(page))) == 100
    assert np.abs(counts - shares).max() <= 1
    assert temperature > 0 or counts == [100, 0, 0]
    where = particles(page)
    page.evaluate(FRAME)
    assert particles(page) == where == particles_at(show, explorable, page.evaluate("model.state.temperature_index"))


def particles_at(show, explorable, index):
    page = still(show, explorable)
    put(page, temperature_index=index)
    return particles(page)


def test_steps_draw_from_the_populations(show):
    energies, g = [0.0, 1.0], [1, 5]
    page = still(show, explore_levels(energies, g))
    step = page.get_by_role("button", name="Step")
    drawn = []
    for _ in range(30):
        step.click()
        page.evaluate(FRAME)
        drawn.append(cells(page, "count"))
    p = python.boltzmann(energies, 1.0, degeneracies=g)[1]
    assert len({tuple(counts) for counts in drawn}) > 5, "particles hop"
    # Each step draws all 100 anew, so 3000 draws are independent.
    assert abs(np.mean(drawn, axis=0)[1] / 100 - p) < 4 * math.sqrt(p * (1 - p) / 3000)
    page.get_by_role("button", name="Reset").click()
    page.evaluate(FRAME)
    assert cells(page, "count") == [35, 65]


def test_while_it_plays_particles_move_a_few_at_a_time(show):
    explorable = explore_levels()
    page = show(explorable)
    page.get_by_role("button", name="Pause").wait_for()
    put(page, temperature_index=0)
    assert cells(page, "count") != [100, 0], "they fall one after another"
    page.wait_for_function("document.querySelector('tbody [data-count]').dataset.count === '100'", timeout=20_000)
    put(page, preset=1)
    assert cells(page, "count") == [100, 0, 0, 0, 0, 0], "other levels, while it plays"
    put(page, preset=0)
    page.get_by_role("button", name="Pause").click()
    where = particles(page)
    page.evaluate(FRAME)
    assert particles(page) == where
    put(page, temperature_index=explorable.view.temperatures.index(INF))
    assert cells(page, "count") == [50, 50], "paused, they are where the shares put them"


def test_a_free_energy_that_has_left_the_chart_is_not_drawn_in_it(show):
    explorable = explore_levels()
    page = still(show, explorable)
    dot = page.locator(".tc-pick").nth(1).locator(".tc-dot").first
    for temperature, visibility in ((1.0, "visible"), (5.0, "hidden"), (INF, "hidden"), (0.0, "visible")):
        put(page, temperature_index=explorable.view.temperatures.index(temperature))
        assert dot.get_attribute("visibility") == visibility
    assert page.get_by_text("↓ to −∞").count() == 1


def test_a_tap_on_a_curve_chooses_a_temperature(show):
    page = still(show, explore_levels())
    for chart in page.locator(".tc-pick").all():
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        page.mouse.click(box["x"] + box["width"] - 2, box["y"] + 60)
        assert page.evaluate("model.state.temperature_index") == 82
        page.mouse.click(box["x"] + 40, box["y"] + 60)
        assert page.evaluate("model.state.temperature_index") == 0


def test_the_summary_is_one_sentence_with_the_exact_numbers(show):
    page = still(show, explore_levels())
    assert page.get_by_role("status").inner_text() == (
        "At temperature 1: E = 0 holds 73.1 %, E = 1 holds 26.9 %; "
        "mean energy 0.269, entropy 0.582 nats, free energy −0.313, heat capacity 0.197."
    )


# What the notes claim


def test_two_levels_have_their_peak_where_the_note_says():
    grid = np.linspace(0.2, 1, 801)
    capacity = python.heat_capacity([0.0, 1.0], grid[:, None])
    assert f"{grid[capacity.argmax()]:.2f}" == "0.42"


def test_a_ladder_without_end_has_a_heat_capacity_of_one_and_six_rungs_do_not():
    assert python.heat_capacity(np.arange(400.0), 10.0) == pytest.approx(1, abs=1e-3)
    assert python.heat_capacity(np.arange(6.0), 10.0) < 0.03


def test_most_are_upstairs_above_the_temperature_of_the_note():
    crossing = 1 / math.log(5)
    assert f"{crossing:.2f}" == "0.62"
    below, at, above = python.boltzmann([0.0, 1.0], np.array([[0.6], [crossing], [0.64]]), degeneracies=[1, 5])[:, 1]
    assert below < at == pytest.approx(0.5, abs=1e-12) and above > 0.5
