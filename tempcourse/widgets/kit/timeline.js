// A player of something that has an end: a part of it is shown, from 0 to 1.

import { player } from "./player.js";

const STRIDES = 20; // presses of Step that take it to its end

/**
 * duration     the milliseconds that it takes to watch, however long it is
 * length()     of how many steps it is
 * drawFrame()  called once a frame while playing
 * The rest is the player's.
 */
export function timeline({ duration, length, drawFrame, ...others }) {
  let part = 0;
  const advance = (by) => (part = Math.min(1, Number(((part === 1 ? 0 : part) + by).toFixed(9)))); // 20 × 0.05 is 1
  const moving = player({
    ...others,
    tick(elapsed) {
      if (part === 1) part = 0;
      else advance(elapsed / duration);
      drawFrame();
      if (part === 1) moving.pause();
    },
    step: () => advance(1 / Math.min(STRIDES, length())),
  });
  const start = () => (part = moving.playing() ? 0 : 1); // where nothing moves, the end is what there is to see
  start();
  return {
    controls: moving.controls,
    playing: moving.playing,
    /** The step that is shown. */
    step: () => Math.round(part * length()),
    start,
    rewind: () => (part = 0),
  };
}
