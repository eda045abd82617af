/* Brings the Jupyter widgets of a page to life, with no kernel.

   It reads the widget state at the end of the text (see ../state.py), makes a model of each entry, ties the
   models with the page's links, and draws each view when it comes near the screen: ipywidgets as native HTML
   controls, anywidgets with their own JavaScript. Nothing is fetched. */

(() => {
  "use strict";

  const script = document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
  if (!script) return;
  const page = JSON.parse(script.textContent);

  // --------------------------------------------------------------------------------------------- Models

  /** Equal as Backbone has it: by content, and -0 is not 0. */
  function same(a, b) {
    if (Object.is(a, b)) return true;
    if (!a || !b || typeof a !== "object" || typeof b !== "object" || ArrayBuffer.isView(a)) return false;
    const keys = Object.keys(a);
    return (
      Array.isArray(a) === Array.isArray(b) &&
      keys.length === Object.keys(b).length &&
      keys.every((key) => key in b && same(a[key], b[key]))
    );
  }

  /** A model with the methods that anywidget promises: get, set, on, off, save_changes, send. */
  class Model {
    constructor({ model_name, state, buffers = [] }) {
      this.kind = model_name;
      this.state = { ...DEFAULTS[model_name], ...state };
      this.listeners = [];
      for (const { path, data } of buffers) {
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        const holder = path.slice(0, -1).reduce((value, key) => value[key], this.state);
        holder[path.at(-1)] = new DataView(bytes.buffer);
      }
    }

    get(name) {
      return this.state[name];
    }

    /** Changes are told at once, each trait's before the model's own "change", as Backbone does. */
    set(name, value) {
      const changes = typeof name === "object" ? name : { [name]: value };
      const changed = Object.keys(changes).filter((key) => !same(this.state[key], changes[key]));
      if (changed.length === 0) return;
      for (const key of changed) this.state[key] = changes[key];
      const nested = this.changing;
      this.changing = this.pending = true;
      for (const key of changed) this.trigger(`change:${key}`, this, this.state[key]);
      if (nested) return;
      while (this.pending) {
        this.pending = false;
        this.trigger("change", this);
      }
      this.changing = false;
    }

    on(names, callback, owner) {
      for (const name of names.split(/\s+/)) this.listeners.push({ name, callback, owner });
    }

    off(names, callback, owner) {
      const gone = names?.split(/\s+/);
      this.listeners = this.listeners.filter(
        (one) =>
          (gone && !gone.includes(one.name)) ||
          (callback && callback !== one.callback) ||
          (owner && owner !== one.owner),
      );
    }

    trigger(name, ...args) {
      for (const { callback, owner } of this.listeners.filter((one) => one.name === name)) {
        try {
          callback(...args);
        } catch (error) {
          if (owner?.fail) owner.fail(error);
          else reportError(error);
        }
      }
    }

    // There is no kernel to tell.
    save_changes() {}
    send() {}
  }

  /** What Python's ipywidgets leave out of a stored state when it is the default. */
  const described = { description: "", disabled: false };
  const slider = { ...described, orientation: "horizontal", readout: true, continuous_update: true };
  const float = { ...slider, value: 0, min: 0, max: 100, step: 0.1, readout_format: ".2f" };
  const selection = { ...described, _options_labels: [], index: null };
  const DEFAULTS = {
    FloatSliderModel: float,
    FloatLogSliderModel: { ...float, value: 1, max: 4, base: 10, readout_format: ".3g" },
    IntSliderModel: { ...float, step: 1, readout_format: "d" },
    SelectionSliderModel: { ...selection, ...slider },
    CheckboxModel: { ...described, value: false, indent: true },
    ToggleButtonsModel: { ...selection, tooltips: [] },
    DropdownModel: selection,
    LabelModel: { ...described, value: "", placeholder: "\u200b" },
    HTMLModel: { ...described, value: "", placeholder: "\u200b" },
    HBoxModel: { children: [] },
    VBoxModel: { children: [] },
  };

  const models = new Map();
  for (const [id, entry] of Object.entries(page.state)) {
    for (const name of ["_esm", "_css"]) {
      if (name in entry.state) entry.state[name] = page.texts[entry.state[name]];
    }
    models.set(id, new Model(entry));
  }

  /** The model that "IPY_MODEL_<id>" or "anywidget:<id>" points at. */
  function resolve(reference) {
    return models.get(String(reference).replace(/^(IPY_MODEL_|anywidget:)/, ""));
  }

  // ---------------------------------------------------------------------------------------------- Links

  function carry([from, trait], [to, target]) {
    resolve(from).on(`change:${trait}`, (model, value) => resolve(to).set(target, value));
  }

  for (const { kind, state } of models.values()) {
    if (kind !== "LinkModel" && kind !== "DirectionalLinkModel") continue;
    const { source, target } = state;
    carry(source, target);
    if (kind === "LinkModel") carry(target, source);
    resolve(target[0]).set(target[1], resolve(source[0]).get(source[1]));
  }

  // ----------------------------------------------------------------------------------- Numbers in words

  /** A number, also from the words in which infinities cross the widget protocol. */
  function number(value) {
    return Number(String(value).replace(/^([+-]?)inf$/i, "$1Infinity"));
  }

  /** d3's number formats, as far as readout_format is likely to go: [sign][,][.digits][d e f g % or none]. */
  function format(pattern, value) {
    const [, sign, comma, digits, type] = /^([+ ]?)(,?)(?:\.(\d+))?([defg%]?)$/.exec(pattern) ?? [];
    if (Number.isNaN(value)) return "NaN";
    const size = Math.abs(value);
    let text;
    if (size === Infinity) text = "∞";
    else if (type === "d") text = size.toFixed(0);
    else if (type === "%") text = `${(100 * size).toFixed(digits ?? 6)}%`;
    else if (type === "e") text = size.toExponential(digits ?? 6);
    else if (type === "f") text = size.toFixed(digits ?? 6);
    else if (type === "g") text = size.toPrecision(digits || 6);
    else text = String(Number(size.toPrecision(digits || 12)));
    if (comma) text = text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
    return (value < 0 && /[1-9∞]/.test(text) ? "−" : (sign ?? "")) + text;
  }

  // ------------------------------------------------------------------------------------------ Safe HTML

  const TAGS = new Set(
    `a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure
     h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table
     tbody td tfoot th thead tr u ul var wbr`.split(/\s+/),
  );
  const ATTRIBUTES = new Set(
    `alt aria-label class colspan dir height href lang role rowspan scope src start style title
     width`.split(/\s+/),
  );
  const PROTOCOLS = ["http:", "https:", "mailto:", "file:"]; // the last is the page's own, from a disk

  /** Nodes of an HTML text with nothing in them that runs, or that asks for anything on its own. */
  function safe(html) {
    const { body } = new DOMParser().parseFromString(html, "text/html");
    for (const element of body.querySelectorAll("*")) {
      if (!TAGS.has(element.localName)) {
        element.remove();
        continue;
      }
      for (const { name, value } of [...element.attributes]) {
        const bad =
          !ATTRIBUTES.has(name) ||
          (name === "href" && !PROTOCOLS.includes(element.protocol)) ||
          (name === "src" && !/^data:image\//i.test(value)) ||
          (name === "style" && /url|image|@|\\/i.test(value));
        if (bad) element.removeAttribute(name);
      }
    }
    return body.childNodes;
  }

  // ------------------------------------------------------------------------------------------- Elements

  let count = 0;

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  /** Run a function now and whenever the model changes, for as long as the view is there. */
  function follow(model, view, update) {
    const guarded = () => {
      try {
        update();
      } catch (error) {
        view.fail(error);
      }
    };
    model.on("change", guarded, view);
    view.onEnd(() => model.off(null, guarded, view));
    update();
  }

  const STYLES = {
    handle_color: "accent-color",
    button_width: "--static-widget-button",
    text_color: "color",
    background: "background",
  };

  /** Follow the model's layout and style, both of which are models of their own. */
  function dress(model, view, el) {
    const put = (name, value) => el.style.setProperty(name, value ?? "");
    const layout = resolve(model.get("layout"));
    const style = resolve(model.get("style"));
    if (layout) {
      follow(layout, view, () => {
        for (const [name, value] of Object.entries(layout.state)) put(name.replaceAll("_", "-"), value);
      });
    }
    if (style) {
      follow(style, view, () => {
        for (const [name, value] of Object.entries(style.state)) {
          const width = value === "initial" ? "max-content" : value;
          if (name === "description_width") put("--static-widget-label", width);
          else if (/^(font|text_decoration)/.test(name)) put(name.replaceAll("_", "-"), value);
          else if (STYLES[name]) put(STYLES[name], value);
        }
      });
    }
    el.classList.add(...(model.get("_dom_classes") ?? []));
    if (model.get("tooltip")) el.title = model.get("tooltip");
  }

  function labelOf(control) {
    return element("label", { htmlFor: control.id, className: "static-widget-label" });
  }

  /** Let a label follow the model's description. */
  function caption(model, view, label) {
    follow(model, view, () => {
      const text = model.get("description");
      label.hidden = !text;
      if (label.dataset.text === text) return;
      label.dataset.text = text;
      label.replaceChildren(...(model.get("description_allow_html") ? safe(text) : [text]));
    });
    return label;
  }

  // ------------------------------------------------------------------------------------------- Controls

  /** A slider over positions; `position` and `value` translate, `show` words what is shown and spoken. */
  function range(model, view, { trait, min, max, step, position = number, value = Number, show }) {
    const input = element("input", { type: "range", id: `static-widget-${++count}` });
    const shown = new Text(); // kept and rewritten: a new node would cost the page a wider layout
    const readout = element("span", { className: "static-widget-readout", ariaHidden: "true" }, shown);
    const label = caption(model, view, labelOf(input));
    const row = element("div", { className: "static-widget-control" }, label, input, readout);
    row.classList.add("static-widget-slider");

    function speak(current) {
      const text = show(current);
      shown.data = text;
      input.setAttribute("aria-valuetext", text);
    }
    follow(model, view, () => {
      // The limits go first: the browser fits the position into them.
      const wanted = { min: min(), max: max(), step: step() ?? "any" };
      const place = String(Math.min(Math.max(position(model.get(trait)), wanted.min), wanted.max));
      for (const [name, limit] of Object.entries(wanted)) {
        if (input[name] !== String(limit)) input[name] = limit;
      }
      if (input.value !== place) input.value = place;
      input.disabled = model.get("disabled");
      readout.hidden = !model.get("readout");
      row.classList.toggle("static-widget-vertical", model.get("orientation") === "vertical");
      input.setAttribute("aria-orientation", model.get("orientation"));
      speak(model.get(trait));
    });
    const commit = () => model.set(trait, value(input.value));
    const move = () => (model.get("continuous_update") ? commit() : speak(value(input.value)));
    input.addEventListener("input", move);
    input.addEventListener("change", commit);
    return row;
  }

  const limits = (model) => ({
    min: () => number(model.get("min")),
    max: () => number(model.get("max")),
    step: () => model.get("step"),
    show: (value) => format(model.get("readout_format"), number(value)),
  });

  function heading(model, view) {
    const text = element("span", { id: `static-widget-${++count}`, className: "static-widget-label" });
    return caption(model, view, text);
  }

  const DRAW = {
    FloatSliderModel: (model, view) => range(model, view, { trait: "value", ...limits(model) }),
    IntSliderModel: (model, view) => range(model, view, { trait: "value", ...limits(model) }),

    // Its limits and steps are exponents; its value, which is shown, is not.
    FloatLogSliderModel(model, view) {
      const base = () => model.get("base");
      return range(model, view, {
        trait: "value",
        ...limits(model),
        position: (value) => Number((Math.log(number(value)) / Math.log(base())).toPrecision(12)),
        value: (exponent) => base() ** exponent,
      });
    },

    SelectionSliderModel(model, view) {
      const labels = () => model.get("_options_labels");
      return range(model, view, {
        trait: "index",
        min: () => 0,
        max: () => labels().length - 1,
        step: () => 1,
        show: (index) => labels()[index] ?? "",
      });
    },

    CheckboxModel(model, view) {
      const input = element("input", { type: "checkbox" });
      const label = element("label", {}, input, caption(model, view, element("span")));
      const row = element("div", { className: "static-widget-control" }, label);
      follow(model, view, () => {
        input.checked = model.get("value");
        input.disabled = model.get("disabled");
        row.classList.toggle("static-widget-indent", Boolean(model.get("indent")));
      });
      input.addEventListener("change", () => model.set("value", input.checked));
      return row;
    },

    DropdownModel(model, view) {
      const select = element("select", { id: `static-widget-${++count}` });
      const label = caption(model, view, labelOf(select));
      let shown;
      follow(model, view, () => {
        const labels = model.get("_options_labels");
        if (!same(labels, shown)) select.replaceChildren(...labels.map((text) => new Option(text)));
        shown = labels;
        select.selectedIndex = model.get("index") ?? -1;
        select.disabled = model.get("disabled");
      });
      select.addEventListener("change", () => model.set("index", select.selectedIndex));
      return element("div", { className: "static-widget-control" }, label, select);
    },

    // Radio buttons: one choice of several, with the arrow keys that go with it.
    ToggleButtonsModel(model, view) {
      const label = heading(model, view);
      const group = element("div", { className: "static-widget-buttons", role: "radiogroup" });
      group.setAttribute("aria-labelledby", label.id);
      let shown;
      follow(model, view, () => {
        const labels = model.get("_options_labels");
        if (!same(labels, shown)) {
          group.replaceChildren(
            ...labels.map((text, index) => {
              const input = element("input", { type: "radio", name: label.id });
              input.addEventListener("change", () => model.set("index", index));
              const title = model.get("tooltips")[index] ?? "";
              return element("label", { title }, input, element("span", {}, text));
            }),
          );
        }
        shown = labels;
        group.querySelectorAll("input").forEach((input, index) => {
          input.checked = index === model.get("index");
          input.disabled = model.get("disabled");
        });
      });
      return element("div", { className: "static-widget-control" }, label, group);
    },

    LabelModel(model, view) {
      const text = element("span");
      follow(model, view, () => (text.textContent = model.get("value") || model.get("placeholder")));
      return element("div", { className: "static-widget-control" }, heading(model, view), text);
    },

    HTMLModel(model, view) {
      const content = element("div", { className: "static-widget-html" });
      const html = () => model.get("value") || model.get("placeholder");
      follow(model, view, () => content.replaceChildren(...safe(html())));
      return element("div", { className: "static-widget-control" }, heading(model, view), content);
    },

    HBoxModel: (model, view) => box(model, view, "static-widget-hbox widget-hbox"),
    VBoxModel: (model, view) => box(model, view, "static-widget-vbox widget-vbox"),
  };

  function box(model, view, className) {
    const el = element("div", { className });
    let shown, children = [];
    follow(model, view, () => {
      if (same(shown, model.get("children"))) return;
      shown = model.get("children");
      children.forEach((child) => child.end());
      children = shown.map((reference) => new View(resolve(reference), view));
      el.replaceChildren(...children.map((child) => child.el));
      view.wait(children.map((child) => child.ready));
    });
    return el;
  }

  // ----------------------------------------------------------------------------------------- Anywidgets

  const modules = new Map(); // text → the module: a text is imported once, however many models have it
  const styled = new Set();

  function load(esm) {
    if (!modules.has(esm)) {
      const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
      modules.set(esm, import(url).finally(() => URL.revokeObjectURL(url)));
    }
    return modules.get(esm);
  }

  /** What an anywidget is given instead of the model: listeners set through it go when their owner does. */
  function proxy(model, owner) {
    return {
      get: (name) => model.get(name),
      set: (name, value) => model.set(name, value),
      save_changes: () => model.save_changes(),
      send: () => model.send(),
      on: (name, callback) => model.on(name, callback, owner),
      off: (name, callback) => model.off(name, callback, owner),
      widget_manager: {
        get_model: async (id) => proxy(resolve(id), owner),
      },
    };
  }

  const experimental = {
    invoke: () => Promise.reject(new Error("This page has no kernel to invoke a command in.")),
  };

  /** The widget of a model, its `initialize` run once: { render, exports }. */
  function initialized(model) {
    model.widget ??= (async () => {
      const css = model.get("_css");
      if (css && !styled.has(css)) {
        styled.add(css);
        const sheet = new CSSStyleSheet(); // adopted: a policy may forbid a style in the text
        sheet.replaceSync(css);
        document.adoptedStyleSheets.push(sheet);
      }
      const module = await load(model.get("_esm"));
      let widget = module.render ? module : module.default;
      if (typeof widget === "function") widget = await widget();
      if (!widget) throw new Error("The widget's module has no default export.");
      const { signal } = new AbortController();
      const exports = await widget.initialize?.({ model: proxy(model, model), signal, experimental });
      return { render: widget.render?.bind(widget), exports };
    })();
    return model.widget;
  }

  async function drawAnywidget(model, view) {
    const { render } = await initialized(model);
    const { signal } = view;
    if (signal.aborted) return;
    const host = {
      getModel: async (reference) => proxy(resolve(reference), view),
      async getWidget(reference) {
        const other = resolve(reference);
        const { exports } = await initialized(other);
        return {
          exports,
          async render({ el, signal }) {
            const child = new View(other, view);
            signal?.addEventListener("abort", () => child.end());
            el.append(child.el);
            await child.ready;
          },
        };
      },
    };
    view.onEnd(() => model.off(null, null, view));
    const cleanup = await render?.({ model: proxy(model, view), el: view.el, signal, host, experimental });
    if (typeof cleanup === "function") view.onEnd(cleanup);
  }

  // ---------------------------------------------------------------------------------------------- Views

  /** One drawing of a model; a model may have several. A failure shows in its own place. */
  class View {
    constructor(model, parent) {
      this.controller = new AbortController();
      this.signal = this.controller.signal;
      this.waiting = [];
      parent?.onEnd(() => this.end());
      try {
        if (!model) throw new Error("The page does not hold this widget's state.");
        const draw = DRAW[model.kind];
        this.el = draw ? draw(model, this) : element("div");
        dress(model, this, this.el);
        if (!draw) this.waiting.push(drawAnywidget(model, this).catch((error) => this.fail(error)));
      } catch (error) {
        this.el ??= element("div");
        this.fail(error);
      }
      this.ready = Promise.all(this.waiting);
    }

    wait(promises) {
      this.waiting.push(...promises);
    }

    onEnd(callback) {
      if (this.signal.aborted) callback();
      else this.signal.addEventListener("abort", callback, { once: true });
    }

    end() {
      this.controller.abort();
      this.el.remove();
    }

    fail(error) {
      this.message ??= element("div", { className: "static-widget-error", role: "alert" });
      this.message.textContent = `This widget failed: ${error?.message ?? error}`;
      this.el.prepend(this.message);
      console.error(error);
    }
  }

  // ----------------------------------------------------------------------------------------------- Page

  const NEAR = 400; // pixels from the screen within which a widget is brought to life
  const places = [...document.querySelectorAll(".static-widget")];

  /** Draw a place's view, and show it in the still picture's stead once it is there. */
  function enliven(place) {
    place.ready ??= (async () => {
      observer.unobserve(place);
      // Widgets that no view shows may still compute something between two that are.
      for (const id of page.unseen) initialized(models.get(id)).catch(console.error);
      const [live, still] = place.children;
      const view = new View(models.get(place.dataset.model));
      live.append(view.el);
      await view.ready;
      live.hidden = false;
      const focused = still.contains(document.activeElement);
      still.classList.add("static-widget-replaced");
      if (focused) live.querySelector("input, select, button, a")?.focus({ preventScroll: true });
    })();
    return place.ready;
  }

  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) enliven(entry.target);
    },
    { rootMargin: `${NEAR}px 0px` },
  );
  for (const place of places) observer.observe(place);

  // The observer first speaks after the page is drawn. What the reader sees already need not wait so long.
  for (const place of places) {
    if (place.checkVisibility?.({ contentVisibilityAuto: true }) === false) continue; // far, and not laid out
    const { top, bottom } = place.getBoundingClientRect();
    if (bottom > -NEAR && top < innerHeight + NEAR) enliven(place);
  }

  /** A page opened at #<anchor>, or #<anchor>?settings, shows that view, wherever it is. */
  async function showAnchor() {
    const name = location.hash.slice(1).split("?")[0];
    const place = places.find((one) => name && one.id === name);
    if (!place) return;
    await enliven(place);
    place.scrollIntoView({ behavior: "instant" }); // a smooth one aims at where the place was
  }
  /** At ?embed#<anchor> that view has the page for itself, for a frame in another page. */
  function embed(place) {
    for (const other of document.body.children) other.inert = true;
    place.classList.add("static-widget-alone");
    document.body.append(place);
  }
  const linked = places.find(({ id }) => id === location.hash.slice(1).split("?")[0]);
  if (linked && new URLSearchParams(location.search).has("embed")) embed(linked);

  addEventListener("hashchange", showAnchor);
  showAnchor();

  // Pictures that wait to be near the screen are wanted on paper.
  addEventListener("beforeprint", () => {
    for (const image of document.querySelectorAll(".static-widget-still img")) image.loading = "eager";
  });
})();
