"""The settings converter: its mathematics against tempcourse.conversion, and what it shows."""

import itertools
import json
import math
import re

import numpy as np
import pytest
from pages import FRAME, put, state

from tempcourse.contexts import load_contexts
from tempcourse.conversion import convert, fitting_top_p, total_variation
from tempcourse.decoding import LLAMA_CPP, TRANSFORMERS, VLLM
from tempcourse.softmax import softmax
from tempcourse.widgets import settings_converter
from tempcourse.widgets.kit.filters import COMMON, TEMPERATURES, engine_state

INF = math.inf
ENGINES = [TRANSFORMERS, VLLM, LLAMA_CPP]
NAMES = ["transformers", "vLLM", "llama.cpp"]
PAIRS = list(itertools.product(ENGINES, ENGINES))
VALUES = [[0.0, 0.005, 0.7, 1.0, 2.5, INF], [None, 1, 5], [None, 0.2, 0.9], [None, 1.0, 0.1], [None, 0.6]]
GRID = [
    dict(zip(("temperature", "top_k", "top_p", "min_p", "typical_p"), values, strict=True))
    for values in itertools.product(*VALUES)
]


def known(settings, engine):
    """Return settings without those of filters that an engine lacks, as the page leaves them out."""
    return {name: value for name, value in settings.items() if name == "temperature" or name in engine.order}


def takes(engine, temperature):
    return temperature <= engine.hottest and (temperature > 0 or engine.greedy)


# The mathematics

CONVERT = """([source_, target, every, logits]) => every.map((given) => {
  const settings = { ...given, temperature: Number(given.temperature) };
  const found = source.convert(settings, source_, target);
  return { ...found, settings: { ...found.settings, temperature: String(found.settings.temperature) },
    fits: logits.map((row) => source.fittingTopP(row, settings, source_, target)) };
})"""


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=lambda engine: engine.name)
def test_a_conversion_and_the_top_p_that_fits_are_pythons(mathematics, source, target):
    logits = np.random.default_rng(1).normal(0, 2, (2, 9)).tolist()
    every = [each for each in GRID if takes(source, each["temperature"])]
    sent = [{**each, "temperature": str(each["temperature"]).replace("inf", "Infinity")} for each in every]
    theirs = mathematics.evaluate(CONVERT, [engine_state(source), engine_state(target), sent, logits])
    for each, found in zip(every, theirs, strict=True):
        ours = convert(known(each, source), source, target)
        settings = {name: value for name, value in found["settings"].items() if value is not None}
        settings["temperature"] = float(settings["temperature"].replace("Infinity", "inf"))
        assert settings == pytest.approx({"temperature": 1.0} | ours.settings, rel=1e-12), each
        assert found["swapped"] == [list(pair) for pair in ours.swapped], each
        assert (found["lost"], found["ties"]) == (list(ours.lost), ours.ties), each
        for row, fit in zip(logits, found["fits"], strict=True):
            expected = fitting_top_p(row, known(each, source), source, target)
            assert fit == (expected and pytest.approx(list(expected), rel=1e-12)), each


def test_total_variation_is_pythons(mathematics):
    p, q = softmax(np.random.default_rng(2).normal(0, 3, (2, 40)))
    found = mathematics.evaluate("([p, q]) => source.totalVariation(p, q)", [p.tolist(), q.tolist()])
    assert found == pytest.approx(total_variation(p, q), rel=1e-12)


# The explorable


def chosen(source, target, **settings):
    """Return the view's traits for settings by name; those that are not given are off."""
    traits = {name: stops.index(settings.get(name)) for name, stops in COMMON.items()}
    temperature = TEMPERATURES.index(settings.get("temperature", 1.0))
    return {"source": NAMES.index(source), "target": NAMES.index(target), "temperature_index": temperature, **traits}


def words(page):
    return page.locator(".tc-conversion .tc-heading").inner_text()


def told(page):
    return page.locator(".tc-told code").inner_text()


def fates(page):
    return [text.replace("\n", " ") for text in page.locator(".tc-fates li").all_inner_texts()]


def facts(page):
    return [text.replace("\u00a0", " ") for text in page.locator(".tc-facts strong").all_inner_texts()]


def swept(page):
    """Return the figures once all recorded texts are gone through."""
    page.wait_for_function("() => !document.querySelector('.tc-facts').textContent.includes('…')", timeout=120_000)
    return facts(page)


def said(share):
    return "0 %" if share < 1e-9 else "<0.1 %" if share < 0.0005 else f"{100 * share:.1f} %"


