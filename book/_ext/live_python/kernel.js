// Python in a worker: started once, asked for one cell at a time, and ended when it does not end by itself.

const WORKER = "live_python_worker.js";
const RUNNER = "live_python.py";

/** Where the site's JupyterLite has Python: { core, lock }. */
async function findPython(lite) {
  const answer = await fetch(new URL("jupyter-lite.json", lite));
  if (!answer.ok) throw new Error(`this site has no Python (${answer.status})`);
  const plugins = (await answer.json())["jupyter-config-data"].litePluginSettings;
  const { pyodideUrl, loadPyodideOptions } = Object.values(plugins)[0];
  return { core: new URL(pyodideUrl, lite).href, lock: new URL(loadPyodideOptions.lockFileURL, lite).href };
}

/**
 * A Python whose cells share their names. `lite` is the address of the site's JupyterLite, `scripts` of the worker and
 * of what runs a cell; `onLoaded(bytes)` hears of what is fetched.
 */
export function pythonKernel(lite, scripts, onLoaded) {
  let [worker, count, current] = [null, 0, null];

  const settle = (how, what) => {
    const { [how]: done } = current ?? {};
    current = null;
    done?.(what);
  };
  const stop = (reason) => {
    worker?.terminate();
    worker = null;
    settle("fail", new Error(reason));
  };
  const hear = ({ data }) => {
    if (data.loaded) return onLoaded(data.loaded);
    if (data.failed) return stop(data.failed);
    if (data.number !== current?.number) return null;
    if ("error" in data || "needed" in data) return settle("done", data);
    return current.show?.(data);
  };
  const start = async () => {
    const about = await findPython(lite);
    worker = new Worker(new URL(WORKER, scripts), { type: "module" });
    worker.addEventListener("message", hear);
    worker.addEventListener("error", (event) => stop(event.message || "its worker did not start"));
    worker.postMessage({ about: { ...about, script: new URL(RUNNER, scripts).href } });
  };
  const ask = async (message, show) => {
    if (!worker) await start();
    return new Promise((done, fail) => {
      current = { number: (count += 1), show, done, fail };
      worker.postMessage({ ...message, number: count });
    });
  };
  return {
    /** Whether names of earlier cells are there. */
    runs: () => worker !== null,
    /** Run a cell: `show` is handed what it prints and displays, null for quietly. Comes to { error, trouble }. */
    run: (source, name, show) => ask({ source, name, quiet: !show }, show),
    /** The indices of those cells, of which all but the last may be needed, that the last one leans on. */
    needed: async (sources) => (await ask({ sources })).needed,
    /** End it, with all its names. */
    stop: () => stop("stopped"),
  };
}
