"""The Ising model in JavaScript against exact averages, and the live lattice that it moves."""

import math

import numpy as np
import pytest
from pages import FRAME, in_browser, put, state
from scipy.special import ellipk

from tempcourse.boltzmann import boltzmann
from tempcourse.ising import ising_energies
from tempcourse.softmax import softmax
from tempcourse.widgets import explore_ising

INF = math.inf
CRITICAL = 2 / math.log(1 + math.sqrt(2))


# Random numbers


def test_the_generator_gives_its_authors_numbers(mathematics):
    # The first of xoshiro128** 1.1 from the state 1, 2, 3, 4, as its authors' C code prints them.
    expected = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849]
    drawn = mathematics.evaluate(
        "() => { const s = Uint32Array.of(1, 2, 3, 4); return Array.from({ length: 8 }, () => source.uniform(s)); }"
    )
    assert [x * 2**32 for x in drawn] == expected


def test_a_seed_fixes_the_numbers_and_the_next_seed_shares_nothing_with_it(mathematics):
    words = mathematics.evaluate("Array.from({ length: 100 }, (_, seed) => [...source.randomSource(seed)])")
    assert words == mathematics.evaluate(
        "Array.from({ length: 100 }, (_, seed) => [...source.randomSource(seed)])"
    )
    assert len({word for row in words for word in row}) == 400
    bits = np.unpackbits(np.array(words, np.uint32).view(np.uint8), axis=1)
    differing = (bits[1:] != bits[:-1]).mean()  # over 99 pairs of 128 bits
    assert abs(differing - 0.5) < 4 * 0.5 / math.sqrt(99 * 128)


# The sweep

# The first spin of the checkerboard is drawn again and again, among neighbours that sum to h.
DRAW_ONE = """([h, temperature, draws]) => {
  const random = source.randomSource(7);
  const neighbours = [4, 12, 1, 3];
  let up = 0;
  for (let i = 0; i < draws; i++) {
    const spins = new Int8Array(16).fill(-1);
    neighbours.slice(0, h / 2 + 2).forEach((site) => (spins[site] = 1));
    source.isingSweep(spins, 4, temperature, random);
    up += spins[0] === 1;
  }
  return up / draws;
}"""


@pytest.mark.parametrize("temperature", [0, 1, CRITICAL, 10, INF])
@pytest.mark.parametrize("h", [-4, -2, 0, 2, 4])
def test_each_spin_is_a_softmax_of_two(mathematics, h, temperature):
    draws = 10_000
    p = softmax([h, -h], temperature)[0]
    share = mathematics.evaluate(DRAW_ONE, [h, temperature, draws])
    if p in (0, 1):
        assert share == p
    else:
        assert abs(share - p) <= 4 * math.sqrt(p * (1 - p) / draws)


# Sweeps a lattice and returns its magnetisation and energy per spin after each sweep.
TRACE = """([side, temperature, burnIn, sweeps, seed]) => {
  const random = source.randomSource(seed);
  const spins = source.isingLattice(side, random);
  const trace = [[], []];
  for (let i = -burnIn; i < sweeps; i++) {
    source.isingSweep(spins, side, temperature, random);
    if (i < 0) continue;
    trace[0].push(source.magnetisation(spins));
    trace[1].push(source.isingEnergy(spins, side) / spins.length);
  }
  return trace;
}"""


def mean_and_error(values, batches=100):
    """Return the mean of a time series and its standard error, from batches longer than its memory."""
    means = np.reshape(values, (batches, -1)).mean(axis=1)
    return means.mean(), means.std(ddof=1) / math.sqrt(batches)


@pytest.mark.parametrize("temperature", [1.5, CRITICAL, 3.0, 5.0])
def test_four_by_four_averages_are_those_of_the_enumeration(mathematics, temperature):
    m, e = np.array(mathematics.evaluate(TRACE, [4, temperature, 100, 50_000, 1]))
    energies, magnetisations = ising_energies(4)

    def exact(of, T):
        return boltzmann(energies, T) @ of(magnetisations, energies / 16)

    for of in (lambda m, e: e, lambda m, e: e**2, lambda m, e: abs(m), lambda m, e: m**4):
        mean, error = mean_and_error(of(m, e))
        assert abs(mean - exact(of, temperature)) < 4 * error
        assert abs(mean - exact(of, 1.1 * temperature)) > 8 * error, "too coarse to tell a wrong rule"


