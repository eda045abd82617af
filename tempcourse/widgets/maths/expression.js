// Numbers as readers write them: 0.5, 0,5, 50 %, log(99*50256), 1/1.5, e^-2, √2, [1, 2, 3].

const LONGEST = 500; // characters

const CONSTANTS = { e: Math.E, pi: Math.PI, π: Math.PI, inf: Infinity, "∞": Infinity };
const FUNCTIONS = {
  ...{ log: Math.log, ln: Math.log, log2: Math.log2, log10: Math.log10 },
  ...{ exp: Math.exp, sqrt: Math.sqrt, abs: Math.abs },
};
const TOKEN = /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([\p{L}∞][\p{L}\d]*)|(.))/uy;
const SIGNS = { "−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "²": "^2", "√": "sqrt " };

/** A text in plain signs, and without the modules that a Python function stands in. */
function plain(text) {
  const signs = text.replace(/[−–×·÷²√]/g, (sign) => SIGNS[sign]);
  return signs.replace(/\*\*/g, "^").replace(/\b(?:np|numpy|math)\./g, "").trim();
}

/** The tokens of an expression: numbers, names and signs. */
function tokensOf(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [, digits, name, sign] = TOKEN.exec(text);
    found.push(digits !== undefined ? { value: Number(digits) } : name ? { name } : { sign });
  }
  return found;
}

/** The value of one expression; a SyntaxError says what cannot be read. */
export function evaluate(text) {
  const tokens = tokensOf(plain(text));
  let at = 0;
  const takes = (sign) => tokens[at]?.sign === sign && (at += 1) > 0;
  const wrong = () => {
    const token = tokens[at];
    const what = token ? `“${token.name ?? token.sign ?? token.value}”` : "the end";
    return new SyntaxError(`I cannot read ${what} there. I know + − * / ^ %, brackets, e, π, log, exp and sqrt.`);
  };

  const atom = () => {
    const token = tokens[at];
    if (token?.value !== undefined) return (at += 1) && token.value;
    if (takes("(")) {
      const inner = total();
      if (!takes(")")) throw wrong();
      return inner;
    }
    const name = token?.name?.toLowerCase();
    if (Object.hasOwn(CONSTANTS, name ?? "")) return (at += 1) && CONSTANTS[name];
    if (!Object.hasOwn(FUNCTIONS, name ?? "")) throw wrong();
    at += 1;
    return FUNCTIONS[name](tokens[at]?.sign === "(" ? atom() : power());
  };
  const share = () => {
    let value = atom();
    while (takes("%")) value /= 100;
    return value;
  };
  const power = () => {
    const base = share();
    return takes("^") ? base ** signed() : base; // 2^3^2 is 2^9, and −2^2 is −4
  };
  const signed = () => (takes("-") ? -signed() : takes("+") ? signed() : power());
  const product = () => {
    let value = signed();
    for (;;) {
      if (takes("*")) value *= signed();
      else if (takes("/")) value /= signed();
      else if (tokens[at]?.name || tokens[at]?.sign === "(") value *= power(); // 2π
      else return value;
    }
  };
  const total = () => {
    let value = product();
    for (;;) {
      if (takes("+")) value += product();
      else if (takes("-")) value -= product();
      else return value;
    }
  };

  const value = total();
  if (at < tokens.length) throw wrong();
  return value;
}

/** A list's entries: what stands between separators, but not between the brackets of a function. */
function entriesOf(text, separator) {
  return text.split(separator).map((entry) => entry.trim()).filter(Boolean);
}

/**
 * All that a text can mean, the likeliest first: each a number, or an array of them. A comma may stand before decimals,
 * between thousands, or between entries.
 */
export function readings(text) {
  if (text.length > LONGEST) throw new SyntaxError(`Write at most ${LONGEST} characters.`);
  const inner = /^[[({](.*)[\])}],?$/s.exec(text.trim());
  const bracketed = inner && !/[()[\]{}]/.test(inner[1].replace(/\w\([^()]*\)/g, ""));
  const body = (bracketed ? inner[1] : text).trim();
  const number = (written) => () => evaluate(written);
  const list = (entries) => () => entries.map(evaluate);
  if (/[;\n]/.test(body)) return tried([list(entriesOf(body.replaceAll(",", "."), /[;\n]/))]);
  if (!body.includes(",")) return tried([bracketed && text.trim()[0] !== "(" ? list([body]) : number(body)]);
  const meant = [];
  if (!bracketed && /^[^,]*\d,\d[^,]*$/.test(body) && !body.includes(".")) meant.push(number(body.replace(",", ".")));
  if (/\d,\d{3}(?!\d)/.test(body) && !bracketed) meant.push(number(body.replace(/(\d),(?=\d{3}(?!\d))/g, "$1")));
  return tried([...meant, list(entriesOf(body, ","))]);
}

/** What can be read of some readings; if nothing can, what is wrong with the first. */
function tried(meant) {
  const errors = [];
  const found = meant.flatMap((read) => {
    try {
      return [read()];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      errors.push(error);
      return [];
    }
  });
  if (!found.length) throw errors[0];
  return found;
}
