// Elements of HTML and SVG: made once, and then only changed where something differs, since what is left alone costs
// the page no new layout.

export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(node, attributes, children) {
  move(node, attributes);
  node.append(...children);
  return node;
}

/** Set those attributes that change. */
export function move(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
}

/** Write text only where it differs, into the text node that is there. */
export function setText(node, text) {
  const [first, second] = node.childNodes;
  if (first?.nodeType !== Node.TEXT_NODE || second) node.textContent = text;
  else if (first.data !== text) first.data = text;
}

export function button(text, attributes = {}) {
  return element("button", { type: "button", class: "tc-button", ...attributes }, text);
}

/** A button that stays pressed until it is pressed again; `redraw` follows. */
export function toggleButton(text, redraw) {
  const node = button(text, { "aria-pressed": "false" });
  const pressed = () => node.getAttribute("aria-pressed") === "true";
  const turn = (on) => {
    move(node, { "aria-pressed": on });
    redraw();
  };
  node.addEventListener("click", () => turn(!pressed()));
  return { node, pressed, turn };
}

/** Text with `code` in backticks set as code. */
export function withCode(text) {
  return text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? element("code", {}, part) : part));
}

/** Let what scrolls be reached, and so scrolled, by keyboard; or take that back. A group is no landmark to pass by. */
export function scrollable(node, on, label) {
  const attributes = { tabindex: "0", role: "group", "aria-label": label };
  for (const [name, value] of Object.entries(attributes)) {
    if (on) node.setAttribute(name, value);
    else node.removeAttribute(name);
  }
}

/** An element's width, or a phone's while it is not shown. */
export function widthOf(node) {
  return node.clientWidth || 320;
}

/** Call back with an element's width now and whenever it changes; returns what stops it. */
export function onWidth(node, callback) {
  let last = 0;
  const follow = () => {
    if (widthOf(node) !== last) callback((last = widthOf(node)));
  };
  // A frame later: what the callback changes would else be seen in the same round, which browsers report as a loop.
  let frame = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(follow);
  });
  observer.observe(node);
  follow();
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  };
}
