"""The explorables' Python half: what they check, what they send, and what stands in for them on paper."""

import base64
import html
import inspect
import io
import json
import re
from pathlib import Path

import ipywidgets
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from explorables import ASKING, EXPLORABLES, MEASURED, QUESTION, SKETCH
from matplotlib.image import imread

from tempcourse import decoding, widgets
from tempcourse.decoding import LLAMA_CPP, TEXTGEN, TRANSFORMERS, VLLM
from tempcourse.language import END, NGramModel, load_stories, tokenize
from tempcourse.widgets import (
    compare_temperatures,
    decoding_lab,
    explore_annealing,
    explore_bandit,
    explore_calibration,
    explore_distillation,
    explore_ising,
    explore_levels,
    explore_softmax,
    explore_temperature,
    language_model,
    quiz,
    sequence_tree,
    story_writer,
)
from tempcourse.widgets.kit.controls import temperature_stops
from tempcourse.widgets.kit.filters import COMMON, FILTERS, KNOBS, OVER_A_TEXT
from tempcourse.widgets.kit.sources import FOLDER
from tempcourse.words import number, percent

INF = float("inf")
CLAIMED = {0.5: [0.73, None, None, None], 1: [0.46, None, float("nan"), None], 2: [0.32, 0.27, 0.24, 0.18]}
ROOT = Path(__file__).parents[1]
SHOWN = [
    "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
] + [path.read_text(encoding="utf-8") for path in sorted((ROOT / "book").glob("*.md"))]
WITHOUT_PICTURE = ASKING | {"story_writer", "your_calibration"}
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def no_widget_stays():
    """ipywidgets keeps all widgets, and whoever asks for their links would go through those of all tests."""
    yield
    ipywidgets.Widget.close_all()


@pytest.fixture(params=EXPLORABLES)
def made(request):
    return request.param, EXPLORABLES[request.param][0]()


def links():
    """Return every jslink there is, as (view, trait, control, trait)."""
    every = ipywidgets.Widget.get_manager_state()["state"].values()
    return {
        tuple(
            name.removeprefix("IPY_MODEL_") for name in (*each["state"]["source"], *each["state"]["target"])
        )
        for each in every
        if each["model_name"] == "LinkModel"
    }


# The list


@pytest.mark.parametrize("name", [name for name in widgets.__all__ if inspect.isfunction(getattr(widgets, name))])
def test_every_explorable_is_tested_and_shown(name):
    assert name in EXPLORABLES, f"tests/explorables.py does not list {name}"
    assert any(re.search(rf"^{name}\(", page, re.MULTILINE) for page in SHOWN), f"no page shows {name}"
    for half in (f"{name}.py", f"{name}.js"):
        assert (FOLDER / half).is_file(), f"tempcourse/widgets/ has no {half}"


def test_every_filter_has_a_function_a_trait_and_a_slider():
    assert {"temper", *FILTERS} == set(decoding.FILTERS)
    assert {"temper", "mask", *FILTERS, *KNOBS} == set(decoding.LINKS)
    lab, writer, model = decoding_lab(), story_writer(), language_model()
    assert set(lab.view.filters) == {*FILTERS, *KNOBS} and set(model.view.filters) == set(COMMON)
    assert set(writer.view.filters) - set(OVER_A_TEXT) < {*COMMON, *KNOBS} and set(COMMON) < set(FILTERS)
    for explorable in (lab, writer, model):
        for name, settings in explorable.view.filters.items():
            assert settings == (FILTERS | KNOBS | OVER_A_TEXT)[name] and None in settings
            assert explorable.view.has_trait(name)
            assert [value for _, value in explorable.controls[name].options] == settings


# What is sent


def test_the_view_is_a_box_and_its_bundle_has_a_stand_in(made):
    name, explorable = made
    bundle = explorable._repr_mimebundle_()
    assert explorable.get_state()["_model_name"] == "VBoxModel"
    assert bundle[VIEW]["model_id"] == explorable.model_id
    assert ("text/html" if name in WITHOUT_PICTURE else "image/png") in bundle
    assert repr(explorable).startswith(f"{name}(") and "0x" not in repr(explorable) + repr(explorable.view)


