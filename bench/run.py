"""Measure what the course promises: print a table, and write it to bench/results.md with the machine's description."""

import argparse
import os
import platform
from pathlib import Path

import bench_boltzmann
import bench_build
import bench_decoding
import bench_distillation
import bench_ising
import bench_page
import bench_softmax
import bench_transformer

HERE = Path(__file__).parent
PARTS = {
    "softmax": bench_softmax,
    "boltzmann": bench_boltzmann,
    "ising": bench_ising,
    "decoding": bench_decoding,
    "transformer": bench_transformer,
    "distillation": bench_distillation,
    "page": bench_page,
    "build": bench_build,
}


def machine():
    """Return one line on the machine."""
    cpuinfo = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def table(rows):
    """Return rows as a Markdown table."""
    lines = ["| what | measured | wanted |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {what} | {measured} | {wanted} |" for what, measured, wanted in rows)])


def main():
    """Run the parts that are asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all, unless some are named")
    wanted = parser.parse_args().parts or list(PARTS)
    sections = []
    for name in wanted:
        sections.append(f"## {PARTS[name].TITLE}\n\n{table(PARTS[name].rows())}")
        print(sections[-1], end="\n\n", flush=True)
    if wanted == list(PARTS):
        text = f"# Measurements\n\n{machine()}. Made by `make bench`.\n\n" + "\n\n".join(sections) + "\n"
        (HERE / "results.md").write_text(text, encoding="utf8")


if __name__ == "__main__":
    main()
