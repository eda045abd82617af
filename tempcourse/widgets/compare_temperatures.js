import { softmax } from "./maths.js";
import {
  button,
  cell,
  choiceSetting,
  element,
  explorable,
  facts,
  number,
  percent,
  switchSetting,
  temperatureSetting,
} from "./explorable.js";
import { barChart, missChart, onWidth, temperatureColour, widthOf } from "./charts.js";
import { setText } from "./text.js";

/** The classes' misses in percentage points, null where nothing is claimed. */
function misses(probabilities, claim) {
  return claim.map((value, i) => (value === null ? null : 100 * Math.abs(probabilities[i] - value)));
}

/** The panels for which something is claimed, by index. */
function claimedRows(model) {
  return model.get("claimed").flatMap((row, i) => (row.some((value) => value !== null) ? [i] : []));
}

function panel(logits, { claims, label }) {
  const chart = barChart(logits.length, { claims, label });
  const heading = element("span");
  const aside = element("span", { class: "tc-aside" });
  const caption = element("figcaption", {}, heading, " ", aside);
  const node = element("figure", { class: "tc-panel" }, caption, chart.node);
  return {
    node,
    layout: (width) => chart.layout(width, 58),
    update({ title, subtitle = "", temperature, claimed }) {
      const probabilities = softmax(logits, temperature);
      setText(heading, title);
      setText(aside, subtitle);
      chart.update({
        probabilities,
        names: logits.map((_, i) => `class ${i + 1}`),
        values: probabilities.map((p, i) => (logits[i] === -Infinity ? "masked" : percent(p))),
        colour: temperatureColour(temperature),
        claimed,
      });
    },
  };
}