def test_the_stand_in_is_the_same_each_time_and_leaves_no_figure(made):
    name, explorable = made
    figures = plt.get_fignums()
    first, second = explorable._repr_mimebundle_(), EXPLORABLES[name][0]()._repr_mimebundle_()
    for kind in ("text/plain", "image/png", "text/html"):
        assert first.get(kind) == second.get(kind)
    assert plt.get_fignums() == figures
    if "image/png" in first:
        assert imread(io.BytesIO(base64.b64decode(first["image/png"]))).std() > 0.01, "the picture is blank"


def test_all_that_is_sent_is_json_without_bare_infinities(made):
    _, explorable = made
    for widget in (explorable, explorable.view, *explorable.controls.values()):
        json.dumps(widget.get_state(), allow_nan=False)


def test_infinities_cross_as_strings_and_come_back():
    view = compare_temperatures([1.0, -INF], [0, INF]).view
    state = view.get_state()
    assert state["logits"] == [1.0, "-Infinity"] and state["panels"] == [0.0, "Infinity"]
    view.set_state({"logits": ["-Infinity", 2.0]})
    assert view.logits == [-INF, 2.0]


def test_the_text_says_what_the_picture_shows():
    text = explore_temperature()._repr_mimebundle_()["text/plain"]
    assert "class 1 57.5 %, class 2 21.1 %, class 3 12.8 %, class 4 8.6 %" in text
    assert "at temperature 0 the probabilities are 1, 0, 0, 0, at infinity 0.25, 0.25, 0.25, 0.25." in text
    text = compare_temperatures(SKETCH, [0.5, 1, 2], claimed=CLAIMED)._repr_mimebundle_()["text/plain"]
    assert "at τ = 0.5 class 1 82.8 %" in text and "(claimed: class 1 73 %)" in text
    text = explore_ising(16)._repr_mimebundle_()["text/plain"]
    assert text.startswith("Ising model of 16 × 16 spins, 500 sweeps from all up; per spin at temperature 2, ")
    assert quiz(*QUESTION)._repr_mimebundle_()["text/plain"] == "Which is `larger`?\n  a) 1/2\n  b) 1/3 < 1"


def test_a_quiz_on_paper_is_safe_html():
    html = quiz(*QUESTION)._repr_mimebundle_()["text/html"]
    assert "<code>larger</code>" in html and "1/3 &lt; 1" in html
    assert "<li>1/2</li>" in html and "<details><summary>Answer</summary><p>a) 1/2</p>" in html


def test_the_stories_on_paper_are_the_models_with_their_numbers():
    training, held_out = load_stories()
    model = NGramModel.fit(training, 3, vocabulary=training + held_out)
    bundle = story_writer("One evening", 30)._repr_mimebundle_()
    row = r'<th scope="row">([\d.]+)</th><td>(.*?)</td><td>([\d.]+)</td><td>([\d.]+) %'
    rows = re.findall(row, html.unescape(bundle["text/html"]), re.DOTALL)
    assert [temperature for temperature, *_ in rows] == ["0.3", "0.8", "1.5"]
    for temperature, text, perplexity, left in rows:
        tokens = tokenize(text.replace("\n\n", END))[2:]
        assert len(tokens) == 30 and text in bundle["text/plain"]
        assert perplexity == f"{model.perplexity(tokens, 'One evening'):.1f}"
        context, others = tokenize("One evening"), 0
        for token in tokens:
            others += model.logits(context)[model.index[token]] < model.logits(context).max()
            context.append(token)
        assert left == f"{100 * others / 30:.1f}"
        rng = np.random.default_rng(4)
        (again,) = model.generate("One evening", 30, temperature=float(temperature), rng=rng)
        assert model.indices(tokens).tolist() == again.tolist()


def test_a_beginning_of_the_readers_comes_first():
    own = story_writer("One evening")
    assert own.controls["beginning"].options[:2] == ("One evening …", "Old Jon …")
    assert story_writer("").controls["beginning"].value == "A new story"
    assert [own.controls[name].value for name in ("min_p", "top_k", "top_p")] == [None] * 3
    assert own.controls["temperature"].value == 1.0


# Controls


def test_every_control_is_linked_with_the_view_and_the_view_leads(made):
    _, explorable = made
    view = explorable.view.model_id
    linked = {target for source, _, target, _ in links() if source == view}
    assert linked == {control.model_id for control in explorable.controls.values()}
    for source, trait, target, other in links():
        if source == view:
            control = next(c for c in explorable.controls.values() if c.model_id == target)
            assert getattr(explorable.view, trait) == getattr(control, other), trait


