// Python beside the page: Pyodide, in a worker, so that the page stays alive and an endless loop can be ended.
//
// The page sends { about } once. It sends { number, sources } to ask which cells the last of them needs, and hears of
// { number, needed }; and { number, source, name, quiet } to run one, and hears of { number, begun } when all is fetched,
// { number, stream, text }, { number, bundle } and, at the end, { number, error }. Between it hears of { loaded } bytes,
// or of { failed }.

const MOST = 100_000; // characters that a cell may print: the rest is cut off
let runner = null;

/** Count the bytes that come, and tell the page. */
function countFetched() {
  const { fetch } = self;
  let loaded = 0;
  const count = (chunk, controller) => {
    self.postMessage({ loaded: (loaded += chunk.length) });
    controller.enqueue(chunk);
  };
  self.fetch = async (...request) => {
    const answer = await fetch(...request);
    if (!answer.ok || !answer.body) return answer;
    const { status, statusText, headers } = answer;
    return new Response(answer.body.pipeThrough(new TransformStream({ transform: count })), { status, statusText, headers });
  };
}

/** Start Python: `core` is the address of Pyodide's module, `lock` that of its packages, `script` what runs cells. */
async function start({ core, lock, script }) {
  countFetched();
  const { loadPyodide } = await import(core);
  const [python, source] = await Promise.all([loadPyodide({ lockFileURL: lock }), (await fetch(script)).text()]);
  python.runPython(source);
  return { python, runCell: python.globals.get("run_cell"), neededCells: python.globals.get("needed_cells") };
}

/** A stream of a cell, as bytes come: decoded, and not without an end. */
function streamTo(number, stream) {
  const decoder = new TextDecoder();
  let printed = 0;
  return {
    write(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (printed < MOST) self.postMessage({ number, stream, text: text.slice(0, MOST - printed) });
      if (printed < MOST && printed + text.length > MOST) self.postMessage({ number, stream, text: "… (and more)" });
      printed += text.length;
      return bytes.length;
    },
  };
}

async function run({ number, source, name, quiet }) {
  const { python, runCell } = await runner;
  const trouble = [];
  await python.loadPackagesFromImports(source, { messageCallback() {}, errorCallback: (text) => trouble.push(text) });
  self.postMessage({ number, begun: true });
  python.setStdout(streamTo(number, "stdout"));
  python.setStderr(streamTo(number, "stderr"));
  const plain = (proxy) => proxy.toJs({ dict_converter: Object.fromEntries });
  const show = (bundle) => self.postMessage({ number, bundle: plain(bundle) });
  const error = runCell(source, name, quiet ? undefined : show);
  self.postMessage({ number, error: error ? plain(error) : null, trouble });
}

async function plan({ number, sources }) {
  const { python, neededCells } = await runner;
  self.postMessage({ number, needed: neededCells(python.toPy(sources)).toJs() });
}

self.addEventListener("message", async ({ data }) => {
  try {
    if (data.about) await (runner = start(data.about));
    else await (data.sources ? plan(data) : run(data));
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});
