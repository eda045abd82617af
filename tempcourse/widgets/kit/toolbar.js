// The buttons that every explorable has: reset, a link to these settings, the numbers behind the chart, the full screen.

import { button, element, setText } from "./elements.js";
import { linkTo } from "./settings.js";

/** `larger` is the button for the full screen. */
export function toolbar(model, settings, table, larger, forget) {
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
  return element("div", { class: "tc-toolbar" }, reset, ...linkButton(model, settings), numbers, larger);
}

/** What another page takes up to show this explorable alone. */
function frameOf(link, node) {
  const address = new URL(link);
  address.search = "embed";
  const box = node.closest(".widget-vbox") ?? node.closest(".tc");
  const attributes = { src: address, width: "100%", height: Math.ceil(box.clientHeight) + 48, loading: "lazy" };
  return element("iframe", { ...attributes, title: box.getAttribute("aria-label") ?? "Quiz" }).outerHTML;
}

/** A button that copies the link, and then the code that embeds what it shows, and the place where it says so. */
export function linkButton(model, settings) {
  const copy = button("Copy link");
  const message = element("span", { class: "tc-said", "aria-live": "polite" });
  let timer = 0;
  const answer = (...content) => {
    clearTimeout(timer);
    message.replaceChildren(...content);
  };
  const give = async (text, name, ...more) => {
    if (await copyText(text)) {
      answer(`${name} copied`, ...more);
      timer = setTimeout(answer, 8000);
    } else {
      const field = element("input", { type: "text", readonly: "", "aria-label": name });
      field.value = text;
      answer("Copy this: ", field, ...more);
      field.select();
    }
  };
  copy.addEventListener("click", () => {
    const link = linkTo(model, settings);
    const embed = button("Copy code to embed");
    embed.addEventListener("click", () => {
      copy.focus(); // the button that had the focus goes
      give(frameOf(link, copy), "Code to embed");
    });
    give(link, "Link", " ", embed);
  });
  return [copy, message];
}

/** Copy a text, and tell whether that was possible. */
export async function copyText(text) {
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
