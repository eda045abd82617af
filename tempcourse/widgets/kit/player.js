// Moving pictures: play, pause and step, and the loop behind them. The loop is asked for frame by frame, and
// only while somebody can see what it moves: otherwise there is none, and so no work.

import { button, element, setText } from "./elements.js";

const LONGEST = 50; // ms that one frame may stand for: after a stall the picture goes on, it does not leap
const CALM = 250; // ms between two changes of the figures while it plays: a reader must be able to read them

/**
 * Play, pause and step, and the loop behind them.
 *
 * tick(elapsed)  called once a frame while playing, with the milliseconds since the last frame (at most 50)
 * writeFigures() called while playing too, but a few times a second
 * step()         what one press of Step does; it pauses first, and a redraw follows
 * node           nothing runs while this element is off screen, while the tab is hidden, on paper or paused
 * redraw         the explorable's: asked for at every pause and step. Playing asks for none, so the live summary
 *                speaks when the picture stands still or a setting changes, not all the time
 * Returns { controls, playing(), pause() }: `controls` is an element with the buttons Play/Pause and Step. Readers
 * who prefer reduced motion start paused.
 */
export function player({ node, tick, writeFigures, step, redraw, cleanup }) {
  const toggle = button("Play");
  const once = button("Step");
  const controls = element("div", { class: "tc-player", role: "group", "aria-label": "Animation" }, toggle, once);
  const paper = matchMedia("print");
  let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let onScreen = false;
  let frame = 0;
  let last = 0;
  let calm = 0; // ms since the figures last changed

  const loop = (now) => {
    frame = requestAnimationFrame(loop);
    const elapsed = Math.min(Math.max(now - last, 0), LONGEST);
    last = now;
    calm += elapsed;
    tick(elapsed);
    if (calm < CALM) return;
    calm = 0;
    writeFigures();
  };
  const follow = () => {
    cancelAnimationFrame(frame);
    last = performance.now();
    frame = playing && onScreen && !document.hidden && !paper.matches ? requestAnimationFrame(loop) : 0;
    setText(toggle, playing ? "Pause" : "Play");
  };
  const turn = (on) => {
    playing = on;
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
  follow();
  return { controls, playing: () => playing, pause: () => turn(false) };
}
