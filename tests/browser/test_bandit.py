"""Bandits: the policies against softmax, the runs against tempcourse.exploration, and what the explorable shows."""

import functools
import math

import numpy as np
import pytest
from pages import FRAME, put
from scipy import stats

from tempcourse.exploration import (
    GaussianBandit,
    boltzmann_exploration,
    boltzmann_gumbel,
    epsilon_greedy,
    geometric,
    harmonic,
    simulate,
    ucb,
)
from tempcourse.softmax import softmax
from tempcourse.widgets import explore_bandit

INF = math.inf
END = "step 1,000 of 1,000"


def python_policy(name, first):
    if name in ("geometric", "harmonic") and first < INF:
        return boltzmann_exploration(geometric(first, 0.99) if name == "geometric" else harmonic(first))
    tempered = {"gumbel": boltzmann_gumbel, "epsilon": lambda _: epsilon_greedy(0.1), "ucb": lambda _: ucb()}
    return tempered.get(name, boltzmann_exploration)(first)


# The mathematics


def draws(page, name, count=20_000):
    return np.array(
        page.evaluate(
            """([name, count]) => {
              const random = source.randomSource(5);
              return Array.from({ length: count }, () => source[name](random));
            }""",
            [name, count],
        )
    )


def test_noise_has_its_distribution(mathematics):
    assert stats.kstest(draws(mathematics, "gumbel"), stats.gumbel_r.cdf).pvalue > 0.01
    assert stats.kstest(draws(mathematics, "gaussian"), stats.norm.cdf).pvalue > 0.01


@pytest.mark.parametrize("first", [0.0, 0.3, 7.0])
def test_temperatures_are_the_schedules(mathematics, first):
    expected = [first, geometric(first, 0.99)(40), harmonic(first)(40), first / 3]
    found = mathematics.evaluate(
        """(first) => ["held", "geometric", "harmonic", "gumbel"].map(
             (name) => source.explorationTemperature(name, first, 40, 9))""",
        first,
    )
    assert found == pytest.approx(expected, rel=1e-13)


def play(page, **options):
    """Return pulls and totals, each of shape (runs, arms), after some steps in JavaScript."""
    found = page.evaluate(
        """({ steps, first, ...options }) => {
          const play = source.banditRuns({ ...options, first: Number(first) });
          for (let i = 0; i < steps; i += 1) source.banditStep(play);
          return [[...play.pulls], [...play.totals]];
        }""",
        {**options, "first": str(options["first"]).replace("inf", "Infinity")},
    )
    return np.array(found).reshape(2, options["runs"], -1)


@pytest.mark.parametrize("first", [0.0, 0.4, INF])
@pytest.mark.parametrize("policy", ["held", "geometric", "harmonic", "gumbel"])
def test_the_first_free_pull_is_softmax(mathematics, policy, first):
    means, runs = [1.0, 0.8, 1.0], 20_000
    pulls, totals = play(mathematics, means=means, sigma=0, runs=runs, policy=policy, first=first, seed=2, steps=4)
    assert totals == pytest.approx(pulls * means)
    at = {"held": 1, "geometric": 0.99**3, "harmonic": 1 / 4, "gumbel": 1}[policy]
    p = softmax(means, first * at)
    error = np.sqrt(p * (1 - p) / runs)
    assert (np.abs((pulls == 2).mean(axis=0) - p) <= 4 * error).all()


def test_epsilon_greedy_and_ucb_pull_as_in_python(mathematics):
    means = [1.0, 0.8, -0.5]
    options = {"means": means, "sigma": 0, "first": 0.0, "seed": 2}
    pulls, _ = play(mathematics, policy="epsilon", runs=20_000, steps=4, **options)
    p = np.array([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3])
    assert (np.abs((pulls == 2).mean(axis=0) - p) <= 4 * np.sqrt(p * (1 - p) / 20_000)).all()
    # UCB on sure arms has no chance in it. Without a spread its bound is the estimate; one of nearly 0 hides nothing.
    pulls, _ = play(mathematics, policy="ucb", runs=2, steps=100, **{**options, "sigma": 1e-12})
    assert (pulls == [98, 1, 1]).all()


