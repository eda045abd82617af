// A button that lets an explorable fill the screen, with text and strokes that grow with it; Escape returns.

import { button, setText } from "./elements.js";

const LARGEST_ZOOM = 25; // tenths of the size on the page

/** Make an element as large as all of it still fits, and never smaller than on the page. */
function enlarge(element) {
  for (let tenths = LARGEST_ZOOM; tenths >= 10; tenths -= 1) {
    element.style.zoom = tenths / 10;
    if (element.scrollHeight <= element.clientHeight) return;
  }
}

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
    shown.classList.add("tc-fullscreen");
    setText(node, "Leave full screen");
    addEventListener("keydown", onKey);
    try {
      await shown.requestFullscreen();
    } catch {
      overPage(shown); // a phone's browser lets no element fill the screen
    }
    if (shown) enlarge(shown);
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
