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
  let [worker, count, current] = [null, 0, null]; // current: what was asked last, until it is settled

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
    if (data.begun) return current.onBegun?.();
    if ("error" in data || "needed" in data) return settle("done", data);
    return current.show?.(data);
  };
  /** Start it, unless what it is started for has been stopped meanwhile. */
  const start = async (isWanted) => {
    const about = await findPython(lite);
    if (!isWanted()) return;
    worker = new Worker(new URL(WORKER, scripts), { type: "module" });
    worker.addEventListener("message", hear);
    worker.addEventListener("error", (event) => stop(event.message || "its worker did not start"));
    worker.postMessage({ about: { ...about, script: new URL(RUNNER, scripts).href } });
  };
  const ask = (message, { show, onBegun } = {}) =>
    new Promise((done, fail) => {
      const mine = { number: (count += 1), show, onBegun, done, fail };
      const isWanted = () => current === mine;
      current = mine;
      Promise.resolve(worker ?? start(isWanted)).then(
        () => isWanted() && worker.postMessage({ ...message, number: mine.number }),
        (error) => isWanted() && stop(error.message),
      );
    });
  return {
    /** Whether names of earlier cells are there. */
    runs: () => worker !== null,
    /** Run a cell: `show` is handed what it prints and displays, null for quietly. Comes to { error, trouble }. */
    run: (source, name, show, onBegun) => ask({ source, name, quiet: !show }, { show, onBegun }),
    /** The indices of those cells, of which all but the last may be needed, that the last one leans on. */
    needed: async (sources) => (await ask({ sources })).needed,
    /** End it, with all its names. */
    stop: () => stop("stopped"),
  };
}
