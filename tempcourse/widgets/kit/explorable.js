// What every explorable has: a root, a table twin, a live summary, a reset, and a link that carries the settings. It
// asks of the page only a model (anywidget's) and an element to fill.

import { element, move, onWidth, setText } from "./elements.js";
import { fullscreenButton } from "./fullscreen.js";
import { courseModel } from "./model.js";
import { followHash } from "./settings.js";
import { numbersTable } from "./table.js";
import { toolbar } from "./toolbar.js";

const QUIET = 500; // ms without a change before the live summary speaks, so that a drag is not read out

/**
 * Return an anywidget module.
 *
 * name      the Python function's
 * title     what a screen reader calls the group
 * settings  (model) → what a link carries; a redraw follows each change of their traits
 * build     ({ model, body, table, fit, redraw, cleanup }) → { update, summary, reset }: fill `body` once;
 *           `update` redraws from the model, `summary` says its state in one sentence, and `reset`, where
 *           there is one, forgets what the model does not hold. `fit(node, layout)` calls `layout` with the width
 *           of an element now, and whenever it changes, and redraws then
 */
export function explorable({ name, title, settings, build }) {
  return {
    initialize({ model: plain }) {
      const model = courseModel(plain);
      const follow = () => followHash(model, settings(model));
      follow();
      addEventListener("hashchange", follow);
      return () => removeEventListener("hashchange", follow);
    },

    render({ model: plain, el }) {
      const model = courseModel(plain);
      const { root, body, status } = skeleton(name, title);
      el.append(root);
      const table = numbersTable();
      const cleanups = [];
      const cleanup = (undo) => cleanups.push(undo);

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
      const fit = (node, layout) => cleanup(onWidth(node, (width) => (layout(width), parts?.update())));

      parts = build({ model, body, table, fit, redraw, cleanup });
      const larger = fullscreenButton(() => boxOf(root) ?? root);
      cleanup(larger.end);
      root.append(toolbar(model, settings(model), table, larger.node, () => parts.reset?.()), table.node);
      for (const { trait } of settings(model)) {
        model.on(`change:${trait}`, redraw);
        cleanup(() => model.off(`change:${trait}`, redraw));
      }
      parts.update();
      setText(status, parts.summary());
      cleanup(onWidth(root, () => nameBox(root, title)));

      return () => {
        cancelAnimationFrame(frame);
        clearTimeout(timer);
        cleanups.forEach((undo) => undo());
        root.remove();
      };
    },
  };
}

/** The box into which ipywidgets put a view and its sliders. */
function boxOf(root) {
  return root.closest(".widget-vbox");
}

/** The sliders that stand with a view belong to it: their box takes its name over. */
function nameBox(root, title) {
  const box = boxOf(root);
  if (!box || !root.hasAttribute("role")) return;
  move(box, { role: "group", "aria-label": title });
  for (const name of ["role", "aria-label"]) root.removeAttribute(name);
}

function skeleton(name, title) {
  const body = element("div", { class: "tc-body" });
  const status = element("p", { class: "tc-unseen", role: "status" });
  const root = element(
    "div",
    // JupyterLab's one-key commands ("a" adds a cell) must not fire while a reader works in here.
    {
      ...{ class: "tc", "data-explorable": name, "data-lm-suppress-shortcuts": "true" },
      ...{ role: "group", "aria-label": title },
    },
    body,
    status,
  );
  return { root, body, status };
}
