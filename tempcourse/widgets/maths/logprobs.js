// Tokens and log-probabilities as a reader pastes them: JSON as an API returns it, or a line a token.

const MOST = 2000; // tokens that are drawn at once
const LINE = /^(.+?)(?:\t|[;,]|\s)\s*([-+−]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-−]inf(?:inity)?)\s*$/i;
const ROUNDING = 1e-3; // what probabilities may add up to above 1

function complain(message) {
  throw new SyntaxError(message);
}

/**
 * Return { tokens, logits, missing, note } of a pasted text, or throw an Error whose message says what is wrong.
 * `missing` is the probability that the text leaves out; the note says what was taken for what.
 */
export function readLogprobs(text) {
  const pairs = /^\s*[[{]/.test(text) ? fromJSON(text) : fromLines(text);
  if (pairs.length < 2) complain("One token leaves nothing to choose: paste two or more.");
  if (pairs.length > MOST) complain(`Up to ${MOST} tokens are read here; these are ${pairs.length}.`);
  const tokens = pairs.map(([token]) => token);
  const logits = pairs.map(([, logprob]) => logprob);
  if (logits.every((z) => z === -Infinity)) complain("All of them are −∞: no token can come.");
  const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
  if (total <= 1 + ROUNDING) return { tokens, logits, missing: Math.max(0, 1 - total), note: "" };
  const sum = logits.reduce((all, z) => all + z, 0);
  const shares = logits.every((z) => z >= 0) && sum <= 1 + ROUNDING;
  const note = shares
    ? "These look like probabilities, and their logarithms are needed. Taken as they are, as logits. "
    : "Their exponentials add up to more than 1, so they are taken as logits. ";
  return { tokens, logits, missing: 0, note };
}

/** A line a token: the token, then a tab, comma, semicolon or space, then the number. */
function fromLines(text) {
  const lines = text.split(/\r?\n/).map((line, i) => ({ line, place: i + 1 }));
  const filled = lines.filter(({ line }) => line.trim());
  if (/^"?token"?\s*[\t,;]/i.test(filled[0]?.line ?? "")) filled.shift(); // a table's heading
  return filled.map(({ line, place }) => {
    const [, token, number] = LINE.exec(line) ?? complain(`Line ${place} has no number at its end: ${line.trim()}`);
    return [unquoted(token), toNumber(number)];
  });
}

function unquoted(token) {
  const [, inner] = /^\s*"(.*)"$/.exec(token) ?? [];
  return inner === undefined ? token : inner.replaceAll('""', '"');
}

function toNumber(text) {
  return Number(text.replace("−", "-").replace(/inf(inity)?$/i, "Infinity"));
}

function fromJSON(text) {
  let value = null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    complain(`This looks like JSON, but cannot be read: ${error.message}.`);
  }
  const list = find(value, (inner, name) => name === "top_logprobs" && entries(inner)) ?? find(value, entries);
  return list ?? complain('No list of {"token": …, "logprob": …} is in this JSON.');
}

/** The first answer that `ask` has for a value or for one inside it; a response nests its list deep. */
function find(value, ask, name = "") {
  const answer = ask(value, name);
  if (answer) return answer;
  if (value === null || typeof value !== "object") return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = find(inner, ask, Array.isArray(value) ? name : key);
    if (found) return found;
  }
  return null;
}

/** A list of { token, logprob }, or, as older APIs have it, an object from tokens to numbers, as pairs. */
function entries(value) {
  if (value === null || typeof value !== "object") return null;
  const pairs = Array.isArray(value)
    ? value.map((each) => [each?.token, each?.logprob])
    : Object.entries(value);
  const right = ([token, logprob]) => typeof token === "string" && typeof logprob === "number";
  return pairs.length && pairs.every(right) ? pairs : null;
}