@functools.cache
def python_runs(policy, first):
    bandit = GaussianBandit([0.5, 0.0])
    result = simulate(bandit, python_policy(policy, first), steps=200, runs=4000, rng=np.random.default_rng(3))
    return result.final_regret, result.wrong


@pytest.mark.parametrize(
    ("policy", "first"),
    [
        *[("held", first) for first in (0.0, 0.1, 1.0, INF)],
        *[("geometric", 1.0), ("harmonic", 1.0), ("harmonic", 10.0)],
        *[("gumbel", 0.5), ("gumbel", INF), ("epsilon", 0.0), ("ucb", 0.0)],
    ],
)
def test_runs_cost_what_they_cost_in_python(mathematics, policy, first):
    pulls, totals = play(
        mathematics, means=[0.5, 0.0], sigma=1, runs=4000, policy=policy, first=first, seed=1, steps=200
    )
    ours, wrong = python_runs(policy, first)
    theirs = 0.5 * pulls[:, 1]
    error = math.hypot(ours.std(), theirs.std()) / math.sqrt(4000)
    assert abs(ours.mean() - theirs.mean()) < 4 * error
    share = (totals[:, 1] / pulls[:, 1] > totals[:, 0] / pulls[:, 0]).mean()
    assert abs(share - wrong.mean()) < 4 * math.sqrt(2 * max(wrong.mean(), 1e-3) / 4000)


def test_a_wrong_policy_would_be_seen():
    held, cold = python_runs("held", 0.1)[0], python_runs("held", 0.0)[0]
    error = math.hypot(held.std(), cold.std()) / math.sqrt(4000)
    assert abs(held.mean() - cold.mean()) > 6 * error, "a schedule that is 0 where 0.1 is meant is well outside of 4"


# The explorable


def ended(show, explorable=None, **options):
    """Show the end of the runs, which is what a reader sees who prefers reduced motion."""
    page = show(explorable or explore_bandit(), reduced_motion="reduce", **options)
    page.get_by_text(END).first.wait_for()
    return page


def settle(page, text, **traits):
    """Change settings, and wait until the summary, which waits for a calm moment, speaks of them."""
    put(page, **traits)
    page.get_by_role("status").filter(has_text=f"Policy {text}, {END}").wait_for(state="attached")


def rows(page):
    """Return the table: the name of a row, and its numbers."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("tbody tr")].map((row) => [
             row.cells[0].textContent,
             [...row.cells].slice(1).map((cell) => Number(cell.dataset.quantity ?? cell.dataset.share))]))"""
    )


def stop(explorable, temperature):
    return explorable.view.temperatures.index(temperature)


@pytest.mark.parametrize(("policy", "first", "name"), [("held", 0.1, "τ = 0.1"), ("gumbel", 0.5, "0.5 / √n")])
def test_the_table_measures_the_runs_of_maths_js(show, mathematics, policy, first, name):
    explorable = explore_bandit()
    page = ended(show, explorable)
    put(page, policy=explorable.view.policies.index(policy), temperature_index=stop(explorable, first), seed=3)
    page.locator("th", has_text=name).first.wait_for(state="attached")
    page.get_by_text(END).first.wait_for()
    pulls, totals = play(
        mathematics, means=[0.5, 0.0], sigma=1, runs=200, policy=policy, first=first, seed=3, steps=1000
    )
    regret = 0.5 * pulls[:, 1]
    wrong = totals[:, 1] / pulls[:, 1] > totals[:, 0] / pulls[:, 0]
    expected = [regret.mean(), regret.std(ddof=1) / math.sqrt(200), *np.quantile(regret, [0.5, 0.1, 0.9]), wrong.mean()]
    assert rows(page)[name] == pytest.approx(expected, rel=1e-12)