@pytest.mark.parametrize("temperature", [1.5, 2.0, 3.0, 5.0])
def test_a_large_lattice_has_what_is_known_of_the_infinite_one(mathematics, temperature):
    """Away from the critical temperature, 32 spins a side are far more than domains are wide."""
    m, e = np.array(mathematics.evaluate(TRACE, [32, temperature, 1000, 5000, 1]))
    (energy,) = in_browser(mathematics, "exactEnergy", [(temperature,)])
    mean, error = mean_and_error(e)
    assert abs(mean - energy) < 4 * error < 0.01
    if temperature < CRITICAL:
        (magnetisation,) = in_browser(mathematics, "exactMagnetisation", [(temperature,)])
        mean, error = mean_and_error(abs(m))
        assert abs(mean - magnetisation) < 4 * error < 0.01


FROM_UP = """([side, temperature, sweeps]) => {
  const spins = new Int8Array(side * side).fill(1);
  const random = source.randomSource(3);
  for (let i = 0; i < sweeps; i++) source.isingSweep(spins, side, temperature, random);
  return [...spins];
}"""


def test_at_zero_all_up_stays_and_no_sweep_costs_energy(mathematics):
    assert mathematics.evaluate(FROM_UP, [8, 0, 100]) == [1] * 64
    _, energies = mathematics.evaluate(TRACE, [32, 0, 0, 200, 1])
    assert (np.diff(energies) <= 0).all() and energies[-1] < energies[0]


def test_one_colour_goes_first_and_sees_nothing_of_what_it_became(mathematics):
    # Black up, white down: at T = 0 every black spin joins the white ones, and no white one has a reason to move.
    after = mathematics.evaluate(
        """() => {
          const spins = Int8Array.from({ length: 64 }, (_, i) => ((i + (i >> 3)) % 2 ? -1 : 1));
          source.isingSweep(spins, 8, 0, source.randomSource(3));
          return [...spins];
        }"""
    )
    assert after == [-1] * 64


def test_at_infinity_every_spin_is_a_coin_that_forgets(mathematics):
    once = mathematics.evaluate(FROM_UP, [64, INF, 1])
    assert abs(np.mean(once)) < 4 / 64
    # The same random numbers make the same lattice, whatever it was before.
    again = mathematics.evaluate(
        """() => {
          const spins = new Int8Array(64 * 64).map((_, i) => (i % 3 ? 1 : -1));
          source.isingSweep(spins, 64, Infinity, source.randomSource(3));
          return [...spins];
        }"""
    )
    assert again == once


@pytest.mark.parametrize("side", [4, 6, 64])
def test_energy_and_magnetisation_are_numpys(mathematics, side):
    spins = np.random.default_rng(side).choice([-1, 1], (side, side))
    energy = -(spins * np.roll(spins, 1, 0) + spins * np.roll(spins, 1, 1)).sum()
    ours = mathematics.evaluate(
        """([spins, side]) => [source.isingEnergy(Int8Array.from(spins), side),
                               source.magnetisation(Int8Array.from(spins))]""",
        [spins.ravel().tolist(), side],
    )
    assert ours == [energy, spins.mean()]


# What is known exactly


def test_the_exact_energy_is_onsagers(mathematics):
    temperatures = [0.3, 1.0, 2.0, 2.2, 2.3, 3.0, 5.0, 100.0]
    ours = in_browser(mathematics, "exactEnergy", [(T,) for T in temperatures])
    K = 2 / np.array(temperatures)
    kappa = 2 * np.sinh(K) / np.cosh(K) ** 2
    onsager = -(1 + 2 / np.pi * (2 * np.tanh(K) ** 2 - 1) * ellipk(kappa**2)) / np.tanh(K)
    assert ours == pytest.approx(onsager.tolist(), rel=1e-9)
    assert in_browser(mathematics, "exactEnergy", [(0.0,), (INF,)]) == [-2, 0]
    assert in_browser(mathematics, "exactEnergy", [(CRITICAL,)]) == pytest.approx([-math.sqrt(2)], rel=1e-12)


