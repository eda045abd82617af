"""The one list of explorables that their tests follow: how to make each, and settings that are not its defaults."""

from pathlib import Path

from tempcourse.widgets import (
    compare_temperatures,
    decoding_lab,
    diagnostic,
    explore_annealing,
    explore_bandit,
    explore_calibration,
    explore_dark_knowledge,
    explore_distillation,
    explore_ising,
    explore_levels,
    explore_pass_at_k,
    explore_softmax,
    explore_speculative,
    explore_temperature,
    language_model,
    quiz,
    review,
    sequence_tree,
    settings_converter,
    story_writer,
    your_calibration,
)

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SKETCH = [2.0, 1.0, 0.5, 0.1]
MEASURED = {50: {"hard": (85, 0.5), 1: (91, 0.4), 10: (96, 0.2)}, 20: {10: (90, 0.5), 1: (80, 0.8), "hard": (75, 1)}}
QUESTION = ("Which is `larger`?", ["1/2", "1/3 < 1"], 0, ["Yes.", "A third is *less*."])

#: By name, a function that makes one, and traits to set on its view: other than its defaults, and such as a link keeps.
EXPLORABLES = {
    "explore_softmax": (lambda: explore_softmax(SKETCH), {"logit_2": -3.2, "shift": -7.5, "temperature_index": 0}),
    "explore_temperature": (lambda: explore_temperature(), {"preset": 4, "temperature_index": 82}),
    "compare_temperatures": (
        lambda: compare_temperatures(SKETCH, [0.5, 1], claimed=[[0.73, None, None, None], [0.25] * 4]),
        {"show_claimed": False, "target": 1, "temperature_index": 17},
    ),
    "explore_ising": (lambda: explore_ising(16), {"temperature_index": 51, "start": 0, "seed": 42, "speed": 5}),
    "explore_levels": (lambda: explore_levels([-2.0, 0.5, 3.0], [2, 1, 12]), {"preset": 2, "temperature_index": 82}),
    "explore_annealing": (lambda: explore_annealing(), {"schedule": 2, "steps_index": 9, "seed": 7}),
    "explore_bandit": (lambda: explore_bandit([1.0, 0.5, -2.0]), {"policy": 3, "temperature_index": 32, "seed": 7}),
    "decoding_lab": (
        lambda: decoding_lab(["Old Jon", "He said the"]),
        {
            **{"context": 2, "own": "a b -1\n& -2", "others": False, "engine": 2, "temperature_index": 0, "seed": 42},
            **{"top_k": 4, "top_p": 3, "min_p": 2, "typical_p": 1},
        },
    ),
    "sequence_tree": (lambda: sequence_tree(), {"preset": 2, "mode": 1, "temperature_index": 0}),
    "settings_converter": (
        lambda: settings_converter(),
        {"context": 24, "own": "a b -1\n& -2", "others": False, "source": 2, "target": 0, "temperature_index": 5}
        | {"top_k": 4, "top_p": 3, "min_p": 2, "typical_p": 1},
    ),
    "story_writer": (
        lambda: story_writer("“I have"),
        {"prompt": "It is: “no”? The", "temperature_index": 0, "min_p": 3, "top_k": 2, "top_p": 9}
        | {"seed": 42, "count": 70, "frequency_penalty": 5, "mirostat": 2, "more": True, "cut": 4.5},
    ),
    "explore_calibration": (
        lambda: explore_calibration([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]], [0, 1, 1]),
        {"temperature_index": 53},
    ),
    "explore_dark_knowledge": (lambda: explore_dark_knowledge(), {"digit": 9, "temperature_index": 40}),
    "explore_distillation": (
        lambda: explore_distillation(MEASURED),
        {"size": 1, "hard_guess": 77, "soft_guess": 100},
    ),
    "language_model": (
        lambda: language_model(),
        {"context": 9, "prompt": "Albert", "chat": True, "engine": 1, "temperature_index": 3, "top_k": 4, "seed": 42},
    ),
    "explore_pass_at_k": (
        lambda: explore_pass_at_k(),
        {"temperature_index": 82, "k_index": 3, "hard": 95, "gap": 7.25, "seed": 42},
    ),
    "explore_speculative": (
        lambda: explore_speculative(),
        {"tied": False, "temperature_index": 42, "draft_index": 0, "ignores": True, "disagreement": 2.3}
        | {"length": 9, "cost": 0.29, "seed": 42},
    ),
    "your_calibration": (lambda: your_calibration(), {"chapter": 3, "attempt": 1, "shown": True}),
    "quiz": (lambda: quiz(*QUESTION), {}),
    "diagnostic": (lambda: diagnostic([("Fractions", "fractions.html", *QUESTION)]), {}),
    "review": (lambda: review(NOTEBOOKS), {}),
}
#: Those that ask rather than show: without settings, numbers or a picture.
ASKING = {"quiz", "diagnostic", "review"}