function build({ model, body, table, cleanup, redraw }) {
  const logits = model.get("logits").map(Number);
  const temperatures = model.get("panels").map(Number);
  const stops = model.get("temperatures").map(Number);
  const claimed = model.get("claimed");
  const hasClaims = claimed.length > 0;
  const targets = claimedRows(model);

  const yours = panel(logits, { claims: hasClaims, label: "Probabilities at your temperature" });
  const hunt = element("div", { class: "tc-hunt" });
  const say = facts(hunt, ["Largest miss", "Best so far"]);
  const pick = (index) => {
    model.set("index", index);
    model.save_changes();
  };
  const trail = missChart({ stops, pick });
  const reveal = button("Show every τ", { "aria-pressed": "false" });
  hunt.append(element("figure", { class: "tc-panel" }, trail.node), reveal);
  const fixed = temperatures.map((t) => {
    return panel(logits, { claims: hasClaims, label: `Probabilities at τ = ${number(t)}` });
  });
  const grid = element("div", { class: "tc-panels" }, ...fixed.map(({ node }) => node));
  const note = element("p", { class: "tc-note" }, "Bars are the softmax. ◇ marks what is claimed.");
  // Yours stands first, beside the slider that turns it, on a phone too.
  if (hasClaims) body.append(element("div", { class: "tc-pair" }, yours.node, hunt), grid, note);
  else body.append(yours.node, grid);

  let revealed = false;
  let hunted = null; // the claim, and every stop looked at in search of it
  const startHunt = (target) => {
    const claim = claimed[target];
    const worst = (t) => Math.max(...misses(softmax(logits, t), claim).filter((miss) => miss !== null));
    const all = stops.map(worst);
    hunted = { target, claim, all, visited: [], best: null };
  };
  const look = (index) => {
    if (hunted.visited.includes(index)) return;
    hunted.visited.push(index);
    if (hunted.best === null || hunted.all[index] < hunted.all[hunted.best]) hunted.best = index;
  };
  reveal.addEventListener("click", () => {
    revealed = !revealed;
    reveal.setAttribute("aria-pressed", String(revealed));
    redraw();
  });

  const state = () => {
    const index = model.get("index");
    const showing = hasClaims && model.get("show_claimed");
    return { index, temperature: stops[index], showing, target: targets[model.get("target")] ?? targets[0] };
  };
  const missText = (probabilities) => {
    const each = misses(probabilities, hunted.claim);
    const worst = Math.max(...each.filter((miss) => miss !== null));
    const i = each.indexOf(worst);
    const claim = number(100 * hunted.claim[i], 4);
    return `${worst.toFixed(1)} points: class ${i + 1} is ${percent(probabilities[i])}, not ${claim} %`;
  };

  const update = () => {
    const { index, temperature, showing, target } = state();
    yours.update({
      title: `Yours: τ = ${number(temperature)}`,
      subtitle: showing ? `◇ claimed for τ = ${number(temperatures[target])}` : "",
      temperature,
      claimed: showing ? claimed[target] : [],
    });
    fixed.forEach((one, i) =>
      one.update({
        title: `τ = ${number(temperatures[i])}`,
        temperature: temperatures[i],
        claimed: showing ? claimed[i] : [],
      }),
    );
    hunt.hidden = !showing;
    if (showing) {
      if (hunted?.target !== target) startHunt(target);
      look(index);
      const least = hunted.all.indexOf(Math.min(...hunted.all));
      const best = revealed ? least : hunted.best;
      const rest = revealed ? ", and no stop does better" : "";
      say([
        missText(softmax(logits, temperature)),
        `${hunted.all[best].toFixed(1)} points at τ = ${number(stops[best])}${rest}`,
      ]);
      trail.update({ misses: hunted.all, visited: hunted.visited, best, index, revealed });
    }
    table.update(numbers(temperature, showing));
  };

  const numbers = (temperature, showing) => {
    const said = showing ? ["claimed"] : [];
    const shown = temperatures.map((t) => number(t)).join(", ");
    return {
      title: `Softmax at τ = ${shown}, and at yours, τ = ${number(temperature)}`,
      columns: [
        "Class",
        "Logit",
        ...temperatures.flatMap((t) => [`τ = ${number(t)}`, ...said]),
        `Yours, τ = ${number(temperature)}`,
      ],
      lines: logits.map((z, k) => [
        cell.name(`class ${k + 1}`),
        cell.logit(z),
        ...temperatures.flatMap((t, i) => [
          cell.probability(softmax(logits, t)[k], t),
          ...(showing ? [cell.claim(claimed[i][k])] : []),
        ]),
        cell.probability(softmax(logits, temperature)[k], temperature),
      ]),
    };
  };

  const layout = () => {
    fixed.forEach(({ node, layout: lay }) => lay(widthOf(node)));
    yours.layout(widthOf(yours.node));
    if (hasClaims) trail.layout(widthOf(trail.node.parentNode));
    update();
  };
  cleanup(onWidth(body, layout));
  cleanup(onWidth(hunt, layout)); // it comes and goes with the claimed numbers

  const summary = () => {
    const { temperature, showing, target } = state();
    const p = softmax(logits, temperature);
    const shares = p.map((share, i) => `class ${i + 1} ${percent(share)}`).join(", ");
    const claim = `the claim for ${number(temperatures[target])}`;
    const miss = showing ? `; against ${claim} the largest miss is ${missText(p)}` : "";
    return `At temperature ${number(temperature)}: ${shares}${miss}.`;
  };
  const reset = () => {
    revealed = false;
    reveal.setAttribute("aria-pressed", "false");
    hunted = null;
    redraw();
  };
  return { update, summary, reset };
}

export default explorable({
  name: "compare_temperatures",
  title: "Compare temperatures",
  settings: (model) => [
    ...(model.get("claimed").length
      ? [
          switchSetting("claimed", "show_claimed"),
          choiceSetting("target", "target", (m) => claimedRows(m).map((i) => String(m.get("panels")[i]))),
        ]
      : []),
    temperatureSetting(),
  ],
  watch: () => ["index", "show_claimed", "target"],
  build,
});