def test_colds_mean_is_its_tail_and_heat_wastes(show):
    explorable = explore_bandit()
    page = ended(show, explorable)
    settle(page, "τ = 0", temperature_index=0)
    cold = rows(page)["τ = 0"]
    settle(page, "τ = ∞", temperature_index=len(explorable.view.temperatures) - 1)
    hot = rows(page)["τ = ∞"]
    settle(page, "τ = 0.2", temperature_index=stop(explorable, 0.2))
    warm = rows(page)["τ = 0.2"]
    assert cold[2] < 5 and cold[0] > 80 and cold[5] > 0.15, "greedy is good in most runs and bad on average"
    assert hot[0] == pytest.approx(250, abs=3) and hot[5] == 0, "uniform knows, and pays"
    assert warm[0] < cold[0] and warm[5] < cold[5]


def test_earlier_settings_stay_until_a_reset(show):
    page = ended(show)
    settle(page, "τ = 0.1")
    settle(page, "UCB", policy=5)
    settle(page, "τ = 0", policy=0, temperature_index=0)
    assert list(rows(page)) == ["τ = 0", "UCB", "τ = 0.1"]
    assert page.locator(".tc-earlier").evaluate_all("all => all.filter((line) => line.getAttribute('d')).length") == 2
    settle(page, "τ = 0.1", temperature_index=page.evaluate("model.state.defaults.temperature_index"))
    assert list(rows(page)) == ["τ = 0.1", "τ = 0", "UCB"], "a setting stands there once"
    page.get_by_role("button", name="Reset").click()
    page.evaluate(FRAME)
    assert list(rows(page)) == ["τ = 0.1"]


def test_a_drag_leaves_no_trail(show):
    page = ended(show)
    page.evaluate(
        """async () => {
          for (let index = 1; index < 9; index += 1) {
            model.set("temperature_index", index);
            await new Promise((done) => requestAnimationFrame(done));
          }
        }"""
    )
    page.get_by_text(END).first.wait_for()
    assert set(rows(page)) <= {"τ = 0.05", "τ = 0.063", "τ = 0.1"}


def test_a_seed_fixes_the_runs(show):
    one, same, other = ended(show), ended(show), ended(show)
    settle(other, "τ = 0.1", seed=2)
    assert rows(one) == rows(same) != rows(other)


def test_stuck_runs_are_told_apart_without_colour(show):
    page = ended(show)
    share = rows(page)["τ = 0.1"][5]
    assert page.locator(".tc-stuck").get_attribute("d").count("M") == round(200 * share) > 0
    assert page.locator(".tc-bar").get_attribute("d").count("M") == 200 - round(200 * share)


def test_runs_play_to_their_end_and_stop_and_can_be_stepped(show):
    page = show(explore_bandit())
    page.get_by_role("button", name="Play").wait_for(timeout=30_000)
    page.get_by_text(END).first.wait_for()
    assert rows(page) == rows(ended(show))
    for expected in ("step 50 of", "step 100 of"):
        page.get_by_role("button", name="Step").click()
        page.get_by_text(expected).first.wait_for()


def test_any_arms_are_played(show):
    page = ended(show, explore_bandit([1.0, 3.0, 2.5], sigma=0.5))
    assert page.get_by_text("Arms that pay 1, 3 and 2.5 on average, give or take 0.5.").count() == 1
    (numbers,) = rows(page).values()
    assert 0 < numbers[0] < 2 * 1000


def test_the_limits_of_the_schedules_are_drawn(show):
    explorable = explore_bandit()
    page = ended(show, explorable)
    for policy in range(4):
        for index in (0, len(explorable.view.temperatures) - 1):
            settle(page, f"τ = {'∞' if index else '0'}", policy=policy, temperature_index=index)
            assert in_range(rows(page), index)


def in_range(table, index):
    mean = next(iter(table.values()))[0]
    return 240 < mean < 260 if index else mean < 160
