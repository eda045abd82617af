// A button that lets an explorable fill the screen, with text and strokes that grow with it; Escape returns.

import { button, setText } from "./elements.js";

const MARGIN = 24; // pixels around what is shown, as in kit.css

/** How much larger a box of some size can be on the screen; never smaller than on the page. */
const growth = ({ width, height }) =>
  Math.max(1, Math.min(innerWidth / (width + 2 * MARGIN), innerHeight / (height + 2 * MARGIN)));

/** Show an element over all of its page. */
function overPage(element) {
  element.setAttribute("popover", "manual");
  element.showPopover();
}

/** `stage` returns the element that fills the screen. Returns { node, end }. */
export function fullscreenButton(stage) {
  const node = button("Full screen");
  let shown = null;
  const enter = async () => {
    shown = stage();
    const size = shown.getBoundingClientRect();
    shown.classList.add("tc-fullscreen");
    setText(node, "Leave full screen");
    addEventListener("keydown", onKey);
    try {
      await shown.requestFullscreen();
    } catch {
      overPage(shown); // a phone's browser lets no element fill the screen
    }
    shown?.style.setProperty("zoom", growth(size));
  };
  const leave = () => {
    if (!shown) return;
    shown.classList.remove("tc-fullscreen");
    shown.style.removeProperty("zoom");
    if (document.fullscreenElement) document.exitFullscreen();
    shown.removeAttribute("popover");
    shown = null;
    setText(node, "Full screen");
    removeEventListener("keydown", onKey);
  };
  const onKey = ({ key }) => key === "Escape" && leave();
  const onChange = () => document.fullscreenElement || leave();
  document.addEventListener("fullscreenchange", onChange);
  node.addEventListener("click", () => (shown ? leave() : enter()));
  const end = () => {
    leave();
    document.removeEventListener("fullscreenchange", onChange);
  };
  return { node, end };
}