def test_defaults_are_the_traits_as_they_start(made):
    _, explorable = made
    assert {
        trait: getattr(explorable.view, trait) for trait in explorable.view.defaults
    } == explorable.view.defaults


def test_the_temperature_slider_has_the_exact_stops():
    slider = explore_temperature().controls["temperature"]
    labels, values = slider._options_labels, [value for _, value in slider.options]
    assert slider.description == "Temperature τ" and slider.value == 1.0
    assert len(values) == 83 and (labels[0], labels[-1]) == ("0", "∞") and (values[0], values[-1]) == (0, INF)
    assert {0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100} < set(values)
    assert values == sorted(set(values))


def test_the_critical_temperature_of_the_ising_model_is_a_stop():
    explorable = explore_ising()
    slider = explorable.controls["temperature"]
    values = [value for _, value in slider.options]
    assert slider.description == "Temperature T" and slider.value == 2 / np.log(1 + np.sqrt(2))
    assert (values[0], values[1], values[-2], values[-1]) == (0, 0.2, 5, INF) and len(values) == 52
    assert values == sorted(values) == explorable.view.temperatures


def test_stops_rise_and_are_rounded_at_any_density():
    stops = temperature_stops(-1, 1, per_decade=200, digits=3)
    assert stops == sorted(set(stops)) and {0.0, 0.1, 1.0, 2.0, 10.0, INF} < set(stops)


def test_the_panels_temperatures_are_stops_too():
    stops = compare_temperatures(SKETCH, [0.5, 1.2345, 50]).view.temperatures
    assert stops == sorted(set(stops)) and {0.5, 1.2345, 50.0} < set(stops)


def test_own_logits_come_first_and_the_sketch_is_not_doubled():
    assert [preset["name"] for preset in explore_temperature().view.presets][:2] == ["sketch", "tie"]
    own = explore_temperature([3, -INF])
    assert own.view.presets[0]["name"] == "own" and own.view.presets[0]["logits"] == [3.0, -INF]
    assert own.view.get_state()["presets"][0]["logits"] == [3.0, "-Infinity"]
    assert len(own.controls["preset"].options) == 6


def test_own_levels_come_first_and_levels_of_a_preset_open_it():
    own = explore_levels([0, 2.0], [2, 1]).view
    assert own.presets[0]["energies"] == [0.0, 2.0] and own.presets[0]["degeneracies"] == [2, 1]
    assert [preset["name"] for preset in own.presets] == ["own", "two", "ladder", "ground", "upstairs"]
    upstairs = explore_levels([0.0, 1.0], np.array([1, 5]))
    assert upstairs.view.presets[upstairs.view.preset]["name"] == "upstairs" and len(upstairs.view.presets) == 4
    assert upstairs.controls["temperature"].description == "Temperature T"


def test_the_decoding_lab_carries_the_models_logits_rounded_and_the_engines_orders():
    view = decoding_lab(["Old Jon", "He said the"]).view
    training, held_out = load_stories()
    model = NGramModel.fit(training, 3, vocabulary=training + held_out)
    assert view.words == list(model.vocabulary)
    for context, row in zip(view.contexts, view.log_probabilities, strict=True):
        np.testing.assert_allclose(row, model.logits(context), rtol=0, atol=0.5e-4 + 1e-12)
    engines = (TRANSFORMERS, VLLM, LLAMA_CPP, TEXTGEN)
    assert [each["name"] for each in view.engines] == [e.name for e in engines]
    assert [tuple(each["order"]) for each in view.engines] == [e.order for e in engines]
    assert len(json.dumps(decoding_lab().view.get_state(), default=str)) < 330_000  # a third: 24 real texts


def test_every_filters_slider_can_be_off_and_the_temperature_exact():
    controls = decoding_lab().controls
    for name in FILTERS:
        assert controls[name].options[-1] == ("off", None)
    values = [value for _, value in controls["temperature"].options]
    assert (values[0], values[-1]) == (0, INF) and {0.7, 1.0, 2.0} < set(values)


def test_an_own_tree_comes_first_and_a_presets_tree_opens_it():
    own = sequence_tree([0.5, 0.5], [[1.0], [0.9, 0.1]]).view
    assert [preset["name"] for preset in own.presets] == ["own", "greedy", "surer", "same"] and own.preset == 0
    surer = sequence_tree(np.array([0.6, 0.4]), [np.full(4, 0.25), [1]]).view
    assert surer.presets[surer.preset]["name"] == "surer" and len(surer.presets) == 3
    assert [preset["flips"] for preset in surer.presets] == [[0.387], [0.292], []]