def test_the_exact_magnetisation_is_yangs_and_ends_at_the_critical_temperature(mathematics):
    assert mathematics.evaluate("source.CRITICAL_TEMPERATURE") == CRITICAL
    ours = in_browser(mathematics, "exactMagnetisation", [(0.0,), (2.0,), (CRITICAL,), (3.0,), (INF,)])
    assert ours == [1, pytest.approx((1 - math.sinh(1) ** -4) ** 0.125, rel=1e-12), 0, 0, 0]


# The live lattice

STILL = {"reduced_motion": "reduce"}
COLD, HOT = 0, 1

# Keeps the frames that the page has asked for and not yet had.
WATCH = """() => {
  window.pending = new Set();
  const [ask, drop] = [requestAnimationFrame, cancelAnimationFrame];
  window.requestAnimationFrame = (callback) => {
    const id = ask((now) => (pending.delete(id), callback(now)));
    pending.add(id);
    return id;
  };
  window.cancelAnimationFrame = (id) => (pending.delete(id), drop(id));
}"""
RUNS, RESTS = "pending.size > 0", "pending.size === 0"


def sweeps(page):
    return int(page.locator(".tc-facts strong").first.inner_text().replace(",", ""))


def spins(page):
    """Return the lattice that the canvas shows, up where a pixel is light."""
    red_green_blue = page.evaluate(
        """() => {
          const canvas = document.querySelector("canvas");
          return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
        }"""
    )
    light = np.reshape(red_green_blue, (-1, 4))[:, :3].mean(axis=1)
    assert len(set(light)) <= 2
    return np.where(light > 200, 1, -1).tolist()


def measured(page):
    """Return the table's numbers: the rows m, |m| and e, each now, on average and, but for m, exact."""
    return page.evaluate(
        """[...document.querySelectorAll("tbody tr")].map((row) =>
             [...row.querySelectorAll("[data-value]")].map((cell) => Number(cell.dataset.value)))"""
    )


def press(page, name, times=1, key="Enter"):
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(times):
        button.press(key)
    page.evaluate(FRAME)


def test_the_picture_is_the_mathematics_with_the_seed_in_the_open(show, mathematics):
    explorable = explore_ising(16)
    page = show(explorable, **STILL)
    press(page, "Step", 5)
    expected = mathematics.evaluate(
        """([seed, temperature]) => {
          const random = source.randomSource(seed);
          const spins = source.isingLattice(16, random);
          for (let i = 0; i < 5; i++) source.isingSweep(spins, 16, temperature, random);
          return [...spins];
        }""",
        [explorable.view.seed, explorable.controls["temperature"].value],
    )
    assert sweeps(page) == 5 and spins(page) == expected
    lattice = np.reshape(expected, (16, 16))
    energy = -(lattice * np.roll(lattice, 1, 0) + lattice * np.roll(lattice, 1, 1)).mean()
    (m, _), (size, *_), (e, *_) = measured(page)
    assert (m, size, e) == (lattice.mean(), abs(lattice.mean()), energy)


def test_the_same_settings_show_the_same_picture_after_a_reset_and_another_seed_another(show):
    page = show(explore_ising(16), **STILL)
    first = spins(page)
    press(page, "Step", 3)
    third = spins(page)
    press(page, "Reset")
    assert sweeps(page) == 0 and spins(page) == first != third
    press(page, "Step", 3)
    assert spins(page) == third
    put(page, seed=2)
    assert sweeps(page) == 0 and spins(page) != first
    put(page, seed=1, start=COLD)
    assert sweeps(page) == 0 and spins(page) == [1] * 256


def test_another_temperature_keeps_the_lattice_and_starts_its_averages_anew(show):
    explorable = explore_ising(16)
    page = show(explorable, **STILL)
    seen = []
    for _ in range(4):
        press(page, "Step")
        seen.append([row[0] for row in measured(page)])
    assert [row[1] for row in measured(page)] == pytest.approx(np.mean(seen, axis=0).tolist(), rel=1e-12)
    lattice = spins(page)
    put(page, temperature_index=explorable.view.temperatures.index(1.0))
    assert sweeps(page) == 4 and spins(page) == lattice
    assert "at T = 1 after 4 sweeps" in page.locator("caption").inner_text()
    assert [row[1] for row in measured(page)] == seen[-1]
    press(page, "Step", 2)
    assert "Average of 2 sweeps" in page.get_by_role("table").inner_text()


