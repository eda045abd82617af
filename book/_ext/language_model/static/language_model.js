// A language model in the page: the file is fetched once and kept by the browser, and llama.cpp, as WebAssembly in a
// worker, computes the logits. Nothing leaves the machine.

const FOLDER = new URL("../language-model/", import.meta.url);
const CACHE = "language-model";
const LONGEST = 512; // tokens that the engine has room for
const silent = () => {};
const LOGGER = { debug: silent, log: silent, warn: silent, error: silent };

/** What the site says of its model: { file, bytes, sha256, engine, wasm }; an error where it has none. */
async function aboutModel() {
  const answer = await fetch(new URL("about.json", FOLDER)).catch(() => null);
  if (!answer?.ok) throw new Error("This copy of the course has no model: make site puts it beside the pages.");
  return answer.json();
}

/**
 * Load the model. `progress(bytes, of)` is told how far it is; an AbortSignal ends it.
 *
 * Returns { pieces, encode(text), logits(tokens), exit() }: the text of each token; the tokens of a text; the
 * log-probabilities of what follows some tokens, by token; and an end that frees the memory.
 */
export async function loadModel({ progress = silent, signal } = {}) {
  const about = await aboutModel();
  const blob = await modelFile(about, progress, signal);
  const { Wllama } = await import(new URL(about.engine, FOLDER));
  const paths = { "single-thread/wllama.wasm": new URL(about.wasm, FOLDER).href };
  const engine = new Wllama(paths, { suppressNativeLog: true, logger: LOGGER });
  try {
    await engine.loadModel([blob], { n_threads: 1, n_ctx: LONGEST });
    signal?.throwIfAborted();
    return await modelOf(engine);
  } catch (error) {
    await engine.exit().catch(silent);
    throw error;
  }
}

/** The file: from the browser's cache, or from the site and then kept there. */
async function modelFile({ file, bytes, sha256 }, progress, signal) {
  const key = new URL(`${file}?${sha256}`, FOLDER).href;
  const cache = await globalThis.caches?.open(CACHE).catch(() => null);
  const kept = await (await cache?.match(key))?.blob();
  if (kept?.size === bytes) return kept;
  const answer = await fetch(new URL(file, FOLDER), { signal });
  if (!answer.ok) throw new Error(`The model's file could not be fetched (${answer.status}).`);
  const parts = [];
  let loaded = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    progress((loaded += value.length), bytes);
  }
  const blob = new Blob(parts);
  if (blob.size !== bytes) throw new Error(`The model's file is ${blob.size} bytes long, not ${bytes}.`);
  for (const old of (await cache?.keys()) ?? []) await cache.delete(old);
  await cache?.put(key, new Response(blob)).catch(silent); // a full disk only means that it is fetched again
  return blob;
}

/** The engine, asked one thing at a time, and never for what it has computed already. */
async function modelOf(engine) {
  const { nVocab } = engine.getModelMetadata().hparams;
  const pieces = (await engine.getVocab()).slice(-nVocab); // some versions of wllama make room for all, and then append
  let past = []; // the tokens whose keys and values it holds
  let turn = Promise.resolve();
  const inTurn = (act) => (turn = turn.catch(silent).then(act));
  const compute = async (tokens) => {
    let same = 0;
    while (same < Math.min(past.length, tokens.length - 1) && past[same] === tokens[same]) same += 1;
    try {
      if (same < past.length) await engine.kvRemove(same, past.length - same);
      past = past.slice(0, same);
      await engine.decode(tokens.slice(same), {});
    } catch (error) {
      await engine.kvClear();
      past = [];
      throw error;
    }
    past = tokens.slice();
    const logits = new Float64Array(nVocab);
    for (const { token, p } of await engine.getLogits(nVocab)) logits[token] = Math.log(p);
    return logits;
  };
  return {
    pieces,
    encode: (text) => inTurn(() => engine.tokenize(text, true)),
    logits: (tokens) => inTurn(() => compute(tokens)),
    exit: () => engine.exit(),
  };
}
