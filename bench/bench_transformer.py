"""The real language model: in NumPy beside transformers, in one run, and in the page, cold and from its cache."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from bench_page import ONLY_HERE, served
from chromium import open_chromium

from tempcourse.transformer import load_transformer, model_path

try:
    import torch
    import transformers
except ImportError:
    torch = None

TITLE = "SmolLM2: in NumPy beside transformers, and in the page"
SITE = Path(__file__).parent.parent / "_build" / "site"
PAGE = "notebooks/09_real_model.html"
PROMPT, LENGTH, BATCH, ROUNDS, WRITTEN = "Once upon a time, there was a", 40, 16, 5, 20
NOT_INSTALLED = "not installed: pip install -e '.[oracles]'"
LOAD = f"""import re, time
start = time.perf_counter()
from tempcourse.transformer import load_transformer
import numpy as np
model = load_transformer()
print(time.perf_counter() - start)
model.generate("{PROMPT}", {LENGTH}, rng=np.random.default_rng(0))
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1e3)"""
# Until the first distribution of the model is shown, and until it has written: milliseconds.
IN_PAGE = """async (count) => {
  const place = document.querySelector('.static-widget[id^="language_model"]');
  const frame = () => new Promise(requestAnimationFrame);
  while (!place.querySelector("[data-explorable]")) {
    place.scrollIntoView({ behavior: "instant", block: "center" });
    await frame();
  }
  const button = (text) => [...place.querySelectorAll("button")].find((one) => one.textContent.startsWith(text));
  const done = async () => {
    await frame();
    await frame();
    while (button("Draw").disabled) await frame();
  };
  const begun = performance.now();
  button("Load").click();
  await done();
  button("Draw").click();
  await done();
  const first = performance.now() - begun;
  button("Write").click();
  await done();
  return [first, (performance.now() - begun - first) / count];
}"""


def seconds(function):
    """Return the time of a call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def loading_rows():
    """Return the rows on loading, in processes of their own: from the file, and from the weights kept beside it."""
    kept = model_path().with_suffix(".float32.npz")
    kept.unlink(missing_ok=True)
    rows = []
    for name in ("the first time", "again"):
        run = subprocess.run([sys.executable, "-c", LOAD], check=True, capture_output=True, text=True)
        taken, megabytes = map(float, run.stdout.split())
        rows.append((f"load, {name}", f"{taken:.1f} s", "at most 6 s"))
    return [*rows, (f"memory, loaded again, {LENGTH} tokens written", f"{megabytes:.0f} MB", "at most 700 MB")]


def their_model():
    """Return transformers' model and tokenizer of the same file."""
    where = {"pretrained_model_name_or_path": model_path().parent, "gguf_file": model_path().name}
    tokenizer = transformers.AutoTokenizer.from_pretrained(**where)
    return transformers.AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32).eval(), tokenizer


def writing_rows():
    """Return the rows on tokens a second; the two take turns."""
    model, rng = load_transformer(), np.random.default_rng(0)
    ours = {batch: lambda batch=batch: model.generate(PROMPT, LENGTH, batch=batch, rng=rng) for batch in (1, BATCH)}
    theirs = {}
    if torch:
        other, tokenizer = their_model()
        options = {"max_new_tokens": LENGTH, "min_new_tokens": LENGTH, "do_sample": True, "top_k": 0}
        for batch in ours:
            read = tokenizer([PROMPT] * batch, return_tensors="pt")
            theirs[batch] = lambda read=read: other.generate(**read, **options, pad_token_id=0)
    times = {batch: [] for batch in ours}
    for _ in range(ROUNDS):
        for batch, function in ours.items():
            times[batch].append([seconds(function), seconds(theirs[batch]) if torch else np.nan])
    medians = {batch: np.median(pairs, axis=0) for batch, pairs in times.items()}
    rows = []
    for batch, (mine, other) in medians.items():
        beside = f"transformers {1e3 * other / LENGTH:.0f} ms, {other / mine:.2f} ×" if torch else NOT_INSTALLED
        each = f"{1e3 * mine / LENGTH:.0f} ms a step, {batch * LENGTH / mine:.0f} tokens/s; {beside}"
        rows.append((f"write, batch of {batch}", each, "at most 40 ms, 1 ×" if batch == 1 else ""))
    gain = BATCH * medians[1][0] / medians[BATCH][0]
    return [*rows, (f"tokens a second, batch of {BATCH} over one at a time", f"{gain:.1f} ×", "at least 8 ×")]


def page_rows():
    """Return the rows on the page; where the site is not built, none."""
    folder = SITE / "language-model"
    if not folder.is_dir():
        return [("in the page", "not built: make site", "")]
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    anchor = "transformer-explainer: 63 parts of 10 MB (its src/routes/+page.svelte)"
    rows = [("in the page: fetched on a click, once", f"{size:.0f} MB; {anchor}", "about 100 MB")]
    with served(SITE) as address, open_chromium(ONLY_HERE) as browser:
        context = browser.new_context(viewport={"width": 1200, "height": 900})
        for name in ("from a server on this machine", "from the browser's cache"):
            page = context.new_page()
            page.goto(f"{address}/{PAGE}")
            first, each = page.evaluate(IN_PAGE, WRITTEN)
            rows.append((f"in the page: from the click to the first token drawn, {name}", f"{first / 1e3:.1f} s", ""))
            page.close()
    rows.append(("in the page: a token, with all probabilities drawn", f"{each:.0f} ms, {1e3 / each:.0f} tokens/s", ""))
    return rows


def rows():
    """Return the table: what was measured, and what is wanted."""
    return [*loading_rows(), *writing_rows(), *page_rows()]