def test_logit_sliders_reach_what_they_start_from_and_meet_it_by_steps():
    controls = explore_softmax([2.25, -17.0]).controls
    assert controls["logit_1"].description == "Logit z₁" and controls["logit_1"].step == 0.01
    assert (controls["logit_2"].min, controls["logit_2"].value) == (-17.0, -17.0)
    assert explore_softmax().controls["logit_1"].step == 0.1


def test_results_are_sorted_by_size_and_by_temperature():
    view = explore_distillation(MEASURED).view
    assert view.sizes == [20, 50] and view.temperatures == [1.0, 10.0]
    assert view.hard == [[75.0, 1.0], [85.0, 0.5]] and view.soft[0] == [[80.0, 0.8], [90.0, 0.5]]
    low = explore_distillation({20: {"hard": (50.5, 1), 10: (90, 1)}})
    assert (view.lowest, low.view.lowest) == (50, 0)
    assert (low.controls["hard"].min, low.controls["soft"].max) == (0, 100)


def test_claims_may_be_rows_or_a_dict_and_holes_are_none():
    rows = [[0.73, None, None, None], None, [0.32, 0.27, 0.24, 0.18]]
    by_row = compare_temperatures(SKETCH, [0.5, 1, 2], claimed=rows)
    assert by_row.view.claimed == [rows[0], [None] * 4, rows[2]]
    assert [label for label, _ in by_row.controls["target"].options] == ["τ = 0.5", "τ = 2"]
    assert compare_temperatures(SKETCH, [0.5, 1, 2], claimed=CLAIMED).view.claimed[1] == [0.46, None, None, None]
    assert list(compare_temperatures(SKETCH, [1]).controls) == ["temperature"]


def test_anchors_are_readable_stable_and_told_apart():
    one, same, other = explore_temperature(), explore_temperature(SKETCH), explore_temperature([1, 2])
    assert re.fullmatch(r"explore_temperature-[0-9a-f]{4}", one.view.anchor)
    assert one.view.anchor == same.view.anchor != other.view.anchor


