"""Make tempcourse/data/teacher_digits.json: a dozen handwritten digits with the logits of a trained teacher.

The teacher has 128 hidden units and sees the 1200 training images 30 times, from seed 1. All twelve are test images.
Another processor may round differently on the way, and end with slightly other logits.

Usage: python tools/make_teacher_digits.py
"""

import json
from pathlib import Path

import numpy as np

from tempcourse.distillation import load_digits_split, predict_logits, train

DIGITS = [617, 1573, 736, 573, 1346, 1670, 1022, 1617, 598, 27, 814, 795]  # indices in load_digits, by class
DATA = Path(__file__).parents[1] / "tempcourse" / "data" / "teacher_digits.json"

if __name__ == "__main__":
    split = load_digits_split()
    teacher = train(
        split.train_images, split.train_labels, hidden=128, steps=30 * 24, rng=np.random.default_rng(1)
    )
    rows = [split.test_indices.tolist().index(digit) for digit in DIGITS]
    pixels = (16 * split.test_images[rows]).astype(int)
    logits = predict_logits(teacher, split.test_images[rows]).astype(float).round(3)
    columns = (DIGITS, split.test_labels[rows].tolist(), pixels.tolist(), logits.tolist())
    names = ("index", "label", "pixels", "logits")
    lines = [json.dumps(dict(zip(names, digit, strict=True))) for digit in zip(*columns, strict=True)]
    DATA.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