@pytest.mark.parametrize(
    ("temperature", "texts"),
    [
        (0.0, ["1.000 (exact ±1)", "−2.000 (exact −2)"]),
        (0.5, ["1.000 (exact ±1.000)", "−2.000 (exact −2.000)"]),
        (CRITICAL, ["1.000 (exact 0)", "−2.000 (exact −1.414)"]),
        (INF, ["1.000 (exact 0)", "−2.000 (exact 0)"]),
    ],
)
def test_exact_values_are_told_from_what_rounds_to_them(show, temperature, texts):
    explorable = explore_ising(8)
    page = show(explorable, **STILL)
    put(page, start=COLD, temperature_index=explorable.view.temperatures.index(temperature))
    assert page.locator(".tc-facts strong").all_inner_texts()[1:] == texts


def test_play_pause_and_step_by_keyboard(show):
    page = show(explore_ising(8))
    pause = page.get_by_role("button", name="Pause")
    pause.focus()
    page.wait_for_function("document.querySelector('.tc-facts strong').textContent > 0")
    page.keyboard.press("Enter")
    page.evaluate(FRAME)
    play = page.get_by_role("button", name="Play")
    assert play.evaluate("(node) => node === document.activeElement")
    before = sweeps(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.evaluate(FRAME)
    assert sweeps(page) == before + 1
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    assert page.get_by_role("button", name="Pause").count() == 1
    press(page, "Step")
    assert page.get_by_role("button", name="Play").count() == 1, "a step pauses"


def test_reduced_motion_starts_paused_and_may_be_played(show):
    page = show(explore_ising(8), **STILL)
    page.evaluate(WATCH)
    page.evaluate(FRAME)
    assert page.evaluate(RESTS) and sweeps(page) == 0
    press(page, "Play")
    page.wait_for_function("document.querySelector('.tc-facts strong').textContent > 0")


def test_nothing_runs_while_nobody_looks(show):
    page = show(explore_ising(8))
    page.evaluate(WATCH)
    page.wait_for_function(RUNS)

    def hide(hidden):
        page.evaluate(
            """(hidden) => {
              Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            hidden,
        )

    page.evaluate("document.body.style.paddingTop = '5000px'")
    for leave, come_back in [
        (lambda: page.evaluate("scrollTo(0, 0)"), lambda: page.evaluate("scrollTo(0, 5000)")),
        (lambda: hide(True), lambda: hide(False)),
        (lambda: page.emulate_media(media="print"), lambda: page.emulate_media(media="screen")),
        (lambda: press(page, "Pause"), lambda: press(page, "Play")),
    ]:
        leave()
        page.wait_for_function(RESTS)
        before = spins(page)
        page.evaluate(FRAME)
        assert page.evaluate(RESTS) and spins(page) == before
        come_back()
        page.wait_for_function(RUNS)
    page.evaluate("leave()")
    assert page.evaluate(RESTS) and page.locator("canvas").count() == 0


def test_the_summary_is_not_spoken_while_it_runs_but_at_a_pause_and_for_a_new_setting(show):
    explorable = explore_ising(8)
    page = show(explorable)
    status = page.get_by_role("status")
    # Far more than the half second of quiet after which a summary is spoken, at 60 sweeps a second.
    page.wait_for_function("document.querySelector('.tc-facts strong').textContent > 80")
    assert status.inner_text().startswith("After 0 sweeps at temperature 2.26919")
    put(page, temperature_index=explorable.view.temperatures.index(1.5))
    status.filter(has_text="at temperature 1.5").wait_for(state="attached")
    press(page, "Pause")
    status.filter(has_text=f"After {sweeps(page)} sweeps at temperature 1.5: magnetisation").wait_for(
        state="attached"
    )
    assert status.inner_text().endswith("per spin; exact for an infinite lattice ±0.986 and −1.951.")


def test_a_link_may_name_any_temperature_and_start(show):
    explorable = explore_ising(8)
    page = show(explorable, f"#{explorable.view.anchor}?temperature=2.27&start=cold&seed=1000&speed=7", **STILL)
    stops = explorable.view.temperatures
    assert [state(page, trait) for trait in ("temperature_index", "start", "seed", "speed")] == [
        *(stops.index(CRITICAL), COLD, 99),
        explorable.view.speed,  # 7 is none of the speeds
    ]