def distances(settings, source, target, logits):
    """Return how far the target is with the settings copied, and with them converted."""
    there = softmax(source(**settings)(logits))
    both = [known(settings, target), convert(settings, source, target).settings]
    return [total_variation(there, softmax(target(**each)(logits))) for each in both]


def test_what_is_exact_is_said_and_told(show):
    page = show(settings_converter())
    put(page, **chosen("llama.cpp", "transformers", temperature=0.7, top_k=40, min_p=0.05))
    assert words(page) == "transformers: temperature 0.7, top-k 40, min-p 0.0138 (exact in every context, but for ties)"
    m = f"{0.05 ** (1 / 0.7):.6g}"
    assert told(page) == (
        f"model.generate(**inputs, do_sample=True, temperature=0.7, top_k=40, top_p=1, min_p={m}, typical_p=1)"
    )
    assert [re.split("[,:]", row)[0] for row in fates(page)] == [
        "✓ temperature 0.7 → 0.7 exact",
        "✓ top-k 40 → 40 exact",
        f"✓ min-p 0.05 → {m} exact",
    ]
    assert "0.05 to the power of 1/0.7" in fates(page)[2]
    put(page, **chosen("transformers", "vLLM", temperature=0.7, min_p=0.05))
    assert words(page) == "vLLM: temperature 0.7, min-p 0.05 (exact in every context)"
    assert told(page) == "SamplingParams(temperature=0.7, min_p=0.05, top_k=0, top_p=1)"


def test_what_is_not_exact_says_why_and_which_top_p_would_fit(show):
    page = show(settings_converter())
    settings = {"temperature": 0.7, "top_p": 0.9}
    put(page, **chosen("vLLM", "llama.cpp", **settings))
    assert words(page) == "llama.cpp: temperature 0.7, top-p 0.9 (not the same in every context)"
    assert told(page) == "llama-cli --temp 0.7 --top-k 0 --typical 1 --top-p 0.9 --min-p 0"
    why = "it comes after the temperature in vLLM, before it in llama.cpp"
    assert fates(page)[1] == f"≠ top-p 0.9 → 0.9 not exact: {why}"
    figures = swept(page)
    all_ = load_contexts()
    here = distances(settings, VLLM, LLAMA_CPP, all_["The cat sat on the"].logits)
    over = np.array([distances(settings, VLLM, LLAMA_CPP, each.logits) for each in all_.values()])
    assert figures[:2] == [said(each) for each in here]
    assert figures[2:] == [f"mean {said(each.mean())}, worst {said(each.max())}" for each in over.T]
    ranges = [fitting_top_p(each.logits, settings, VLLM, LLAMA_CPP) for each in all_.values()]
    note = page.locator(".tc-note").last.inner_text()
    p = float(re.search(r"On this context alone, top-p ([\d.]+) comes closest, at a distance of 0 %\.", note)[1])
    low, high = fitting_top_p(all_["The cat sat on the"].logits, settings, VLLM, LLAMA_CPP)
    assert low < p <= high
    needs = f"{min(high for _, high in ranges):.3g} or less, another more than {max(low for low, _ in ranges):.3g}"
    assert note.endswith(f"Of the 24 recorded texts one needs {needs}.")


def test_the_defaults_of_an_engine_can_be_put_in(show):
    page = show(settings_converter())
    put(page, **chosen("llama.cpp", "vLLM"))
    page.get_by_role("button", name="Set the defaults of llama.cpp").press("Enter")
    page.evaluate(FRAME)
    expected = chosen("llama.cpp", "vLLM", **LLAMA_CPP.defaults)
    assert {name: state(page, name) for name in expected} == expected
    put(page, **chosen("transformers", "vLLM"))
    page.get_by_role("button", name="Set the defaults of transformers").click()
    page.evaluate(FRAME)
    assert words(page) == "vLLM: temperature 1, top-k 50 (exact in every context)"
    for engine in ENGINES:
        for name, value in engine.defaults.items():
            assert value in (TEMPERATURES if name == "temperature" else COMMON[name])


