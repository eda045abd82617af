// Mark in a page's contents the section that is being read: the last one that reaches into the upper part of the screen.
{
  const links = new Map();
  for (const link of document.querySelectorAll(".bd-toc-nav a.nav-link")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }
  const near = new Set();
  let current;

  const mark = (section) => {
    links.get(current)?.classList.remove("active");
    links.get(current)?.removeAttribute("aria-current");
    links.get(section).classList.add("active");
    links.get(section).setAttribute("aria-current", "location");
    current = section;
  };

  const watch = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) near[isIntersecting ? "add" : "delete"](target);
      const last = [...links.keys()].findLast((section) => near.has(section));
      if (last && last !== current) mark(last);
    },
    { rootMargin: "0px 0px -60%" },
  );
  for (const section of links.keys()) watch.observe(section);
}
