// The n-gram model with the names of tempcourse.language. It is its counts, so a page needs no more of it than the
// text that they were taken from.

export const END = "<end>";
export const CLOSING = "”";
const OPENING = "“";
const TOKEN = /<end>|[\p{L}\p{N}_]+(?:['’-][\p{L}\p{N}_]+)*|[^\p{L}\p{N}_\s]/gu;

/** The model of a text: tokens with a space between them, all of them of the vocabulary. */
export function ngramModel(text, vocabulary, order) {
  const index = new Map(vocabulary.map((token, i) => [token, i]));
  const model = { vocabulary, index, order, followers: new Map(), rows: new Map() };
  const tokens = text.split(" ").map((token) => index.get(token));
  tokens.forEach((token, i) => {
    for (const context of contexts(model, tokens, i)) {
      if (!model.followers.has(context)) model.followers.set(context, []);
      model.followers.get(context).push(token);
    }
  });
  return model;
}

/** A number for each end of the first tokens that is within a story, the empty one first; END comes before all. */
function contexts({ vocabulary, index, order }, tokens, length) {
  const ends = [0];
  const end = index.get(END);
  for (let back = 1; back < order; back += 1) {
    const token = back <= length ? tokens[length - back] : end;
    ends.push(ends[back - 1] + (token + 1) * (vocabulary.length + 1) ** (back - 1));
    if (token === end) break;
  }
  return ends;
}

/** The probability of each next token after the first tokens of a text; the same array for the same context. */
export function nextProbabilities(model, tokens, length = tokens.length) {
  let p = model.vocabulary.map(() => 1 / model.vocabulary.length);
  for (const context of contexts(model, tokens, length)) {
    const seen = model.followers.get(context);
    if (!seen) break;
    if (!model.rows.has(context)) model.rows.set(context, wittenBell(seen, p));
    p = model.rows.get(context);
  }
  return p;
}

/** (c(h, w) + t(h)·p(w | h′)) / (c(h) + t(h)), from the tokens seen after h and the probabilities after h′. */
function wittenBell(seen, shorter) {
  const counts = shorter.map(() => 0);
  for (const token of seen) counts[token] += 1;
  const kinds = new Set(seen).size;
  return shorter.map((p, token) => (counts[token] + kinds * p) / (seen.length + kinds));
}

/** The tokens of a text as words; in lower case, but for names, which the vocabulary writes with a capital. */
export function tokenize(text, vocabulary) {
  const names = new Set(vocabulary.map((token) => token.split("'")[0]).filter((word) => /^\p{Lu}/u.test(word)));
  const curly = text.replace(/(^|\s)"/g, `$1${OPENING}`).replaceAll('"', CLOSING).replaceAll("’", "'");
  return [...curly.matchAll(TOKEN)].map(([token]) => {
    const word = token.toLowerCase();
    const name = capitalised(word);
    return names.has(name.split("'")[0]) ? name : word;
  });
}

function capitalised(word) {
  return word[0].toUpperCase() + word.slice(1);
}

/** How words are written, each with the space before it; all that follows from one word is that of the next. */
export function spell(words) {
  let last = "\n"; // what was written last, and whether a capital is due
  let capital = true;
  return words.map((word) => {
    const space = last === "\n" || last === OPENING || /^[,.;:?!”]$/.test(word) ? "" : " ";
    let written = word;
    if (word === OPENING) capital ||= last !== ",";
    else if (word === CLOSING) capital = last === ".";
    else {
      if (capital && word !== END) written = capitalised(word);
      capital = /^[.?!]$|^<end>$/.test(word);
    }
    last = word === END ? "\n" : word;
    return { space, written };
  });
}

/** Up to three known words that fewest letters tell from an unknown one, or none if those are half of it. */
export function nearestWords(word, vocabulary) {
  const near = vocabulary.map((known) => ({ known, edits: editDistance(word, known) }));
  const allowed = near.filter(({ edits }) => edits <= word.length / 2);
  return allowed.sort((a, b) => a.edits - b.edits).slice(0, 3).map(({ known }) => known);
}

/** How many letters are to be put in, left out or changed to make one word of another (Levenshtein 1966). */
function editDistance(one, other) {
  let above = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const changed = above[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      row.push(Math.min(changed, above[j] + 1, row[j - 1] + 1));
    }
    above = row;
  }
  return above[other.length];
}
