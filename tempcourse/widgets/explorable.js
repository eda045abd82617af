// What every explorable has: a root, facts, a table twin, a live summary, a reset, and a link that carries
// the settings. It asks of the page only a model (anywidget's) and an element to fill.

import { setText } from "./text.js";

const QUIET = 500; // ms without a change before the live summary speaks, so that a drag is not read out

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A number as prose shows it: significant digits, a true minus sign, ∞, powers of ten for the very large. */
export function number(value, digits = 6) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const [mantissa, exponent] = value.toPrecision(digits).split("e");
  const plain = String(Number(mantissa)).replace("-", "−");
  return exponent ? `${plain} × 10${superscript(Number(exponent))}` : plain;
}

function superscript(integer) {
  return String(integer).replace(/[-\d]/g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]));
}

export function subscript(integer) {
  return String(integer).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
}

/** A probability in per cent. Exactly 0 and 1 are told from what only rounds to them. */
export function percent(p) {
  if (p === 0 || p === 1) return `${100 * p} %`;
  if (p < 0.0005) return "<0.1 %";
  return p >= 0.9995 ? ">99.9 %" : `${(100 * p).toFixed(1)} %`;
}

/** A probability for a table: six significant digits, which any program reads, and never a false 0 or 1. */
export function decimal(p) {
  if (p === 0 || p === 1) return String(p);
  const text = p.toPrecision(6);
  return Number(text) === 1 ? String(p) : text;
}

/** Text with `code` in backticks set as code. */
export function inline(text) {
  return text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? element("code", {}, part) : part));
}

// Settings: how a trait is written into a link, and read back from one that anybody may have typed.

/** A temperature among the model's stops; one that is no stop goes to the nearest on the log scale. */
export function temperatureSetting() {
  return {
    key: "temperature",
    trait: "index",
    write: (index, model) => String(model.get("temperatures")[index]),
    read: (text, model) => {
      const wanted = readNumber(text);
      const stops = model.get("temperatures").map(Number);
      const exact = stops.indexOf(wanted);
      if (exact >= 0) return exact;
      if (!(wanted > 0)) return undefined;
      const distance = (stop) => Math.abs(Math.log(stop / wanted)); // Infinity at the stops 0 and ∞
      return stops.reduce((best, stop, i) => (distance(stop) < distance(stops[best]) ? i : best), 0);
    },
  };
}

/** A number between limits that depend on the model. */
export function numberSetting(trait, limits) {
  return {
    key: trait,
    trait,
    write: (value) => String(value),
    read: (text, model) => {
      const [low, high, step] = limits(model);
      const value = readNumber(text);
      if (!Number.isFinite(value)) return undefined;
      const stepped = Number((Math.round(value / step) * step).toFixed(6));
      return Math.min(high, Math.max(low, stepped)) + 0; // + 0: never −0
    },
  };
}

/** One of several names; the trait holds its index. */
export function choiceSetting(key, trait, names) {
  return {
    key,
    trait,
    write: (index, model) => names(model)[index],
    read: (text, model) => {
      const index = names(model).indexOf(text);
      return index < 0 ? undefined : index;
    },
  };
}

/** One of a filter's settings, or off. */
export function filterSetting(name) {
  return choiceSetting(name, name, (model) => model.get("filters")[name].map((setting) => String(setting ?? "off")));
}

export function switchSetting(key, trait) {
  return {
    key,
    trait,
    write: (value) => (value ? "yes" : "no"),
    read: (text) => ({ yes: true, no: false })[text],
  };
}

