"""Annealing: the mathematics against numpy, and the crowd and the chances that the explorable shows."""

import functools
import math

import numpy as np
import pytest
from pages import FRAME, in_browser, put

from tempcourse.boltzmann import boltzmann
from tempcourse.widgets import explore_annealing

INF = math.inf
LANDSCAPE = explore_annealing().view.energies
ROUGH = [0.3, -1.0, 2.0, 0.5, 0.7, -0.2, 4.0]


def transitions(energies, temperature):
    """Return the matrix of one Metropolis step to a neighbour: row a place, column the next."""
    rise = np.subtract.outer(energies, energies).T
    with np.errstate(divide="ignore", invalid="ignore"):
        accepted = np.where(rise <= 0, 1, np.exp(-rise / temperature))
    matrix = accepted / 2 * (np.eye(len(rise), k=1) + np.eye(len(rise), k=-1))
    return matrix + np.diag(1 - matrix.sum(axis=1))


def bottoms(energies):
    """Return for each place the bottom of its valley, by climbing down."""

    def climb(place):
        near = [j for j in (place - 1, place, place + 1) if 0 <= j < len(energies)]
        lowest = min(near, key=lambda j: energies[j])
        return place if lowest == place else climb(lowest)

    return np.array([climb(place) for place in range(len(energies))])


def schedule_of(name, steps, hot=1.0, cold=0.1):
    return {
        "cool": np.geomspace(hot, cold, steps),
        "hold": np.full(steps, math.sqrt(hot * cold)),
        "quench": np.zeros(steps),
    }[name]


@functools.cache
def exact_end(name, steps):
    """Return the distribution after a schedule, from a uniform start, over the explorable's own landscape."""
    p = np.full(len(LANDSCAPE), 1 / len(LANDSCAPE))
    for temperature in schedule_of(name, steps):
        p = p @ transitions(LANDSCAPE, temperature)
    return p


# The mathematics


@pytest.mark.parametrize("temperature", [0.0, 0.05, 0.7, 3.0, INF])
def test_the_flow_is_the_transition_matrix(mathematics, temperature):
    matrix = transitions(ROUGH, temperature)
    starts = [*np.eye(len(ROUGH)).tolist(), np.random.default_rng(0).dirichlet(np.ones(len(ROUGH))).tolist()]
    ends = in_browser(mathematics, "metropolisFlow", [(p, ROUGH, temperature) for p in starts])
    assert np.abs(np.array(ends) - starts @ matrix).max() < 1e-15


@pytest.mark.parametrize("temperature", [0.05, 0.7, 3.0, INF])
def test_boltzmanns_distribution_stays(mathematics, temperature):
    p = boltzmann(ROUGH, temperature)
    (after,) = in_browser(mathematics, "metropolisFlow", [(p.tolist(), ROUGH, temperature)])
    assert after == pytest.approx(p.tolist(), rel=1e-13, abs=0)


@pytest.mark.parametrize("temperature", [0.0, 0.7, INF])
@pytest.mark.parametrize("place", [0, 3, 4])
def test_a_walker_steps_as_the_flow_says(mathematics, place, temperature):
    draws = 20_000
    counts = mathematics.evaluate(
        """([place, energies, temperature, draws]) => {
          const random = source.randomSource(3);
          const counts = energies.map(() => 0);
          for (let i = 0; i < draws; i++) {
            counts[source.metropolisStep(place, energies, Number(temperature), random)] += 1;
          }
          return counts;
        }""",
        [place, ROUGH, str(temperature).replace("inf", "Infinity"), draws],
    )
    p = transitions(ROUGH, temperature)[place]
    error = np.sqrt(p * (1 - p) / draws)
    assert (np.abs(np.array(counts) / draws - p) <= 4 * error).all()


def test_cooling_takes_the_same_fraction_each_step(mathematics):
    (cooling,) = in_browser(mathematics, "geometricCooling", [(2.0, 0.05, 50)])
    assert cooling == pytest.approx(np.geomspace(2.0, 0.05, 50).tolist(), rel=1e-13)


def test_every_place_belongs_to_the_valley_below_it(mathematics):
    landscapes = [ROUGH, LANDSCAPE, np.random.default_rng(1).normal(size=40).tolist()]
    found = in_browser(mathematics, "valleyBottoms", [(row,) for row in landscapes])
    for row, theirs in zip(landscapes, found, strict=True):
        assert theirs == bottoms(row).tolist()


# The explorable


def ended(show, explorable=None, **options):
    """Show the end of a run, which is what a reader sees who prefers reduced motion."""
    return show(explorable or explore_annealing(), reduced_motion="reduce", **options)


def column(page, number, name):
    cells = f"tbody tr td:nth-child({number})"
    return [float(text) for text in page.evaluate(
        "([cells, name]) => [...document.querySelectorAll(cells)].map((cell) => cell.dataset[name])", [cells, name]
    )]  # fmt: skip


def walkers(page):
    return page.evaluate(
        """() => [...document.querySelectorAll(".tc-walker")].map(
             (dot) => [dot.getAttribute("cx"), dot.getAttribute("cy")])"""
    )


def by_valley(p):
    valley = bottoms(LANDSCAPE)
    return [p[valley == bottom].sum() for bottom in sorted(set(valley))]