# What is refused


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: explore_temperature([1.0]), "logits must hold 2 to 12 numbers to be drawn, got 1"),
        (lambda: explore_temperature([0.0] * 13), "logits must hold 2 to 12 numbers to be drawn, got 13"),
        (
            lambda: explore_temperature([1.0, INF]),
            "logits must be finite, or -inf for a masked class, got inf",
        ),
        (lambda: explore_temperature([1.0, np.nan]), "logits must not be nan"),
        (lambda: explore_temperature([-INF, -INF]), "logits must not all be masked"),
        (lambda: explore_temperature([[1.0, 2.0]]), "logits must be one row of numbers, got shape (1, 2)"),
        (lambda: explore_softmax([1.0, -INF]), "logits must be at most 1,000,000 in size, to get a slider, got -inf"),
        (
            lambda: compare_temperatures(SKETCH, []),
            "temperatures must hold 1 to 6 numbers to be drawn, got 0",
        ),
        (
            lambda: compare_temperatures(SKETCH, [-1]),
            "temperatures must be 0 or more (infinity included), got -1.0",
        ),
        (lambda: compare_temperatures(SKETCH, [np.nan]), "temperatures must be 0 or more"),
        (
            lambda: compare_temperatures(SKETCH, [1, 1]),
            "temperatures must differ from each other, got [1.0, 1.0]",
        ),
        (
            lambda: compare_temperatures(SKETCH, [1], {2: None}),
            "claimed must have its keys among temperatures [1.0]",
        ),
        (
            lambda: compare_temperatures(SKETCH, [1], []),
            "claimed must hold 1 rows, one for each temperature, got 0",
        ),
        (lambda: compare_temperatures(SKETCH, [1], [[0.5]]), "claimed must hold 4 numbers a row"),
        (
            lambda: compare_temperatures(SKETCH, [1], [[73, 0, 0, 0]]),
            "claimed must hold probabilities from 0 to 1",
        ),
        (lambda: explore_ising(7), "side must be an even whole number from 8 to 256, got 7"),
        (lambda: explore_ising(6), "side must be an even whole number from 8 to 256, got 6"),
        (lambda: explore_ising(258), "side must be an even whole number from 8 to 256, got 258"),
        (lambda: explore_ising(64.0), "side must be an even whole number from 8 to 256, got 64.0"),
        (lambda: explore_levels([1.0]), "energies must be one row of 2 to 12 to be drawn, got shape (1,)"),
        (lambda: explore_levels([[0.0, 1.0]]), "energies must be one row of 2 to 12 to be drawn, got shape (1, 2)"),
        (lambda: explore_levels([0.0, INF]), "energies must be finite, got inf"),
        (lambda: explore_levels([1.0, 1.0]), "energies must differ (equal ones are one level of a degeneracy)"),
        (lambda: explore_levels([0, 1], [1]), "degeneracies must hold 2 numbers, one for each energy"),
        (lambda: explore_levels([0, 1], [1, 2.5]), "degeneracies must be whole numbers, got [1, 2.5]"),
        (lambda: explore_levels([0, 1], [0, 1]), "degeneracies must be 1 to 12 to be drawn, got [0, 1]"),
        (lambda: explore_levels([0, 1], [1, 13]), "degeneracies must be 1 to 12 to be drawn, got [1, 13]"),
        (lambda: explore_annealing([0, 1]), "energies must be one row of 5 to 121 places, got shape (2,)"),
        (lambda: explore_annealing([0, 1, 2, 1, np.nan]), "energies must be finite, got nan"),
        (lambda: explore_annealing([0, 1, 1, 2, 3]), "energies must differ between neighbours"),
        (lambda: explore_annealing([0, 1, 0, 1, 2]), "energies must differ between neighbours and have one lowest"),
        (lambda: explore_annealing(hot=0.1, cold=0.1), "hot and cold must be temperatures with 0 < cold < hot"),
        (lambda: explore_annealing(cold=0), "hot and cold must be temperatures with 0 < cold < hot, got 1.0 and 0"),
        (lambda: explore_bandit([1.0]), "means must be one row of two or more numbers, got shape (1,)"),
        (lambda: explore_bandit(range(11)), "means must hold 2 to 10 numbers to be drawn, got 11"),
        (lambda: explore_bandit([1, 1]), "means must not all be equal, or nothing is lost; got [1.0, 1.0]"),
        (lambda: explore_bandit(sigma=-1), "sigma must be from 0 to 1e+100, got -1"),
        (lambda: story_writer(3), "prompt must be text, got 3"),
        (
            lambda: story_writer("The dragonn"),
            "prompt must be words that the model knows, got 'dragonn'; near to it are ",
        ),
        (lambda: story_writer("the " * 41), "prompt must hold at most 40 words, got 41"),
        (lambda: story_writer(length=0), "length must be a whole number from 1 to 80, got 0"),
        (lambda: story_writer(length=81), "length must be a whole number from 1 to 80, got 81"),
        (lambda: story_writer(length=2.0), "length must be a whole number from 1 to 80, got 2.0"),
        (lambda: decoding_lab("Old Jon"), "contexts must be a sequence of texts, got 'Old Jon'"),
        (lambda: decoding_lab(["Old Jon", " "]), "contexts must be a sequence of texts that are not empty"),
        (lambda: decoding_lab([]), "contexts must be 1 to 24 texts, got 0"),
        (lambda: decoding_lab(["Old Jon", "Old Jon"]), "contexts must differ from each other"),
        (lambda: decoding_lab(["Old Jonn"]), "contexts must be words that the model knows, got 'jonn'"),
        (lambda: sequence_tree([0.5, 0.5], [0.5, 0.5]), "then must be a sequence of probabilities, got 0.5"),
        (lambda: sequence_tree([1.0], [[1.0]]), "first must hold 2 to 4 probabilities to be drawn, got 1"),
        (lambda: sequence_tree([0.5, 0.5], [[1.0]]), "then must hold 2 rows, one for each first word, got 1"),
        (lambda: sequence_tree([0.5, 0.4], [[1], [1]]), "first must hold probabilities above 0 that sum to 1, got"),
        (lambda: sequence_tree([0.5, 0.5], [[1, 0], [1]]), "then must hold probabilities above 0 that sum to 1, got"),
        (lambda: sequence_tree([0.5, 0.5], [[], [1]]), "then must hold probabilities above 0 that sum to 1, got []"),
        (lambda: sequence_tree([0.5, np.nan], [[1], [1]]), "first must hold probabilities above 0 that sum to 1"),
        (lambda: sequence_tree([0.5, 0.5], [[0.1] * 10] * 2), "then must hold at most 12 probabilities to be drawn"),
        (lambda: explore_calibration([[1.0, INF]], [0]), "logits must be finite, got inf"),
        (lambda: explore_calibration([[1.0, -INF]], [0]), "logits must be finite, got -inf"),
        (lambda: explore_calibration([[1.0]], [0]), "logits must have up to 2000 rows and 2 to 12 columns"),
        (lambda: explore_calibration(np.zeros((2, 13)), [0, 1]), "to be stored with a page, got shape (2, 13)"),
        (lambda: explore_calibration(np.zeros((2001, 2)), [0] * 2001), "logits must have up to 2000 rows"),
        (lambda: explore_calibration([[1.0, 0.0]], [2]), "labels must be from 0 to 1, got 2"),
        (lambda: explore_calibration([[1.0, 0.0]], [0, 1]), "labels must have one entry for each row of logits"),
        (lambda: explore_calibration([1.0, 0.0], [0]), "logits must have shape (examples, classes)"),
        (lambda: explore_distillation({}), "results must map 1 to 6 sizes to what was measured, got {}"),
        (lambda: explore_distillation([1, 2]), "results must map 1 to 6 sizes to what was measured, got [1, 2]"),
        (lambda: explore_distillation({2.5: {}}), "results must have whole numbers of images as its keys, got 2.5"),
        (lambda: explore_distillation({20: {}}), "results[20] must map 2 to 8 settings to pairs, got {}"),
        (
            lambda: explore_distillation({20: {"hard": (75, 1), 5: (90, 1)}}),
            "results[20] must have 'hard' and 10 among its settings, got ['hard', 5]",
        ),
        (
            lambda: explore_distillation({20: {"hard": (75, 1), 10: (90, 1), "soft": (90, 1)}}),
            "results[20] must have 'hard' and positive temperatures as settings, got 'soft'",
        ),
        (
            lambda: explore_distillation({20: {"hard": (75, 1), 10: (90, 1), 0: (90, 1)}}),
            "results[20] must have 'hard' and positive temperatures as settings, got 0",
        ),
        (
            lambda: explore_distillation({20: MEASURED[20], 50: {"hard": (75, 1), 10: (90, 1)}}),
            "results must have the same settings for each size, got ['hard', 10] for 50",
        ),
        (
            lambda: explore_distillation({20: {"hard": (75, 1), 10: (101, 1)}}),
            "results[20][10] must be a mean accuracy from 0 to 100 % and its standard error, got (101, 1)",
        ),
        (lambda: explore_distillation({20: {"hard": 75, 10: (90, 1)}}), "results[20]['hard'] must be a mean accuracy"),
        (lambda: explore_distillation({20: {"hard": "no", 10: (90, 1)}}), "results[20]['hard'] must be a mean"),
        (lambda: explore_distillation({20: {"hard": (75, np.nan), 10: (90, 1)}}), "results[20]['hard'] must be"),
        (lambda: quiz("?", ["a"], 0, ["b"]), "choices must hold 2 to 8 texts, got 1"),
        (lambda: quiz("?", ["a", "b"], 2, ["c", "d"]), "answer must be the index of a choice, 0 to 1, got 2"),
        (
            lambda: quiz("?", ["a", "b"], True, ["c", "d"]),
            "answer must be the index of a choice, 0 to 1, got True",
        ),
        (
            lambda: quiz("?", ["a", "b"], 0, ["c"]),
            "explanations must hold one text for each of the 2 choices, got 1",
        ),
        (lambda: quiz(" ", ["a", "b"], 0, ["c", "d"]), "question must be text that is not empty, got ' '"),
        (lambda: quiz("?", ["a", 3], 0, ["c", "d"]), "choices must be text that is not empty, got 3"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


# How numbers are said


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "0 %"), (1.0, "100 %"), (1e-9, "<0.1 %"), (1 - 1e-9, ">99.9 %"), (0.828162, "82.8 %")],
)
def test_percentages_do_not_round_to_a_limit(probability, text):
    assert percent(probability) == text


def test_numbers_have_true_signs():
    assert [number(x) for x in (-0.5, INF, -INF, 2.0)] == ["−0.5", "∞", "−∞", "2"]
