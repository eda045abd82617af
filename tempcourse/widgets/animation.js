// Moving pictures: play, pause and step, and the loop behind them. The loop is asked for frame by frame, and
// only while somebody can see what it moves: otherwise there is none, and so no work.

import { button, element } from "./explorable.js";
import { setText } from "./text.js";

const LONGEST = 50; // ms that one frame may stand for: after a stall the picture goes on, it does not leap

/**
 * Play, pause and step, and the loop behind them.
 *
 * tick(elapsed)  called once a frame while playing, with the milliseconds since the last frame (at most 50)
 * step()         what one press of Step does; it pauses first
 * node           nothing runs while this element is off screen, while the tab is hidden, on paper or paused
 * redraw         the frame's, from build: asked for at every pause and step. Playing asks for none, so the
 *                live summary speaks when the picture stands still or a setting changes, not all the time
 * Returns { controls, playing(), play(), pause() }: `controls` is an element with the buttons Play/Pause and
 * Step. Readers who prefer reduced motion start paused.
 */
export function player({ node, tick, step, redraw = () => {}, cleanup, autoplay = true }) {
  const toggle = button("Play");
  const once = button("Step");
  const controls = element("div", { class: "tc-player", role: "group", "aria-label": "Animation" }, toggle, once);
  const paper = matchMedia("print");
  let playing = autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let onScreen = false;
  let frame = 0;
  let last = 0;

  const loop = (now) => {
    frame = requestAnimationFrame(loop);
    const elapsed = Math.min(Math.max(now - last, 0), LONGEST);
    last = now;
    tick(elapsed);
  };
  const follow = () => {
    cancelAnimationFrame(frame);
    last = performance.now();
    frame = playing && onScreen && !document.hidden && !paper.matches ? requestAnimationFrame(loop) : 0;
  };
  const turn = (on) => {
    playing = on;
    setText(toggle, playing ? "Pause" : "Play");
    follow();
    if (!playing) redraw();
  };

  toggle.addEventListener("click", () => turn(!playing));
  once.addEventListener("click", () => {
    turn(false);
    step();
  });
  const observer = new IntersectionObserver((entries) => {
    onScreen = entries.at(-1).isIntersecting;
    follow();
  });
  observer.observe(node);
  document.addEventListener("visibilitychange", follow);
  paper.addEventListener("change", follow);
  cleanup(() => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", follow);
    paper.removeEventListener("change", follow);
    cancelAnimationFrame(frame);
  });
  setText(toggle, playing ? "Pause" : "Play");

  return { controls, playing: () => playing, play: () => turn(true), pause: () => turn(false) };
}
