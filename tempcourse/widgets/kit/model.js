// anywidget's model, as the explorables use it. JSON has no infinities, so Python sends them as text: here, and nowhere
// else, they become numbers again.

const INFINITIES = new Set(["Infinity", "-Infinity"]);

/** A value as Python has it: infinities in lists of numbers, however deep these lie. */
function decoded(value) {
  if (value === null || typeof value !== "object") return value;
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decoded(inner)]));
  }
  const numbers = value.every((item) => typeof item === "number" || INFINITIES.has(item));
  return value.map(numbers ? Number : decoded);
}

export function courseModel(model) {
  const known = new WeakMap(); // the same value for the same value, and long lists are read once
  return {
    get(trait) {
      const value = model.get(trait);
      if (value === null || typeof value !== "object") return value;
      if (!known.has(value)) known.set(value, decoded(value));
      return known.get(value);
    },
    /** Set traits, and tell the controls and Python. */
    change(traits) {
      for (const [trait, value] of Object.entries(traits)) model.set(trait, value);
      model.save_changes();
    },
    on: (event, listener) => model.on(event, listener),
    off: (event, listener) => model.off(event, listener),
  };
}
