// Look for the words of the address among the sections (../__init__.py), and show the sections that treat them first.
{
  const query = (new URLSearchParams(location.search).get("q") ?? "").trim().normalize("NFKC");
  const page = document.querySelector(".course-search");
  const [field, status, list] = ["input", "[role=status]", "ol"].map((selector) => page.querySelector(selector));

  const LETTER = "[\\p{L}\\p{N}]";
  const MOST = 30;

  /** One word of a query: its hyphens may be spaces or missing, T is τ, a limit a value; a long word may go on ("calibrat…"). */
  const wordPattern = (word) => {
    const stem = word.length > 4 ? word.replace(/(?<=[^s])s$/iu, "") : word;
    const letters = stem.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&").replaceAll("-", "[-‑–\\s]?");
    const either = /^[tτ]$/iu.test(stem) ? "(?:τ|T)" : /^[=→]$/u.test(stem) ? "[=→]" : letters;
    const [before, after] = [/^[\p{L}\p{N}]/u, /[\p{L}\p{N}]$/u].map((edge) => edge.test(stem));
    const end = /\p{N}$/u.test(stem) ? "(?![.,]?\\p{N})" : `(?:s|es)?(?!${LETTER})`;
    return `${before ? `(?<!${LETTER})` : ""}${either}${after && stem.length < 5 ? end : ""}`;
  };

  const words = query.replace(/[=→<>≤≥]/gu, " $& ").split(/\s+/u).filter(Boolean);
  const patternOf = (some) => new RegExp(some.map(wordPattern).join("[-‑–\\s]*"), "giu");
  const count = (pattern, text) => (text.match(pattern) ?? []).length;

  // What a chapter explains comes before what is asked of it, and before the glossary and the package.
  const ASIDE = /^(Exercise|Where it goes wrong|What to remember|Further reading)/u;
  const weightOf = (kind, title) => (kind !== "chapter" ? 0.7 : ASIDE.test(title) ? 1.2 : 2);

  /** How much a section is about the words: most in its title, then where they are defined, then how often they come. */
  const scoreOf = ([title, , text, emphasised], patterns, kind) => {
    const parts = patterns.map((pattern) => {
      if (!count(pattern, title) && !count(pattern, text)) return 0;
      const [first] = title.matchAll(pattern);
      const inTitle = first ? 10 + (20 * Math.min(query.length, title.length)) / title.length : 0;
      const begins = first?.index === 0 ? 10 : 0;
      const defined = emphasised.some((strong) => count(pattern, strong)) ? 12 : 0;
      return inTitle + begins + defined + 4 * Math.log2(1 + count(pattern, text) / (1 + text.length / 6000));
    });
    return parts.includes(0) ? 0 : Math.min(...parts) * weightOf(kind, title);
  };

  const found = (patterns) =>
    PAGES.flatMap(([address, pageTitle, kind, sections]) =>
      sections.map((section) => ({ address, pageTitle, section, score: scoreOf(section, patterns, kind) })),
    )
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);

  /** A text with the words in it marked. */
  const marked = (text, pattern) => {
    const nodes = [];
    let from = 0;
    for (const { 0: words, index } of text.matchAll(pattern)) {
      nodes.push(text.slice(from, index), Object.assign(document.createElement("mark"), { textContent: words }));
      from = index + words.length;
    }
    return [...nodes, text.slice(from)];
  };

  /** The part of a text around the first of the words. */
  const excerpt = (text, pattern) => {
    const at = Math.max(0, text.search(pattern));
    const from = at < 90 ? 0 : text.indexOf(" ", at - 90) + 1;
    const end = from + 220 >= text.length ? text.length : text.lastIndexOf(" ", from + 220);
    return `${from ? "… " : ""}${text.slice(from, end)}${end < text.length ? " …" : ""}`;
  };

  const item = ({ address, pageTitle, section: [title, anchor, text] }, pattern) => {
    const link = Object.assign(document.createElement("a"), { href: `${address}#${anchor}` });
    link.append(...marked(title, pattern));
    const where = Object.assign(document.createElement("span"), { textContent: title === pageTitle ? "" : pageTitle });
    const about = document.createElement("p");
    about.append(...marked(excerpt(text, pattern), pattern));
    const entry = document.createElement("li");
    entry.append(link, " ", where, about);
    return entry;
  };

  field.value = query;
  if (!query) {
    field.focus();
  } else {
    const phrase = patternOf(words);
    const apart = words.map((word) => patternOf([word]));
    const together = found([phrase]);
    const results = together.length ? together : found(apart);
    const either = new RegExp((together.length ? [phrase] : apart).map(({ source }) => source).join("|"), "giu");
    const several = results.length === 1 ? "1 section" : `${results.length} sections`;
    status.textContent = results.length
      ? `${several} with “${query}”${results.length > MOST ? `; here are the ${MOST} that are most about it` : ""}.`
      : `Nothing has “${query}”. Try a part of it, or look it up in the index.`;
    list.replaceChildren(...results.slice(0, MOST).map((result) => item(result, either)));
  }
}
