// What stands around the charts: captions, figures in words, notes.

import { element, setText } from "./elements.js";

/** A chart, or several, under a caption, whose title is in bold and whose aside is not. */
export function panel(chart, { title = "", aside = "" } = {}) {
  const heading = element("span", {}, title);
  const hint = element("span", { class: "tc-aside" }, ...[aside].flat());
  // A title alone must not end in a space.
  const captioned = (hinted) => (hinted ? [heading, " ", hint] : [heading]);
  const caption = element("figcaption", {}, ...captioned(aside.length));
  const node = element("figure", { class: "tc-panel" }, caption);
  const setChart = (other) => node.replaceChildren(caption, other.node);
  const setAside = (text) => {
    setText(hint, text);
    caption.replaceChildren(...captioned(text));
  };
  if (chart) setChart(chart);
  return { node, setChart, setTitle: (text) => setText(heading, text), setAside };
}

/** Panels that stand side by side where there is room. */
export function pair(...panels) {
  return element("div", { class: "tc-pair" }, ...panels.map(({ node }) => node));
}

/** A row of named figures under a chart. `write` fills in their values. */
export function facts(names) {
  const values = names.map(() => element("strong"));
  const pairs = names.map((name, i) => element("p", {}, element("span", {}, name), " ", values[i]));
  const node = element("div", { class: names.length === 4 ? "tc-facts tc-four" : "tc-facts" }, ...pairs);
  return { node, write: (texts) => texts.forEach((text, i) => setText(values[i], text)) };
}

export function note(text = "") {
  return element("p", { class: "tc-note" }, text);
}

/** A swatch, or a stroke, of a legend and what it stands for. */
export function keyEntry(kind, text) {
  return element("span", {}, element("i", { class: kind }), text);
}

/**
 * Charts that are made anew for each other thing that they show. `make(thing)` returns them with a `layout` for the
 * width of the node; `of(thing)` returns those of the thing that is shown now.
 */
export function remade(fit, node, make) {
  let [shown, charts, width] = [null, null, 0];
  fit(node, (measured) => {
    width = measured;
    charts?.layout(width);
  });
  return {
    of(thing) {
      if (thing === shown) return charts;
      [shown, charts] = [thing, make(thing)];
      charts.layout(width);
      return charts;
    },
    forget: () => (shown = null),
  };
}
