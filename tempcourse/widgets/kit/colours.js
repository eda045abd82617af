// The course's colours: the same colour is the same temperature, from cold blue to hot red.

import { move, svg } from "./elements.js";

const COLD = [0x21, 0x66, 0xac];
const ONE = [0x7f, 0x5a, 0x9c];
const HOT = [0xc8, 0x37, 0x2d];
export const UNTEMPERED = "#6e6e6e"; // of what has no temperature

/** The colour of a temperature; u = τ/(1+τ) is its place on the ramp. */
export function temperatureColour(temperature) {
  if (temperature === undefined) return UNTEMPERED;
  const u = temperature === Infinity ? 1 : temperature / (1 + temperature);
  const [from, to, t] = u < 0.5 ? [COLD, ONE, 2 * u] : [ONE, HOT, 2 * u - 1];
  const channels = from.map((channel, i) => Math.round(channel + t * (to[i] - channel)));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** A group whose marks have the colour of the temperature that `tint` gives it. */
export function tinted() {
  const node = svg("g", { class: "tc-tinted" });
  let last = null;
  const tint = (temperature) => {
    if (temperature === last) return;
    last = temperature;
    node.style.setProperty("--tc-temperature", temperatureColour(temperature));
  };
  return { node, tint };
}

/** A horizontal gradient that gives each place between two ends the colour of the temperature there. */
export function temperatureGradient(parent) {
  // Each kind of explorable loads a copy of this file, so a count would give the same ids twice on a page.
  const id = `tc-gradient-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const gradient = svg("linearGradient", { id, gradientUnits: "userSpaceOnUse", y1: 0, y2: 0 });
  parent.append(svg("defs", {}, gradient));
  return {
    paint: `url(#${id})`,
    layout({ left, right, temperature }) {
      move(gradient, { x1: left, x2: right });
      const stops = Array.from({ length: 25 }, (_, i) => {
        const stop = svg("stop", { class: "tc-stop", offset: i / 24 });
        const x = left + (i / 24) * (right - left);
        stop.style.setProperty("--tc-temperature", temperatureColour(temperature(x)));
        return stop;
      });
      gradient.replaceChildren(...stops);
    },
  };
}