def test_at_zero_each_engine_has_its_rule(show):
    page = show(settings_converter())
    put(page, **chosen("vLLM", "transformers", temperature=0.0))
    assert words(page) == "transformers: greedy decoding (exact in every context)"
    assert told(page) == "model.generate(**inputs, do_sample=False)"
    assert swept(page) == ["refused", "0 %", "refused", "mean 0 %, worst 0 %"]
    put(page, **chosen("transformers", "vLLM", temperature=0.0))
    assert "refuses τ = 0" in words(page) and "do_sample=False" in words(page)
    assert not page.locator(".tc-chart").is_visible() and not page.locator(".tc-told").is_visible() and not fates(page)
    put(page, **chosen("llama.cpp", "vLLM", temperature=0.0, typical_p=0.5))
    assert words(page) == "vLLM: temperature 0 (not the same in every context)"
    put(page, **chosen("transformers", "vLLM", temperature=3.0, min_p=0.1))
    assert fates(page)[0] == "≠ temperature 3 → 2 not exact: the nearest that vLLM takes"
    put(page, **chosen("vLLM", "llama.cpp", typical_p=0.5))
    assert fates(page)[1] == "– typical-p 0.5 vLLM has none, so it is left out"


def test_bars_and_table_are_pythons(show):
    page = show(settings_converter())
    settings = {"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05}
    put(page, **chosen("llama.cpp", "transformers", **settings))
    logits = load_contexts()["The cat sat on the"].logits
    converted = convert(settings, LLAMA_CPP, TRANSFORMERS).settings
    chains = [LLAMA_CPP(**settings), TRANSFORMERS(**settings), TRANSFORMERS(**converted)]
    expected = np.array([softmax(chain(logits)) for chain in chains])
    expected = np.column_stack([expected[:, :8], expected[:, 8:].sum(axis=1)])
    found = page.evaluate(
        """() => [...document.querySelectorAll("tbody tr")].map((row) =>
             [2, 3, 4].map((i) => Number(row.cells[i].dataset.probability)))"""
    )
    assert np.array(found).T == pytest.approx(expected, rel=1e-9, abs=1e-15)
    for side, p in zip(("source", "copied", "converted"), expected, strict=True):
        widths = np.array([float(bar.get_attribute("width")) for bar in page.locator(f".tc-side-{side}").all()])
        assert widths / widths.max() == pytest.approx(p / p.max(), abs=0.01)


@pytest.mark.parametrize("name", ["context", "source", "target", "temperature_index", *COMMON])
def test_every_control_changes_what_is_seen(show, name):
    converter = settings_converter()
    page = show(converter)
    put(page, **chosen("transformers", "llama.cpp", temperature=0.7, top_k=50, top_p=0.9, min_p=0.05, typical_p=0.95))
    before = page.locator(".tc-body").first.inner_html()
    put(page, **{name: abs(state(page, name) - 1)})
    assert page.locator(".tc-body").first.inner_html() != before


def test_pasted_tokens_are_converted_at_the_temperature_of_their_service(show):
    page = show(settings_converter())
    z = np.array([2.0, 1.0, 0.5, 0.1])
    logprobs = np.log(softmax(z, 0.7)).tolist()
    listed = "\n".join(f"{name} {value!r}" for name, value in zip("abcd", logprobs, strict=True))
    put(page, context=24, own=listed, returned=0.7, **chosen("vLLM", "llama.cpp", temperature=1.5, min_p=0.4))
    copied, converted = distances({"temperature": 1.5, "min_p": 0.4}, VLLM, LLAMA_CPP, z)
    assert copied > 0.1 and facts(page)[:2] == [said(copied), "0 %"] and said(converted) == "0 %"
    put(page, own="")
    assert not page.locator(".tc-chart").is_visible() and "Nothing is pasted" in page.locator(".tc-own").inner_text()
    assert words(page).startswith("llama.cpp: temperature 1.5")
    page.get_by_role("status").filter(has_text="Nothing is pasted yet").wait_for(state="attached")


def test_the_line_is_copied_by_a_button(show):
    page = show(settings_converter())
    page.evaluate("() => (navigator.clipboard.writeText = async (text) => (window.copied = text))")
    page.get_by_role("button", name="Copy", exact=True).press("Enter")
    page.get_by_text("Settings copied", exact=True).wait_for()
    assert page.evaluate("copied") == told(page)
    put(page, **chosen("vLLM", "llama.cpp", temperature=0.3))
    assert page.get_by_text("Settings copied", exact=True).count() == 0


def test_the_texts_are_gone_through_anew_after_each_change_and_not_once_the_page_is_left(show):
    page = show(settings_converter())
    assert facts(page)[3].endswith("of 24 …")
    swept(page)
    put(page, **chosen("vLLM", "llama.cpp", temperature=0.3))
    assert facts(page)[2:] == ["0 of 24 …"] * 2
    page.evaluate("leave()")
    assert page.evaluate("Object.values(model.listeners).flat().length") == 0


def test_what_is_sent_is_less_than_the_lab_sends():
    assert len(json.dumps(settings_converter().view.get_state(), default=str)) < 250_000