@pytest.mark.parametrize("steps", [10, 1000, 5000])
@pytest.mark.parametrize("name", ["cool", "hold", "quench"])
def test_the_table_holds_the_exact_probabilities(show, name, steps):
    explorable = explore_annealing()
    page = ended(show, explorable)
    put(page, schedule=explorable.view.schedules.index(name), steps_index=explorable.view.steps.index(steps))
    assert column(page, 2, "quantity") == [LANDSCAPE[bottom] for bottom in sorted(set(bottoms(LANDSCAPE)))]
    now = boltzmann(LANDSCAPE, schedule_of(name, steps)[-1])
    assert column(page, 3, "probability") == pytest.approx(by_valley(now), rel=1e-11, abs=1e-300)
    assert sum(column(page, 4, "count")) == 40
    assert column(page, 5, "probability") == pytest.approx(by_valley(exact_end(name, steps)), rel=1e-11)


@pytest.mark.parametrize(("name", "steps"), [("cool", 10), ("cool", 500), ("hold", 200), ("quench", 1000)])
def test_the_crowds_of_many_seeds_agree_with_the_exact_probabilities(show, name, steps):
    explorable = explore_annealing()
    page = ended(show, explorable)
    put(page, schedule=explorable.view.schedules.index(name), steps_index=explorable.view.steps.index(steps))
    counts = []
    for seed in range(1, 26):
        put(page, seed=seed)
        counts.append(column(page, 4, "count"))
    p = np.array(by_valley(exact_end(name, steps)))
    error = np.sqrt(p * (1 - p) / (25 * 40))
    assert (np.abs(np.mean(counts, axis=0) / 40 - p) < 3.5 * error).all()


def deepest(p):
    return by_valley(p)[3]


def test_what_the_notes_say_is_so():
    cooled = [deepest(exact_end("cool", steps)) for steps in explore_annealing().view.steps]
    assert cooled == sorted(cooled), "slower is better"
    assert cooled[0] < 0.25 and cooled[-1] > 0.9
    held = deepest(boltzmann(LANDSCAPE, math.sqrt(0.1)))
    assert deepest(exact_end("hold", 10_000)) == pytest.approx(held, abs=0.03), "near to its equilibrium"
    assert held < cooled[-1] - 0.1, "which is no better than it is"
    assert deepest(exact_end("hold", 200)) > deepest(exact_end("cool", 200)), "in a hurry, cooling is no help"


def test_a_quenched_walker_stays_in_the_valley_it_started_in(show):
    explorable = explore_annealing()
    page = ended(show, explorable)
    put(page, schedule=2, steps_index=6)
    end = column(page, 4, "count")
    page.get_by_role("button", name="Reset").click()
    put(page, schedule=2, steps_index=6)
    assert "step 0 of 1,000" in page.locator("caption").inner_text()
    start = column(page, 4, "count")
    assert sum(np.abs(np.subtract(start, end))) <= 4, "but for those who stood on a ridge"


def test_a_seed_fixes_the_walks(show):
    one, same, other = ended(show), ended(show), ended(show)
    put(other, seed=2)
    assert walkers(one) == walkers(same) != walkers(other)


def test_steps_walk_through_a_run_and_reset_brings_back_its_start(show):
    page = ended(show)
    assert "step 1,000 of 1,000" in page.locator("caption").inner_text()
    end = walkers(page)
    page.get_by_role("button", name="Reset").click()
    page.evaluate(FRAME)
    start = walkers(page)
    assert start != end
    for _ in range(20):
        page.get_by_role("button", name="Step").click()
        page.evaluate(FRAME)
    assert walkers(page) == end
    page.get_by_role("button", name="Step").click()
    page.evaluate(FRAME)
    assert "step 50 of 1,000" in page.locator("caption").inner_text(), "after the end comes the beginning"


def test_a_run_plays_to_its_end_and_stops_and_plays_again(show):
    page = show(explore_annealing())
    play = page.get_by_role("button", name="Play")
    play.wait_for(timeout=30_000)
    assert walkers(page) == walkers(ended(show))
    play.click()
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_function("!document.querySelector('caption').textContent.includes('step 1,000')")
    put(page, steps_index=0)
    assert "of 10" in page.locator("caption").inner_text()
    assert page.get_by_role("button", name="Pause").count() == 1, "other settings start another run"


def test_a_tap_on_the_chances_chooses_the_steps(show):
    page = ended(show)
    chart = page.locator(".tc-pick")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.click(box["x"] + 50, box["y"] + 60)
    assert page.evaluate("model.state.steps_index") == 0
    page.mouse.click(box["x"] + box["width"] - 70, box["y"] + 60)
    assert page.evaluate("model.state.steps_index") == 9


def test_an_own_landscape_is_walked_on(show):
    page = ended(show, explore_annealing([3.0, 1.0, 2.0, 0.0, 4.0], hot=5, cold=0.5))
    assert page.locator("tbody tr").count() == 2
    assert page.locator("tbody th").all_inner_texts() == ["place 2", "place 4, deepest"]
    assert sum(column(page, 5, "probability")) == pytest.approx(1, abs=1e-12)


def test_the_summary_is_one_sentence(show):
    page = ended(show)
    text = page.get_by_role("status").inner_text()
    assert text.startswith("Schedule “cool”, step 1,000 of 1,000 at temperature 0.1: ")
    assert text.endswith(" walkers are in the deepest valley; the exact chance to end there is 58.0 %.")
    assert f"{100 * by_valley(exact_end('cool', 1000))[3]:.1f} %" == "58.0 %"
