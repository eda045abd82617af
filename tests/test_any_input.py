"""Any argument of any public function, whatever it is: a result without nan, or an error that the docstring names.

The functions are those of `__all__` in each module of concepts. Of each there is a call that works; in it one argument
is replaced by each of many values, and then pairs of them by values that a seed draws.
"""

import copy
import dataclasses
import functools
import importlib
import inspect
import math
import pkgutil
import random
import re
import warnings
from decimal import Decimal
from fractions import Fraction

import matplotlib.figure
import numpy as np
import pytest
from small_transformer import small_transformer

import tempcourse
from tempcourse import decoding, distillation, exploration, language, sequences, sweep
from tempcourse.decoding import LLAMA_CPP, VLLM

INF, NAN = math.inf, math.nan
MODULES = [
    importlib.import_module(f"tempcourse.{name}")
    for _, name, _ in pkgutil.iter_modules(tempcourse.__path__)
    if not name.startswith("_")
]

NUMBERS = [0, -0.0, 1, 2, 3, -1, 0.5, 1.5, NAN, INF, -INF, 5e-324, 1e-309, 1e-8, 1e8, 1e300, 1.7e308, -1.7e308]
NUMBERS += [10**400]
TYPED = [
    True,
    np.float32(0.5),
    np.float16(2),
    np.float32(3.4e38),
    np.longdouble(0.5),
    np.int8(2),
    np.uint64(2**40),
    Fraction(1, 3),
    Decimal("0.5"),
    Decimal("sNaN"),
]
NO_NUMBERS = [None, "a", "", "0.5", b"1", 1j, object(), {}, {1.0, 2.0}, print, np.datetime64("2020"), [None]]
NO_NUMBERS += [["a", "b"]]
LOWEST = float(np.finfo(np.float32).min)
ARRAYS = [
    [],
    [[]],
    [1.0],
    [0.5, 0.5],
    [1.0, NAN],
    [INF, 1.0, INF],
    [-INF, -INF, -INF],
    [-INF, 0.0, 1.0],
    [1.7e308, -1.7e308, 0.0],
    [5e-324, 0.0, -5e-324],
    [[1.0, 0.0], [0.0, 1.0]],
    [[1.0], [1.0, 2.0]],
    [[1.7e308, -1.7e308], [0.0, 1.0]],
    [[0, 1], [1, 0]],
    [0, 1],
    [0, 1, 2],
    [-1, 7],
    [Fraction(1, 2), Decimal("0.5")],
    [10**400, 1],
    (0.2, 0.3, 0.5),
    range(3),
    np.array(0.5),
    np.array([LOWEST, 0, 1], np.float32),
    np.array([0.2, 0.3, 0.5], np.float32),
    np.array([0.25, 0.25, 0.5], np.float16),
    np.array([6e4, -6e4, 0], np.float16),
    np.array([-128, 127, 0], np.int8),
    np.array([0, 1, 2], np.uint8),
    np.array([True, False, True]),
    np.array([1j, 0, 1]),
    np.array(["2020"], "datetime64[D]"),
    np.array([(1, 2.0)], "i4,f8"),
    np.array([0.2, 0.3, 0.5]).astype(">f8"),
    np.array([1.0, 2.0, 3.0], np.longdouble),
    np.zeros((0, 3)),
    np.zeros((3, 0)),
    np.full((2, 2, 3), 1 / 3),
    np.arange(12.0).reshape(3, 4)[::-1, ::2],
    np.ma.masked_array([1.0, 2.0, 3.0], [True, False, False]),
    np.ma.masked_array([0, 1, 2], [False, False, True]),
    [np.ma.masked, 1.0],
]
VALUES = NUMBERS + TYPED + NO_NUMBERS + ARRAYS

