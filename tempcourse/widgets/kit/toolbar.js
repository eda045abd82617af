// The buttons that every explorable has: reset, a link to these settings, and the numbers behind the chart.

import { button, element, setText } from "./elements.js";
import { linkTo } from "./settings.js";

export function toolbar(model, settings, table, forget) {
  const reset = button("Reset");
  reset.addEventListener("click", () => {
    model.change(model.get("defaults"));
    forget();
  });
  const numbers = button("Show numbers", { "aria-expanded": "false" });
  numbers.addEventListener("click", () => {
    const open = numbers.getAttribute("aria-expanded") !== "true";
    numbers.setAttribute("aria-expanded", String(open));
    setText(numbers, open ? "Hide numbers" : "Show numbers");
    table.show(open);
  });
  return element("div", { class: "tc-toolbar" }, reset, ...linkButton(model, settings), numbers);
}

/** A button that copies the link, and the place where it says so. */
export function linkButton(model, settings) {
  const copy = button("Copy link");
  const message = element("span", { class: "tc-said", "aria-live": "polite" });
  let timer = 0;
  const answer = (...content) => {
    clearTimeout(timer);
    message.replaceChildren(...content);
  };
  copy.addEventListener("click", async () => {
    const link = linkTo(model, settings);
    if (await copyText(link)) {
      answer("Link copied");
      timer = setTimeout(answer, 4000);
    } else {
      const field = element("input", { type: "text", readonly: "", "aria-label": "Link to these settings" });
      field.value = link;
      answer("Copy this: ", field);
      field.select();
    }
  });
  return [copy, message];
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
