// The theme's menus come after the page and the widgets near the screen. Bootstrap's script is left out: all that it
// would do here are the marks in the contents, which outline.js sets.
addEventListener("load", () => {
  const idle = window.requestIdleCallback ?? ((call) => call());
  const loadMenus = () => {
    const script = document.createElement("script");
    script.src = `${document.documentElement.dataset.content_root}_static/scripts/pydata-sphinx-theme.js`;
    document.body.append(script);
  };
  setTimeout(() => idle(loadMenus), 250);
});