TREE = language.MarkovModel.from_rows({(): {"A": 0.6, "B": 0.4}, ("A",): {"x": 0.5, "y": 0.5}, ("B",): {"x": 1.0}})
TEXTS = sequences.sequence_temperature(TREE, [], 2, 0.5)
Z, P, Y = [[2.0, 1.0, 0.5], [0.0, 1.0, 3.0]], [[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], [0, 2]
BANDIT = exploration.GaussianBandit([0.5, 0.0])
SWEPT = {
    "model": lambda prompt, temperature, seed: seed,
    "prompts": range(9),
    "temperatures": [0.5, 1.0],
    "score": lambda prompt, answer: answer % 2,
}
SWEEP = sweep.sweep(**SWEPT, rng=np.random.default_rng(0), resamples=20)
IMAGES, DIGITS = np.arange(40.0).reshape(20, 2) / 40, list(range(10)) * 2


@functools.cache
def networks():
    return distillation.train(IMAGES, DIGITS, hidden=2, steps=2, rng=np.random.default_rng(0))


class Generator:
    """Stands for a new generator in each call."""


class Axes:
    """Stands for new axes in each call; a list of it, for as many."""


@functools.cache
def figure():
    return matplotlib.figure.Figure()


RNG, TWO_AXES = Generator, [Axes, Axes]
#: A call of each function that works.
CALLS = {
    "annealing.anneal": {"couplings": [[0, 1], [1, 0]], "schedule": [1.0, 0.5], "rng": RNG, "runs": 2},
    "annealing.random_couplings": {"n": 3, "rng": RNG},
    **{
        f"boltzmann.{name}": {"energies": [0.0, 1.0, 2.0], "temperature": 1.0, "degeneracies": [1, 2, 3]}
        for name in ("free_energy", "heat_capacity", "log_partition", "mean_energy", "thermal_entropy")
    },
    "boltzmann.boltzmann": {"energies": [0.0, 1.0, 2.0], "temperature": 1.0, "degeneracies": [1, 2, 3], "axis": -1},
    "boltzmann.thermodynamics": {"energies": [0.0, 1.0, 2.0], "temperatures": [0.5, 1.0], "degeneracies": [1, 2, 3]},
    "calibration.brier_decomposition": {"probabilities": P, "labels": Y, "bins": 5, "equal_mass": True},
    "calibration.brier_score": {"probabilities": P, "labels": Y},
    "calibration.expected_calibration_error": {
        "probabilities": P,
        "labels": Y,
        "bins": 5,
        "equal_mass": False,
        "norm": 2,
        "classwise": True,
        "debiased": False,
    },
    "calibration.fit_temperature": {"logits": [[2.0, 0.0]] * 4, "labels": [0, 0, 0, 1], "bounds": (0.05, 20.0)},
    "calibration.negative_log_likelihood": {"logits": Z, "labels": Y, "temperature": 1.0},
    "calibration.reliability_curve": {"probabilities": P, "labels": Y, "bins": 5, "equal_mass": False},
    "contexts.load_contexts": {},
    "contexts.load_written": {},
    "conversion.convert": {"settings": {"temperature": 0.5, "min_p": 0.1}, "source": VLLM, "target": LLAMA_CPP},
    "conversion.fitting_top_p": {
        **{"logits": [2.0, 1.0, 0.5], "settings": {"temperature": 0.5, "top_p": 0.9}},
        **{"source": VLLM, "target": LLAMA_CPP},
    },
    "conversion.total_variation": {"p": P, "q": P},
    "decoding.Engine.__call__": {
        "self": decoding.TRANSFORMERS,
        "temperature": 0.5,
        "text": [0],
        "rng": RNG,
        "top_k": 2,
        "top_p": 0.5,
        "min_p": 0.1,
        "typical_p": 0.9,
        "epsilon_cutoff": 0.1,
        "eta_cutoff": 0.1,
        "repetition_penalty": 1.2,
        "logit_bias": {0: 1.0},
    },
    "decoding.chain": {},
    "decoding.joint": {},
    "decoding.Mirostat": {"target": 1.0, "rate": 0.1, "renormalised": True},
    "decoding.dynamic_temperature": {"logits": Z, "between": (0.5, 2.0), "exponent": 1.5},
    **{
        f"decoding.{name}": {"logits": Z, "epsilon": 0.1, "at_least": 2}
        for name in ("epsilon_cutoff", "eta_cutoff")
    },
    "decoding.tail_free": {"logits": Z, "share": 0.6, "at_least": 2},
    "decoding.top_n_sigma": {"logits": Z, "sigmas": 1.5, "at_least": 2},
    "decoding.xtc": {"logits": Z, "threshold": 0.1, "probability": 0.5, "rng": RNG, "spared": [0]},
    **{
        f"penalties.{name}_penalty": {"logits": Z, "penalty": 1.5, "text": [0, 1, 0]}
        for name in ("repetition", "presence", "frequency")
    },
    "penalties.dry_penalty": {
        "logits": Z,
        "multiplier": 0.8,
        "text": [0, 1, 0],
        "base": 1.75,
        "allowed": 1,
        "breakers": [1],
    },
    "penalties.logit_bias": {"logits": Z, "bias": {0: -1.0}},
    "penalties.mask": {"logits": Z, "allowed": [True] * len(Z[0])},
    **{f"decoding.{name}": {"logits": Z, "p": 0.6, "at_least": 2} for name in ("min_p", "top_p", "typical_p")},
    "decoding.sample": {"logits": Z, "rng": RNG, "size": 3, "method": "gumbel"},
    "decoding.temper": {"logits": Z, "temperature": 0.5},
    "decoding.top_k": {"logits": Z, "k": 2, "ties": True},
    "distillation.accuracy": {"networks": networks, "inputs": IMAGES, "labels": DIGITS},
    "distillation.balanced_subset": {"labels": DIGITS, "size": 10, "rng": RNG},
    **{
        f"distillation.{name}": {
            "student_logits": Z,
            "teacher_logits": [[3.0, 1.0, 0.0], [0.0, 2.0, 1.0]],
            "temperature": 2.0,
            "labels": Y,
            "soft_weight": 0.5,
        }
        for name in ("distillation_gradient", "distillation_loss")
    },
    "distillation.load_digits_split": {"rng": RNG},
    "distillation.logit_matching_gradient": {"student_logits": Z, "teacher_logits": P, "temperature": 2.0},
    "distillation.predict_logits": {"networks": networks, "inputs": IMAGES},
    "distillation.same_confidence": {"probabilities": P},
    "distillation.shuffled_wrong_classes": {"probabilities": P, "labels": Y, "rng": RNG},
    "distillation.smoothed_labels": {"labels": DIGITS, "amount": 0.1},
    "distillation.soft_targets": {"logits": Z, "temperature": 2.0},
    "distillation.train": {
        "inputs": IMAGES,
        "targets": DIGITS,
        "hidden": 2,
        "temperatures": 1.0,
        "steps": 2,
        "rng": RNG,
    },
    "exploration.BernoulliBandit": {"means": [0.5, 0.2]},
    "exploration.GaussianBandit": {"means": [0.5, 0.2], "sigma": 1.0},
    "exploration.boltzmann_exploration": {"temperature": 0.5},
    "exploration.boltzmann_gumbel": {"scale": 0.5},
    "exploration.constant": {"temperature": 0.5},
    "exploration.epsilon_greedy": {"epsilon": 0.1},
    "exploration.geometric": {"first": 1.0, "rate": 0.5},
    "exploration.greedy": {},
    "exploration.harmonic": {"first": 1.0},
    "exploration.logarithmic": {"first": 1.0},
    "exploration.simulate": {"bandit": BANDIT, "policy": exploration.greedy(), "steps": 4, "runs": 2, "rng": RNG},
    "exploration.ucb": {"scale": 1.0},
    "ising.glass_energies": {"couplings": [[0, 1], [1, 0]]},
    "ising.ising_energies": {"side": 2},
    "ising.ising_sample": {
        "side": 2,
        "temperatures": 1.0,
        "sweeps": 2,
        "rng": RNG,
        "replicas": 2,
        "burn_in": 1,
        "start": 1,
    },
    "ising.spin_states": {"n": 3},
    "language.MarkovModel.from_rows": {"rows": {(): {"A": 0.6, "B": 0.4}, ("A",): {"x": 1.0}, ("B",): {"x": 1.0}}},
    "language.MarkovModel.generate": {
        "self": TREE,
        "prompt": [],
        "length": 2,
        "temperature": 1.0,
        "filters": None,
        "batch": 2,
        "rng": RNG,
    },
    "language.MarkovModel.indices": {"self": TREE, "tokens": ["A"]},
    "language.MarkovModel.log_probability": {"self": TREE, "tokens": ["x"], "prompt": ["A"]},
    "language.MarkovModel.logits": {"self": TREE, "context": ["A"]},
    "language.MarkovModel.perplexity": {"self": TREE, "tokens": ["x"], "prompt": ["A"]},
    "language.MarkovModel.state": {"self": TREE, "context": ["A"]},
    "language.MarkovModel.tempered": {"self": TREE, "temperature": 0.5},
    "language.MarkovModel.text": {"self": TREE, "tokens": ["x"], "prompt": ["A"]},
    "language.NGramModel.fit": {"tokens": ["a", "b", "a"], "order": 2, "vocabulary": ["a", "b", "c"]},
    "language.load_stories": {},
    "language.tokenize": {"text": "Good night."},
    **{
        f"many_samples.{name}": {"target": P, "draft": [0.2, 0.3, 0.5]} for name in ("acceptance_rate", "residual")
    },
    "many_samples.best_of_n": {"probabilities": [0.7, 0.3], "scores": [1.0, 2.0], "n": 2},
    "many_samples.expected_tokens": {"rate": 0.5, "length": 4},
    "many_samples.majority_vote": {"probabilities": [0.7, 0.3], "n": 3},
    "many_samples.pass_at_k": {"p": [0.1, 0.5], "k": 2},
    "many_samples.pass_at_k_estimate": {"samples": 5, "correct": 2, "k": [1, 3]},
    "many_samples.speculative_sample": {"target": P, "draft": [0.2, 0.3, 0.5], "rng": RNG},
    "metropolis.metropolis": {
        "energies": [0.0, 1.0, 2.0],
        "temperature": 1.0,
        "steps": 5,
        "rng": RNG,
        "neighbours": [[1, 2], [0, 2], [0, 1]],
        "start": 0,
    },
    "metropolis.metropolis_matrix": {
        "energies": [0.0, 1.0, 2.0],
        "temperature": 1.0,
        "neighbours": [[1, 2], [0, 2], [0, 1]],
    },
    "plots.plot_bars": {
        "probabilities": [0.7, 0.3],
        "labels": ["a", "b"],
        "temperature": 1.0,
        "title": "two",
        "ax": Axes,
    },
    "plots.plot_comparison": {
        "distributions": [[0.7, 0.3], [0.6, 0.4]],
        "temperatures": [1.0, 2.0],
        "labels": ["a", "b"],
        "claimed": [[0.7, NAN], [0.5, 0.5]],
        "axes": TWO_AXES,
    },
    "plots.plot_curves": {
        "temperatures": [0.5, 1.0, 2.0],
        "curves": [[0.9, 0.1], [0.7, 0.3], [0.6, 0.4]],
        "labels": ["a", "b"],
        "mark": 1.0,
        "xlabel": "τ",
        "ylabel": "p",
        "symbol": "τ",
        "log": True,
        "ax": Axes,
    },
    "plots.plot_digits": {"images": [[0.0, 1.0, 1.0, 0.0]] * 2, "titles": ["a", "b"], "axes": TWO_AXES},
    "plots.plot_lattices": {"lattices": [[[1, -1], [1, 1]]] * 2, "temperatures": [1.0, 2.0], "axes": TWO_AXES},
    "plots.plot_regrets": {"regrets": [[0.0, 1.0], [0.0, 0.5]], "temperature": 1.0, "singles": 1, "ax": Axes},
    "plots.plot_reliability": {
        "confidence": [0.5, 0.9],
        "accuracy": [0.4, 0.8],
        "counts": [3, 5],
        "temperature": 1.0,
        "title": "two bins",
        "ax": Axes,
    },
    "plots.plot_simplex": {
        "curve": [[1, 0, 0], [0, 1, 0]],
        "points": {"middle": [0.3, 0.3, 0.4]},
        "labels": ["a", "b", "c"],
        "temperatures": [1.0, 2.0],
        "ax": Axes,
    },
    "plots.plot_sweep": {"result": SWEEP, "ylabel": "right", "ax": Axes},
    "plots.temperature_colour": {"temperature": 0.5},
    "sequences.TemperedSequences.log_probability": {"self": TEXTS, "tokens": ["A", "x"]},
    "sequences.TemperedSequences.sample": {"self": TEXTS, "rng": RNG, "batch": 2},
    "sequences.beam_search": {
        "model": TREE,
        "prompt": [],
        "length": 2,
        "width": 2,
        "temperature": 0.5,
        "renormalise": True,
    },
    "sequences.greedy": {"model": TREE, "prompt": [], "length": 2},
    "sequences.most_likely": {"model": TREE, "prompt": [], "length": 2},
    "sequences.sequence_temperature": {"model": TREE, "prompt": [], "length": 2, "temperature": 0.5},
    "softmax.effective_choices": {"probabilities": P, "axis": -1},
    "softmax.entropy": {"probabilities": P, "axis": -1, "base": 2},
    "softmax.entropy_slope": {"logits": Z, "temperature": 0.5, "axis": -1},
    "softmax.kl_divergence": {"p": P, "q": P, "axis": -1, "base": 2},
    "softmax.log_softmax": {"logits": Z, "temperature": 0.5, "axis": -1},
    "softmax.logsumexp": {"logits": Z, "temperature": 0.5, "axis": -1},
    "softmax.softmax": {"logits": Z, "temperature": 0.5, "axis": -1, "out": None},
    "softmax.temperature_for_entropy": {"logits": [2.0, 1.0, 0.5], "target": 1.0},
    "softmax.temperature_for_top_probability": {"logits": [2.0, 1.0, 0.5], "target": 0.5},
    **{
        f"transformer.Transformer.{name}": {"self": small_transformer(), **arguments}
        for name, arguments in {
            "attention": {"tokens": [1, 2]},
            "decode": {"tokens": [1, 2]},
            "encode": {"text": "tea"},
            "generate": {
                **{"prompt": "te", "length": 2, "temperature": 0.5, "filters": None, "batch": 2, "rng": RNG},
            },
            "log_probabilities": {"tokens": [1, 2], "prompt": [3], "attention_temperature": 2.0},
            "log_probability": {"tokens": [1, 2], "prompt": [3]},
            "logits": {"tokens": [[1, 2]], "attention_temperature": 0.5},
            "perplexity": {"tokens": [1, 2], "prompt": [3]},
            "state": {"prompt": [1, 2]},
            "step": {"states": small_transformer().state([1, 2]), "tokens": 3},
        }.items()
    },
    "sweep.Sweep.prompts_needed": {"self": SWEEP, "difference": 0.1, "power": 0.8},
    "sweep.sweep": {**SWEPT, "samples": 2, "rng": RNG, "baseline": 1.0, "confidence": 0.9, "resamples": 20},
    "transformer.load_transformer": {"path": "no-such-file"},
    "transformer.model_path": {"path": "some-file"},
    "checks.check": {"number": "1.1", "answer": [1, 2]},
    "widgets.compare_temperatures": {"logits": [2.0, 1.0], "temperatures": [0.5, 2.0], "claimed": [[0.9, 0.1]] * 2},
    "widgets.decoding_lab": {"contexts": ["Old Jon"]},
    "widgets.diagnostic": {"questions": [("Fractions", "page.html", "Why?", ["a", "b"], 0, ["Right.", "Wrong."])]},
    "widgets.explore_annealing": {"energies": [1.0, 2.0, 0.0], "hot": 1.0, "cold": 0.1},
    "widgets.explore_bandit": {"means": [0.5, 0.0], "sigma": 1.0},
    "widgets.explore_calibration": {"logits": Z, "labels": Y},
    "widgets.explore_dark_knowledge": {},
    "widgets.explore_distillation": {"results": {20: {"hard": (74.0, 1.0), 10: (90.0, 1.0)}}},
    "widgets.explore_ising": {"side": 8},
    "widgets.explore_levels": {"energies": [0.0, 1.0], "degeneracies": [1, 2]},
    "widgets.explore_pass_at_k": {},
    "widgets.explore_softmax": {"logits": [2.0, 1.0]},
    "widgets.explore_speculative": {},
    "widgets.explore_temperature": {"logits": [2.0, 1.0]},
    "widgets.language_model": {},
    "widgets.quiz": {"question": "Why?", "choices": ["a", "b"], "answer": 0, "explanations": ["Right.", "Wrong."]},
    "widgets.review": {"notebooks": "notebooks"},
    "widgets.sequence_tree": {"first": [0.6, 0.4], "then": [[0.5, 0.5], [1.0]]},
    "widgets.settings_converter": {},
    "widgets.story_writer": {"prompt": "Old Jon", "length": 3},
    "widgets.your_calibration": {},
    "words.number": {"value": 0.5, "digits": 3},
    "words.percent": {"probability": 0.5},
    "words.shares": {"probabilities": [0.5, 0.5]},
}
# What is an object of the course or of matplotlib, or a function, is not read by the package; nor are titles.
OBJECTS = {"self", "model", "states", "networks", "bandit", "policy", "filters"}
OBJECTS |= {"ax", "axes", "title", "xlabel", "ylabel"}
# Whole numbers that are allowed to be as large as time and memory allow.
COUNTS = set("batch bins burn_in hidden length n order replicas resamples runs".split())
COUNTS |= set("samples side size steps sweeps width".split())


def public():
    """Yield the dotted names of all public functions, of classes that are made, and of methods that take arguments."""
    for module in MODULES:
        for name in module.__all__:
            thing = getattr(module, name)
            where = f"{module.__name__.removeprefix('tempcourse.')}.{name}"
            if inspect.isfunction(thing):
                yield where
            elif inspect.isclass(thing) and "Parameters\n" in (thing.__doc__ or "") and dataclasses.is_dataclass(thing):
                yield where
            elif inspect.isclass(thing):
                for method, function in vars(thing).items():
                    function = getattr(function, "__func__", function)  # of a class method
                    called = not method.startswith("_") or method == "__call__"
                    if called and inspect.isfunction(function) and _raises(function):
                        yield f"{where}.{method}"


def find(where):
    module, *path = where.split(".")
    return functools.reduce(getattr, path, importlib.import_module(f"tempcourse.{module}"))


def _raises(function):
    """Return the names of the errors that a docstring says are raised."""
    section = inspect.getdoc(function).partition("\nRaises\n------\n")[2].split("\n\n")[0]
    return set(re.findall(r"\w+Error", " ".join(re.findall(r"^\w.*$", section, re.MULTILINE))))


def made(arguments):
    """Return arguments for one call, none of which another call has seen."""
    ready = {}
    for name, value in arguments.items():
        if value is Generator:
            ready[name] = np.random.default_rng(0)
        elif value is Axes or value is TWO_AXES:
            figure().clear()
            ready[name] = figure().add_subplot() if value is Axes else list(figure().subplots(1, 2))
        elif value is networks:
            ready[name] = networks()
        else:
            ready[name] = value
    return ready


def holds_nan(result):
    """Tell whether there is nan in a result, however it is made up."""
    if isinstance(result, np.ndarray | np.generic | float):
        return np.asarray(result).dtype.kind in "fc" and bool(np.isnan(result).any())
    if dataclasses.is_dataclass(result):
        return any(holds_nan(getattr(result, field.name)) for field in dataclasses.fields(result))
    if isinstance(result, tuple | list):
        return any(map(holds_nan, result))
    if isinstance(result, language.MarkovModel):
        return holds_nan(result.log_probabilities)
    return False


def complaint(where, arguments):
    """Return what is wrong with how a function takes arguments, or None."""
    function = find(where)
    ready = made(arguments)
    before = {name: copy.deepcopy(value) for name, value in ready.items() if isinstance(value, np.ndarray)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if where == "calibration.fit_temperature":
            warnings.filterwarnings("ignore", "fit_temperature ended at", UserWarning)  # which its docstring names
        try:
            result = function(**ready)
        except Exception as error:
            named = type(error).__name__ in _raises(function)
            said = re.match(r"[\w, ]+ must ", str(error))
            return None if named and said else f"{type(error).__name__}: {error}"
    if holds_nan(result):
        return f"nan in {result!r}"
    changed = [name for name, value in before.items() if value.tobytes() != ready[name].tobytes()]
    return f"changed {changed}" if changed else None


def tried(name, value):
    """Tell whether a value is tried for an argument."""
    return name not in OBJECTS and not (name in COUNTS and isinstance(value, np.uint64))


def test_there_is_a_call_of_each_public_function():
    assert sorted(public()) == sorted(CALLS)
    for where, arguments in CALLS.items():
        assert complaint(where, arguments) is None, where
        parameters = inspect.signature(find(where)).parameters
        open_ended = any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in parameters.values())
        assert open_ended or list(arguments) == list(parameters), where


@pytest.mark.parametrize("where", CALLS)
def test_one_argument_is_anything(where):
    wrong = []
    for name in CALLS[where]:
        for value in VALUES:
            if tried(name, value):
                said = complaint(where, {**CALLS[where], name: value})
                wrong += [f"{name}={value!r}: {said}"] if said else []
    assert not wrong, "\n".join(wrong)


def test_two_arguments_are_anything():
    chance, wrong = random.Random(0), []
    several = [where for where, arguments in CALLS.items() if len(set(arguments) - OBJECTS) > 1]
    for _ in range(5000):
        where = chance.choice(several)
        names = chance.sample(sorted(set(CALLS[where]) - OBJECTS), 2)
        two = {name: chance.choice(VALUES) for name in names}
        if all(tried(name, value) for name, value in two.items()):
            said = complaint(where, {**CALLS[where], **two})
            wrong += [f"{where}({two}): {said}"] if said else []
    assert not wrong, "\n".join(wrong)