function readNumber(text) {
  if (/^\+?(inf|infinity|∞)$/i.test(text)) return Infinity;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

function linkTo(model, settings) {
  const pairs = settings.map(({ key, trait, write }) => {
    return `${key}=${encodeURIComponent(write(model.get(trait), model))}`;
  });
  const query = pairs.length ? `?${pairs.join("&")}` : "";
  return `${location.href.split("#")[0]}#${model.get("anchor")}${query}`;
}

/** Take over the settings of the page's address if it names this explorable; what it leaves out is reset. */
function followHash(model, settings) {
  const [anchor, query] = location.hash.slice(1).split("?");
  if (anchor !== model.get("anchor") || query === undefined) return;
  const given = new URLSearchParams(query);
  for (const { key, trait, read } of settings) {
    const value = given.has(key) ? read(given.get(key), model) : undefined;
    model.set(trait, value ?? model.get("defaults")[trait]);
  }
  model.save_changes();
}

/**
 * Return an anywidget module.
 *
 * name      the Python function's
 * title     what a screen reader calls the group
 * settings  (model) → what a link carries
 * watch     (model) → the traits that a redraw depends on
 * build     ({ model, body, table, cleanup, redraw }) → { update, summary, reset }: fill `body` once;
 *           `update` redraws from the model, `summary` says its state in one sentence, and `reset`, where
 *           there is one, forgets what the model does not hold
 */
export function explorable({ name, title, settings, watch, build }) {
  return {
    initialize({ model }) {
      const follow = () => followHash(model, settings(model));
      follow();
      addEventListener("hashchange", follow);
      return () => removeEventListener("hashchange", follow);
    },

    render({ model, el }) {
      const cleanups = [];
      const cleanup = (undo) => cleanups.push(undo);
      const body = element("div", { class: "tc-body" });
      const status = element("p", { class: "tc-unseen", role: "status" });
      const table = numbersTable();
      const root = element(
        "div",
        // JupyterLab's one-key commands ("a" adds a cell) must not fire while a reader works in here.
        {
          class: "tc",
          "data-explorable": name,
          "data-lm-suppress-shortcuts": "true",
          role: "group",
          "aria-label": title,
        },
        body,
        status,
      );
      el.append(root);

      let frame = 0;
      let timer = 0;
      let parts = null;
      const draw = () => {
        frame = 0;
        parts.update();
        clearTimeout(timer);
        timer = setTimeout(() => setText(status, parts.summary()), QUIET);
      };
      // Many changes, one drawing: at most once a frame.
      const redraw = () => (frame ||= requestAnimationFrame(draw));

      parts = build({ model, body, table, cleanup, redraw });
      root.append(toolbar(model, settings(model), table, () => parts.reset?.()), table.node);
      const events = watch(model).map((trait) => `change:${trait}`);
      events.forEach((event) => model.on(event, redraw));
      cleanup(() => events.forEach((event) => model.off(event, redraw)));
      parts.update();
      setText(status, parts.summary());

      return () => {
        cancelAnimationFrame(frame);
        clearTimeout(timer);
        cleanups.forEach((undo) => undo());
        root.remove();
      };
    },
  };
}

export function button(text, attributes = {}) {
  return element("button", { type: "button", class: "tc-button", ...attributes }, text);
}

/** Reset, a link to these settings, and the numbers behind the chart. */
function toolbar(model, settings, table, forget) {
  const node = element("div", { class: "tc-toolbar" });
  const reset = button("Reset");
  reset.addEventListener("click", () => {
    for (const [trait, value] of Object.entries(model.get("defaults"))) model.set(trait, value);
    model.save_changes();
    forget();
  });
  const numbers = button("Show numbers", { "aria-expanded": "false" });
  numbers.addEventListener("click", () => {
    const open = numbers.getAttribute("aria-expanded") !== "true";
    numbers.setAttribute("aria-expanded", String(open));
    setText(numbers, open ? "Hide numbers" : "Show numbers");
    table.show(open);
  });
  node.append(reset, ...linkButton(model, settings), numbers);
  return node;
}

/** A button that copies the link, and the place where it says so. */
export function linkButton(model, settings) {
  const copy = button("Copy link");
  const said = element("span", { class: "tc-said", "aria-live": "polite" });
  let timer = 0;
  const say = (...content) => {
    clearTimeout(timer);
    said.replaceChildren(...content);
  };
  copy.addEventListener("click", async () => {
    const link = linkTo(model, settings);
    if (await copyText(link)) {
      say("Link copied");
      timer = setTimeout(say, 4000);
    } else {
      const field = element("input", { type: "text", readonly: "", "aria-label": "Link to these settings" });
      field.value = link;
      say("Copy this: ", field);
      field.select();
    }
  });
  return [copy, said];
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard interface (a page from a file, an older browser) or no permission: the old way.
  }
  const before = document.activeElement;
  const field = element("textarea", { class: "tc-unseen", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  before?.focus();
  return copied;
}

/** Let what scrolls be reached, and so scrolled, by keyboard; or take that back. */
export function scrollable(node, on, label) {
  const attributes = { tabindex: "0", role: "region", "aria-label": label };
  for (const [name, value] of Object.entries(attributes)) {
    if (on) node.setAttribute(name, value);
    else node.removeAttribute(name);
  }
}

/** A chart's twin: unseen until asked for, but always there for a screen reader. */
function numbersTable() {
  const caption = element("caption");
  const head = element("thead");
  const rows = element("tbody");
  const node = element("div", { class: "tc-table tc-unseen" }, element("table", {}, caption, head, rows));
  let shape = "";
  return {
    node,
    /** Shown, it may be wider than a phone: then it scrolls, by keyboard too. */
    show(open) {
      node.classList.toggle("tc-unseen", !open);
      scrollable(node, open, "Numbers");
    },
    /** columns: texts; lines: arrays of cells (below), the first of which names the row. */
    update({ title, columns, lines }) {
      setText(caption, title);
      const now = `${columns.length}×${lines.length}`;
      if (now !== shape) {
        shape = now;
        head.replaceChildren(element("tr", {}, ...columns.map(() => element("th", { scope: "col" }))));
        rows.replaceChildren(
          ...lines.map((line) =>
            element("tr", {}, ...line.map((_, i) => (i ? element("td") : element("th", { scope: "row" })))),
          ),
        );
      }
      columns.forEach((text, i) => setText(head.rows[0].cells[i], text));
      lines.forEach((line, i) =>
        line.forEach(({ text, ...data }, j) => {
          setText(rows.rows[i].cells[j], text);
          const { dataset } = rows.rows[i].cells[j];
          Object.keys(dataset).forEach((key) => key in data || delete dataset[key]);
          Object.assign(dataset, data);
        }),
      );
    },
  };
}

/** A table's cells: what is read, and in data attributes the numbers to the last bit. */
export const cell = {
  name: (text) => ({ text }),
  logit: (z) => ({ text: z === -Infinity ? "−∞ (masked)" : number(z), logit: z }),
  probability: (p, temperature) => ({ text: decimal(p), probability: p, temperature }),
  quantity: (value, temperature) => ({ text: number(value), quantity: value, temperature }),
  claim: (p) => ({ text: p === null ? "" : String(p) }),
};

/** A row of named figures under a chart. Returns a function that fills in their values. */
export function facts(body, names) {
  const values = names.map(() => element("strong"));
  const pairs = names.map((name, i) => element("p", {}, element("span", {}, name), " ", values[i]));
  body.append(element("div", { class: "tc-facts" }, ...pairs));
  return (texts) => texts.forEach((text, i) => setText(values[i], text));
}
