// Settings: how a trait is written into a link, and read back from one that anybody may have typed.

/** A temperature among the model's stops; one that is no stop goes to the nearest on the log scale. */
export function temperatureSetting() {
  return {
    key: "temperature",
    trait: "temperature_index",
    write: (index, model) => String(model.get("temperatures")[index]),
    read: (text, model) => {
      const wanted = readNumber(text);
      const stops = model.get("temperatures");
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

export function seedSetting(first = 1) {
  return numberSetting("seed", (model) => [first, model.get("last_seed"), 1]);
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

export function presetSetting(key = "preset") {
  return choiceSetting(key, "preset", (model) => model.get("presets").map(({ name }) => name));
}

/** The settings of the filters by their names: null is off. */
export function filtersOf(model) {
  const filters = Object.entries(model.get("filters"));
  return Object.fromEntries(filters.map(([name, settings]) => [name, settings[model.get(name)]]));
}

/** For each filter that has a slider, one of its settings, or off. */
export function filterSettings(model) {
  return Object.entries(model.get("filters")).map(([name, settings]) =>
    choiceSetting(name, name, () => settings.map((setting) => String(setting ?? "off"))),
  );
}

/** Sliders that a reader has to ask for are shown where one of them, or what belongs to them, acts. */
export function showWhatActs(model, besides = false) {
  const filters = filtersOf(model);
  const acts = besides || model.get("rare").some((name) => filters[name] !== null);
  if (acts && !model.get("more")) model.change({ more: true });
}

export function switchSetting(key, trait) {
  return {
    key,
    trait,
    write: (value) => (value ? "yes" : "no"),
    read: (text) => ({ yes: true, no: false })[text],
  };
}

/** A text; `accept` returns the text that is taken of what was typed, or undefined. */
export function textSetting(trait, accept) {
  return { key: trait, trait, write: (text) => text, read: accept };
}

function readNumber(text) {
  if (/^\+?(inf|infinity|∞)$/i.test(text)) return Infinity;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

export function linkTo(model, settings) {
  const pairs = settings.map(({ key, trait, write }) => {
    return `${key}=${encodeURIComponent(write(model.get(trait), model))}`;
  });
  const query = pairs.length ? `?${pairs.join("&")}` : "";
  return `${location.href.split("#")[0]}#${model.get("anchor")}${query}`;
}

/** Take over the settings of the page's address if it names this explorable; what it leaves out is reset. */
export function followHash(model, settings) {
  const [anchor, query] = location.hash.slice(1).split("?");
  if (anchor !== model.get("anchor") || query === undefined) return;
  const given = new URLSearchParams(query);
  const values = settings.map(({ key, trait, read }) => {
    const value = given.has(key) ? read(given.get(key), model) : undefined;
    return [trait, value ?? model.get("defaults")[trait]];
  });
  model.change(Object.fromEntries(values));
}
