"""The Ising model in Chromium, at 64 × 64: the bare mathematics, and the explorable that draws it."""

import json
import statistics

from chromium import open_chromium

from tempcourse.widgets import explore_ising
from tempcourse.widgets.kit.sources import join_sources

TITLE = "The Ising model in a browser"
SECONDS = 5
RUNS = 5

LOAD = """async (esm) => {
  window.source = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
}"""

# Sweeps a second at a temperature, warmed up.
SWEEPS = """([temperature, sweeps]) => {
  const random = source.randomSource(1);
  const spins = source.isingLattice(64, random);
  const run = () => { for (let i = 0; i < sweeps; i++) source.isingSweep(spins, 64, temperature, random); };
  run();
  const start = performance.now();
  run();
  return (1000 * sweeps) / (performance.now() - start);
}"""

# Shows the explorable with a plain object for a model, as far as it needs one.
SHOW = """({ css, state }) => {
  const model = { get: (name) => state[name], set() {}, save_changes() {}, on() {}, off() {} };
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  source.default.render({ model, el: document.body });
}"""

# The milliseconds between one frame and the next.
FRAMES = """(seconds) => new Promise((done) => {
  const times = [];
  const look = (now) => {
    times.push(now);
    if (now - times[0] < 1000 * seconds) requestAnimationFrame(look);
    else done(times.slice(1).map((time, i) => time - times[i]));
  };
  requestAnimationFrame(look);
})"""


def sweep_rate(browser, temperature):
    """Return the sweeps a second that the mathematics alone makes."""
    page = browser.new_page()
    page.evaluate(LOAD, join_sources("maths/ising.js") + "export { isingLattice, isingSweep, randomSource };")
    rate = statistics.median(page.evaluate(SWEEPS, [temperature, 4000]) for _ in range(RUNS))
    page.close()
    return rate


def frame_times(browser, sweeps, throttling):
    """Return the milliseconds that frames take while the explorable runs so many sweeps a second."""
    page = browser.new_page(viewport={"width": 736, "height": 800})
    if throttling > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttling})
    view = explore_ising().view
    view.speed = view.speeds.index(sweeps)
    state = {name: value for name, value in view.get_state().items() if not name.startswith("_")}
    page.evaluate(LOAD, view._esm)
    page.evaluate(SHOW, {"css": view._css, "state": json.loads(json.dumps(state))})
    page.evaluate(FRAMES, 2)  # warm up
    times = page.evaluate(FRAMES, SECONDS)
    page.close()
    return times


def rows():
    """Return the table."""
    table = []
    with open_chromium() as browser:
        for temperature in (1, 2.27, 5):
            rate = sweep_rate(browser, temperature)
            table.append((f"bare sweeps, T = {temperature}", f"{rate:,.0f} a second", "at least 2,000"))
        for sweeps in (60, 600):
            for throttling in (1, 4):
                times = frame_times(browser, sweeps, throttling)
                slow = f"{throttling} × CPU throttling" if throttling > 1 else "unthrottled"
                late = sum(time > 25 for time in times)
                measured = f"{1000 / statistics.mean(times):.1f} frames/s, {late} of {len(times)} late"
                wanted = "60 frames/s" if throttling == 1 else ""
                table.append((f"live at {sweeps} sweeps a second, {slow}", measured, wanted))
    return table
