"""Decoding: the filters in JavaScript against tempcourse.decoding, and what the explorable shows of them."""

import itertools
import json
import math

import exactly
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pages import FRAME, in_browser, put, state
from playwright.sync_api import expect

from tempcourse import decoding, penalties
from tempcourse.contexts import load_contexts
from tempcourse.decoding import LLAMA_CPP, TEXTGEN, TRANSFORMERS, VLLM
from tempcourse.softmax import effective_choices, entropy, softmax
from tempcourse.widgets.decoding_lab import decoding_lab
from tempcourse.widgets.kit.filters import FILTERS, KNOBS, engine_state

INF = math.inf
ENGINES = [TRANSFORMERS, VLLM, LLAMA_CPP, TEXTGEN]
RARER = ["top_n_sigma", "epsilon_cutoff", "eta_cutoff", "tail_free"]

# The mathematics

thorough = settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
FINITE = st.floats(-8, 8)
ROWS = st.one_of(
    st.lists(FINITE, min_size=1, max_size=12),
    st.lists(st.sampled_from([-2.0, 0.0, 1.0]), min_size=1, max_size=12),  # ties
    st.lists(st.one_of(FINITE, st.just(-INF)), min_size=1, max_size=12),  # masks
    st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=8),
    st.lists(st.sampled_from([INF, 1.0, -1e308, 5e-324, -INF]), min_size=1, max_size=8),
).filter(lambda row: max(row) > -INF)
SHARES = st.one_of(st.floats(0.01, 1), st.just(1.0))


def kept(logits):
    return np.flatnonzero(np.asarray(logits) > -INF).tolist()


def on_the_edge(name, row, p):
    """Tell whether rounding decides what is kept: a sum of probabilities that is p, or two equal distances."""
    probabilities = softmax(row)
    if name in RARER:  # a bound that is moved by a hair keeps another number
        return len({len(kept(getattr(decoding, name)(row, p * f))) for f in (1 - 1e-9, 1, 1 + 1e-9) if p * f <= 1}) > 1
    if name == "min_p":
        below = decoding.temper(row, 1.0)
        return (abs(below[below < 0] - math.log(p)) < 1e-12).any()
    if name == "top_p":
        order = np.argsort(-np.array(row), kind="stable")
    else:
        with np.errstate(invalid="ignore"):
            distance = abs(decoding.log_softmax(row) + entropy(probabilities))
        order = np.argsort(distance, kind="stable")
        with np.errstate(invalid="ignore"):
            near = np.abs(np.diff(distance[order])) < 1e-12
        equal = np.array(row)[order][1:] == np.array(row)[order][:-1]
        if (near & ~equal).any():
            return True
    return (abs(np.cumsum(probabilities[order]) - p) < 1e-12).any() and p < 1


@pytest.mark.parametrize("name", FILTERS)
@thorough
@given(rows=st.lists(ROWS, min_size=10, max_size=30), setting=SHARES, k=st.integers(1, 14))
def test_a_filter_agrees_with_python(mathematics, name, rows, setting, k):
    setting = k if name == "top_k" else setting
    if name != "top_k":
        rows = [row for row in rows if not on_the_edge(name, row, setting)]
        assert rows
    setting = 3 * setting if name == "top_n_sigma" else setting
    ours = [getattr(decoding, name)(row, setting).tolist() for row in rows]
    assert in_browser(mathematics, f"FILTERS.{name}", [(row, setting) for row in rows]) == ours


@pytest.mark.parametrize("name", exactly.KEPT)
def test_no_rounding_decides(mathematics, name):
    cases = [(shares, p) for shares in exactly.DISTRIBUTIONS for p in exactly.LIMITS]
    calls = [(np.log(np.array(shares, float)).tolist(), float(p)) for shares, p in cases]
    for (shares, p), theirs in zip(cases, in_browser(mathematics, f"FILTERS.{name}", calls), strict=True):
        assert np.flatnonzero(np.array(theirs) > -INF).tolist() == exactly.KEPT[name](shares, p), (shares, p)


@pytest.mark.parametrize("name", RARER)
def test_no_rounding_decides_in_the_rarer_filters(mathematics, name):
    """Python's are held to exact fractions elsewhere."""
    rows = [np.log(np.array(shares, float)).tolist() for shares in exactly.DISTRIBUTIONS if len(shares) < 6]
    calls = [(row, float(p)) for row in rows for p in exactly.LIMITS]
    for (row, p), theirs in zip(calls, in_browser(mathematics, f"FILTERS.{name}", calls), strict=True):
        assert kept(theirs) == kept(getattr(decoding, name)(row, p)), (row, p)


TEXTS = st.lists(st.integers(0, 3), max_size=12)


@thorough
@given(row=st.lists(FINITE, min_size=4, max_size=4), text=TEXTS, penalty=st.floats(0.1, 3))
def test_the_penalties_agree_with_python(mathematics, row, text, penalty):
    call = "([name, ...rest]) => source.LINKS[name](...rest)"
    for name in ("repetition_penalty", "presence_penalty", "frequency_penalty", "dry_penalty"):
        ours = getattr(penalties, name)(row, penalty, text=text).tolist()
        assert mathematics.evaluate(call, [name, row, penalty, text]) == pytest.approx(ours, rel=1e-13)
    ours = penalties.logit_bias(row, {1: -penalty, 3: penalty}).tolist()
    assert mathematics.evaluate(call, ["logit_bias", row, {"1": -penalty, "3": penalty}]) == ours
    ours = penalties.mask(row, [True, False, True, False])
    assert kept(mathematics.evaluate(call, ["mask", row, [True, False, True, False]])) == kept(ours)


@thorough
@given(row=st.lists(FINITE, min_size=1, max_size=12), threshold=SHARES, reach=st.floats(0, 2))
def test_xtc_and_the_dynamic_temperature_agree_with_python(mathematics, row, threshold, reach):
    ours = decoding.dynamic_temperature(row, (0.3, 0.3 + reach)).tolist()
    theirs = in_browser(mathematics, "LINKS.dynamic_temperature", [(row, [0.3, 0.3 + reach])])[0]
    assert theirs == pytest.approx(ours, rel=1e-12, abs=1e-12)
    if abs(softmax(row) - threshold).min() < 1e-12:
        return
    for probability, chance in ((1, 0.5), (0.5, 0.5), (0.5, 0.4999)):
        ours = decoding.xtc(row, threshold, probability=int(chance < probability), rng=np.random.default_rng(0))
        theirs = in_browser(mathematics, "LINKS.xtc", [(row, [threshold, probability], chance)])[0]
        assert kept(theirs) == kept(ours)


@thorough
@given(rows=st.lists(ROWS, min_size=10, max_size=30), temperature=st.sampled_from([0.0, 0.3, 1.0, 1.7, INF]))
def test_temper_agrees_with_python(mathematics, rows, temperature):
    for row, theirs in zip(rows, in_browser(mathematics, "temper", [(row, temperature) for row in rows]), strict=True):
        assert theirs == pytest.approx(decoding.temper(row, temperature).tolist(), rel=1e-15, abs=0), row


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_refuses_what_python_refuses(mathematics, name):
    bad = [0, 1.5, math.nan] if name == "top_k" else [0.0, 1.1, math.nan]
    bad = [-0.1, math.nan] if name == "top_n_sigma" else bad
    argument = {"epsilon_cutoff": "epsilon", "eta_cutoff": "epsilon", "tail_free": "share"}.get(name, "p")
    words = {"top_k": "k must be a whole number of at least 1", "top_n_sigma": "sigmas must be at least 0"}.get(
        name, f"{argument} must be above 0 and at most 1"
    )
    calls = [([1.0, 2.0], setting, words) for setting in bad]
    for row, setting, message in [*calls, ([-INF, -INF], 1, "logits must"), ([math.nan], 1, "logits must not")]:
        with pytest.raises(ValueError, match=message):
            getattr(decoding, name)(row, setting)
        with pytest.raises(Exception, match=message):
            in_browser(mathematics, f"FILTERS.{name}", [(row, setting)])


CHAIN = """([engine, settings, logits]) => {
  const numbers = (all) => all.map(Number);
  const steps = source.chain(engine, { ...settings, temperature: Number(settings.temperature) });
  return [steps.map(([name]) => name), source.softmax(source.decode(steps, numbers(logits)), 1)];
}"""


def words(value):
    return str(value).replace("inf", "Infinity")


def sent(engine):
    return engine_state(engine)


def in_the_browser(page, engine, settings, logits):
    settings = {**settings, "temperature": words(settings["temperature"])}
    return page.evaluate(CHAIN, [sent(engine), settings, [words(z) for z in logits]])


def engine_of(engine, settings):
    """Return the engine's chain; a filter that it lacks is left out."""
    return engine(**{name: value for name, value in settings.items() if name in ("temperature", *engine.order)})


def refuses(engine, temperature):
    return temperature > engine.hottest or (temperature == 0 and not engine.greedy)


def python(engine, settings, logits):
    steps = engine_of(engine, settings)
    return [repr(decoding.chain(each)).split("(")[0] for each in steps.filters], softmax(steps(logits))


TEMPERATURES, KS, PS = [0.0, 0.3, 1.0, 1.7, INF], [None, 3, 40], [None, 0.31, 0.9]
GRID = [
    dict(zip(("temperature", "top_k", "top_p", "min_p", "typical_p"), values, strict=True))
    for values in itertools.product(TEMPERATURES, KS, PS, PS, PS)
]
ROWS_OF_LOGITS = {
    "random": np.random.default_rng(1).normal(0, 2, 60).tolist(),
    "tied": [1.0, 0.0, 0.0, 0.0, -1.0, -1.0, 1.0, 0.0],
    "masked": [-INF, 1.5, 0.2, -INF, -0.7, 2.9],
    "extreme": [1e308, 1e4, -1e308, 9999.0, 1e308, 0.0],
}


@pytest.mark.parametrize("kind", ROWS_OF_LOGITS)
@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_chain_of_an_engine_is_pythons(mathematics, engine, kind):
    logits = ROWS_OF_LOGITS[kind]
    for settings_ in GRID:
        if refuses(engine, settings_["temperature"]):
            continue
        names, theirs = in_the_browser(mathematics, engine, settings_, logits)
        steps, ours = python(engine, settings_, logits)
        assert names == steps, settings_
        assert theirs == pytest.approx(ours.tolist(), rel=1e-12, abs=0), settings_


def test_the_chain_with_all_the_knobs_is_pythons(mathematics):
    rng = np.random.default_rng(3)
    for _ in range(200):
        row, text = rng.normal(0, 2, 12).round(3).tolist(), rng.integers(12, size=9).tolist()
        numbers = {name: rng.choice([stop for stop in stops if stop]) for name, stops in (FILTERS | KNOBS).items()}
        chosen_ = {name: float(number) for name, number in numbers.items() if rng.random() < 0.4}
        chosen_ |= {"top_k": int(chosen_["top_k"])} if "top_k" in chosen_ else {}
        chosen_ |= {"logit_bias": {2: chosen_["logit_bias"]}} if "logit_bias" in chosen_ else {}
        chosen_ |= {"xtc": (chosen_["xtc"], 1)} if "xtc" in chosen_ else {}
        tau = float(rng.choice([0.0, 0.7, 1.0, INF]))
        for engine in [each for each in ENGINES if not refuses(each, tau)]:
            own = {name: value for name, value in chosen_.items() if name in engine.order}
            steps = engine(temperature=tau, text=text, rng=np.random.default_rng(0), **own)
            sent_ = {**own, "temperature": tau, "text": text, "chance": 0}
            sent_ |= {"logit_bias": {"2": own["logit_bias"][2]}} if "logit_bias" in own else {}
            names, theirs = in_the_browser(mathematics, engine, sent_, row)
            assert names == [repr(decoding.chain(each)).split("(")[0] for each in steps.filters]
            assert theirs == pytest.approx(softmax(steps(row)).tolist(), rel=1e-10, abs=1e-300), (engine.name, own)


def test_zero_is_an_error_in_one_engine_and_greedy_in_the_others(mathematics):
    off = dict.fromkeys(["top_k", "top_p", "min_p", "typical_p"])
    with pytest.raises(Exception, match="temperature must be above 0 in transformers, got 0"):
        in_the_browser(mathematics, TRANSFORMERS, {"temperature": 0.0, **off}, [1.0, 2.0])
    for engine, temperature in ((VLLM, 0.0), (LLAMA_CPP, 0.0)):
        found = in_the_browser(mathematics, engine, {"temperature": temperature, **off}, [1.0, 2.0, 1.9999])
        assert found == [["temper"], [0, 1, 0]]
    with pytest.raises(Exception, match=r"temperature must be from 0 to 2 in vLLM, got 2\.5"):
        in_the_browser(mathematics, VLLM, {"temperature": 2.5, **off}, [1.0, 2.0])
    for temperature in (1e-5, 0.01):  # vLLM raises the first
        found = in_the_browser(mathematics, VLLM, {"temperature": temperature, **off}, [1.0, 1.01])
        assert found[1] == pytest.approx(softmax([1.0, 1.01], 0.01).tolist(), rel=1e-12)


# The explorable


def rows(page):
    """Return the table: for each row its name, and its logit, probabilities and last cell."""
    return page.evaluate(
        """() => [...document.querySelectorAll("tbody tr")].map((row) => [
             row.cells[0].textContent,
             row.cells[1].dataset.logit && Number(row.cells[1].dataset.logit),
             ...[2, 3].map((i) => Number(row.cells[i].dataset.probability)),
             row.cells[4].textContent])"""
    )


def texts(page, selector):
    return page.locator(selector).all_inner_texts()


def fact(page, name):
    return page.locator(".tc-facts p", has_text=name).locator("strong").inner_text()


def chosen(lab, **settings_):
    """Return the view's traits for settings by name."""
    view = lab.view
    traits = {name: view.filters[name].index(settings_[name]) for name in view.filters if name in settings_}
    if "temperature" in settings_:
        traits["temperature_index"] = view.temperatures.index(settings_["temperature"])
    if "engine" in settings_:
        traits["engine"] = [each["name"] for each in view.engines].index(settings_["engine"])
    return traits


OFF = {"temperature": 1.0, "top_k": None, "top_p": None, "min_p": None, "typical_p": None}
SETTINGS = [
    OFF,
    {**OFF, "temperature": 0.7, "top_p": 0.9},
    {**OFF, "temperature": 1.5, "top_k": 40, "min_p": 0.05},
    {**OFF, "temperature": 2.0, "top_k": 8, "top_p": 0.95, "min_p": 0.1, "typical_p": 0.9},
    {**OFF, "temperature": INF, "top_p": 0.5},
    {**OFF, "temperature": 0.0, "top_k": 100},
]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_table_is_pythons_for_the_whole_vocabulary(show, engine):
    lab = decoding_lab()
    page = show(lab)
    page.get_by_role("button", name="Show all 820").click()
    for context, each in enumerate(SETTINGS):
        if refuses(engine, each["temperature"]):
            continue
        put(page, context=2 * context, **chosen(lab, engine=engine.name, **each))
        logits = np.array(lab.view.log_probabilities[2 * context])
        before, after = softmax(logits), softmax(engine_of(engine, each)(logits))
        order = np.argsort(-before, kind="stable")
        found = rows(page)
        assert len(found) == 820
        assert [row[2] for row in found] == pytest.approx(before[order].tolist(), rel=1e-12)
        assert [row[3] for row in found] == pytest.approx(after[order].tolist(), rel=1e-12, abs=0)
        assert [row[4] == "yes" for row in found] == (after[order] > 0).tolist()
        assert fact(page, "Kept") == f"{np.count_nonzero(after)} of 820"
        assert fact(page, "Entropy") == f"{entropy(before):.2f} → {entropy(after):.2f}"
        assert fact(page, "Effective") == f"{effective_choices(before):.2f} → {effective_choices(after):.2f}"


def test_the_tail_is_one_row_and_nothing_is_lost_in_it(show):
    lab = decoding_lab()
    page = show(lab)
    put(page, **chosen(lab, **{**OFF, "temperature": 2.0, "min_p": 0.01}))
    found = rows(page)
    assert len(found) == 13 and found[-1][0] == "808 more"
    assert sum(row[2] for row in found) == pytest.approx(1) == sum(row[3] for row in found)
    kept = np.count_nonzero(softmax(TRANSFORMERS(temperature=2.0, min_p=0.01)(lab.view.log_probabilities[0])))
    assert found[-1][4] == f"{kept - 12} of 808"
    assert page.locator(".tc-bar").count() == 13


def test_the_orders_are_shown_side_by_side_and_matter(show):
    lab = decoding_lab()
    page = show(lab)
    logits = lab.view.log_probabilities[0]
    counts = [np.isfinite(engine(temperature=0.7, top_p=0.9)(logits)).sum() for engine in ENGINES]
    assert counts[0] == counts[1] == counts[3] < counts[2]
    assert texts(page, ".tc-engines code") == [repr(engine(temperature=0.7, top_p=0.9)) for engine in ENGINES]
    assert texts(page, ".tc-engines li > span") == [f"keeps {count}" for count in counts]
    assert texts(page, ".tc-engines li[aria-current=true] strong") == ["transformers"]
    put(page, **chosen(lab, engine="vLLM", **{**OFF, "temperature": INF, "typical_p": 0.5}))
    assert texts(page, ".tc-engines code")[1:] == [
        "temperature=∞",
        "typical_p(0.5) → temper(inf)",
        "temper(inf) → typical_p(0.5)",
    ]
    assert texts(page, ".tc-engines li > span")[1] == "is an error"
    assert page.locator(".tc-draws").inner_text() == "vLLM refuses τ above 2."
    put(page, **chosen(lab, **{**OFF, "temperature": 2.0, "typical_p": 0.5}))
    assert texts(page, ".tc-engines li > span")[1] == "keeps 820, has no typical_p"
    assert page.locator(".tc-engines strong").nth(2).get_attribute("title") == repr(LLAMA_CPP)


def test_each_of_the_other_knobs_does_to_the_picture_what_it_does_in_python(show):
    """The favourite has just come three times in a row, which the penalties read."""
    lab = decoding_lab()
    page = show(lab)
    logits = np.array(lab.view.log_probabilities[0])
    favourite = int(logits.argmax())
    put(page, said=3)
    assert rows(page)[0][0] == f"{lab.view.words[favourite]}, said 3 ×"
    for name in (*RARER, *KNOBS):
        setting = next(stop for stop in lab.view.filters[name][1:] if stop)
        engine = next(e for e in (LLAMA_CPP, TEXTGEN) if name in e.order)
        said = {"logit_bias": {favourite: setting}, "xtc": (setting, 1)}.get(name, setting)
        text, rng = [favourite] * 3, np.random.default_rng(0)
        after = softmax(engine(temperature=1.0, text=text, rng=rng, **{name: said})(logits))
        off = {each: None for each in lab.view.filters}
        put(page, **chosen(lab, engine=engine.name, **{**off, "temperature": 1.0, name: setting}))
        order = np.argsort(-logits, kind="stable")[:6]
        assert [row[3] for row in rows(page)[:6]] == pytest.approx(after[order].tolist(), abs=2e-6), name
        assert abs(after - softmax(logits)).max() > 1e-3, name


def test_a_knob_that_acts_is_in_sight(show):
    lab = decoding_lab()
    page = show(lab)
    put(page, xtc=3, engine=2)
    assert state(page, "more") is True
    put(page, xtc=lab.view.filters["xtc"].index(None), more=False)
    assert state(page, "more") is False
    put(page, said=1)
    assert state(page, "more") is True


def test_where_0_is_matters_and_is_said(show):
    lab = decoding_lab()
    page = show(lab)
    note = page.get_by_text("would do otherwise")
    assert not note.is_visible()
    put(page, repetition_penalty=7, said=2)
    assert note.is_visible()
    put(page, context=len(lab.view.log_probabilities))
    assert not note.is_visible()


def test_zero_is_said_to_be_an_error_where_it_is(show):
    lab = decoding_lab()
    page = show(lab)
    put(page, **chosen(lab, temperature=0.0))
    assert "do_sample=False" in page.locator(".tc-draws").inner_text()
    assert {row[4] for row in rows(page)} == {"–"} and fact(page, "Kept") == "–"
    assert texts(page, ".tc-engines li > span") == ["is an error", "keeps 1", "keeps 1", "is an error"]
    put(page, **chosen(lab, engine="llama.cpp"))
    assert page.locator(".tc-draws").inner_text() == " · ".join(["hill"] * 20)


def test_draws_come_from_the_seed_by_inverse_cdf_and_the_button_takes_the_next(show, mathematics):
    lab = decoding_lab()
    page = show(lab)
    logits = lab.view.log_probabilities[0]
    after = softmax(TRANSFORMERS(temperature=0.7, top_p=0.9)(logits))
    for seed in (1, 2):
        numbers = mathematics.evaluate(
            """(seed) => { const random = source.randomSource(seed);
              return Array.from({ length: 20 }, () => source.uniform(random)); }""",
            seed,
        )
        drawn = [lab.view.words[i] for i in np.searchsorted(after.cumsum(), numbers, side="right")]
        assert page.locator(".tc-draws").inner_text() == " · ".join(drawn)
        page.get_by_role("button", name="Draw 20").click()
        page.evaluate(FRAME)
    assert state(page, "seed") == 3
    page.get_by_role("status").filter(has_text="Seed 3 draws ").wait_for(state="attached")


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_a_real_model_s_contexts_are_decoded_over_its_whole_vocabulary(show, engine):
    lab = decoding_lab()
    page = show(lab)
    settings = {**OFF, "temperature": 1.5, "top_p": 0.9}
    for text in ("import numpy as", "My name is", "def add(a, b):\n    return"):
        put(page, context=lab.view.contexts.index(text), **chosen(lab, engine=engine.name, **settings))
        logits = load_contexts()[text].logits
        before, after = softmax(logits), softmax(engine(temperature=1.5, top_p=0.9)(logits))
        found = rows(page)
        assert found[-1][0] == "49,140 more" and len(found) == 13
        assert [row[2] for row in found] == pytest.approx([*before[:12], before[12:].sum()], rel=1e-9)
        assert [row[3] for row in found] == pytest.approx([*after[:12], after[12:].sum()], rel=1e-9, abs=1e-15)
        assert fact(page, "Kept") == f"{np.count_nonzero(after):,} of 49,152"
    assert page.get_by_role("button", name="Show all").is_hidden()
    assert "no. " in page.locator(".tc-draws").inner_text() or engine is LLAMA_CPP


def test_of_a_large_vocabulary_the_other_engines_are_counted_after_the_frame(show):
    """What is shown of them is of the present settings, or not there yet."""
    lab = decoding_lab()
    page = show(lab)
    context = lab.view.contexts.index("My name is")
    logits = load_contexts()["My name is"].logits

    def counts(**wanted):
        made = [engine(**wanted)(logits) for engine in ENGINES]
        return [f"keeps {np.isfinite(each).sum():,}" for each in made]

    put(page, context=context, **chosen(lab, **{**OFF, "temperature": 1.5, "top_p": 0.9}))
    for wanted in ({"temperature": 1.3, "top_p": 0.5}, {"temperature": 0.9, "min_p": 0.05}):
        traits = {"context": context, **chosen(lab, **{**OFF, **wanted})}
        changed = page.evaluate(
            """async (traits) => {
              Object.entries(traits).forEach(([name, value]) => model.set(name, value));
              await new Promise(requestAnimationFrame);
              return [...document.querySelectorAll(".tc-engines li > span")].map((node) => node.textContent);
            }""",
            traits,
        )
        assert changed == [counts(**wanted)[0], *["keeps …"] * 3]
    expect(page.locator(".tc-engines li > span")).to_have_text(counts(**wanted))
    put(page, seed=7)
    assert texts(page, ".tc-engines li > span") == counts(**wanted), "what is counted is not counted again"
    put(page, context=0)
    assert "keeps …" not in texts(page, ".tc-engines li > span")


def test_own_contexts_are_taken(show):
    page = show(decoding_lab(["Old Jon", "He said the"]))
    put(page, context=1)
    assert "After “He said the …”" in page.locator("figcaption").inner_text()
    assert rows(page)[0][0] == "keeper"


# What a reader pastes

RESPONSE = {
    "choices": [
        {
            "message": {"content": " Paris"},
            "logprobs": {
                "content": [
                    {
                        "token": " Paris",
                        "logprob": -0.5,
                        "top_logprobs": [
                            {"token": " Paris", "logprob": -0.5, "bytes": [32]},
                            {"token": "\n", "logprob": -2, "bytes": [10]},
                            {"token": ",", "logprob": -3.25, "bytes": [44]},
                        ],
                    }
                ]
            },
        }
    ]
}
EXPECTED = [("␣Paris", -0.5), ("↵", -2.0), ("‘,’", -3.25)]
PASTED = {
    "lines": (" Paris -0.5\n the -2\n\n, −3.25\n", [("␣Paris", -0.5), ("␣the", -2.0), ("‘,’", -3.25)]),
    "tsv": ("token\tlogprob\n Paris\t-0.5\na b\t-2e0\n", [("␣Paris", -0.5), ("a b", -2.0)]),
    "csv": (
        '"token","logprob"\n" Paris",-0.5\n"say ""yes""",-2\n",",-3.25',
        [("␣Paris", -0.5), ('say "yes"', -2.0), ("‘,’", -3.25)],
    ),
    "windows": ("a;-1\r\nb;-inf\r\n", [("a", -1.0), ("b", -INF)]),
    "response": (json.dumps(RESPONSE), EXPECTED),
    "list": (json.dumps(RESPONSE["choices"][0]["logprobs"]["content"][0]["top_logprobs"]), EXPECTED),
    "older": (json.dumps({"top_logprobs": [{" Paris": -0.5, "\n": -2, ",": -3.25}]}), EXPECTED),
}


def paste(page, lab, text, **traits):
    put(page, context=len(lab.view.contexts), own=text, **traits)


@pytest.mark.parametrize("kind", PASTED)
def test_what_an_api_returns_is_read(show, kind):
    text, expected = PASTED[kind]
    lab = decoding_lab()
    page = show(lab)
    paste(page, lab, text, others=False, **chosen(lab, **OFF))
    found = rows(page)
    assert [(name, logit) for name, logit, *_ in found] == expected
    assert [row[2] for row in found] == pytest.approx(softmax([z for _, z in expected]).tolist(), rel=1e-12)


def test_the_cut_off_tail_is_one_entry_or_none(show):
    lab = decoding_lab()
    page = show(lab)
    paste(page, lab, "a -1\nb -2", **chosen(lab, **{**OFF, "temperature": 2.0}))
    missing = 1 - math.exp(-1) - math.exp(-2)
    logits = [-1, -2, math.log(missing)]
    before, after = softmax(logits), softmax(logits, 2.0)
    assert [row[0] for row in rows(page)] == ["not listed", "a", "b"]
    assert [row[2:4] for row in rows(page)] == [pytest.approx([before[i], after[i]], rel=1e-12) for i in (2, 0, 1)]
    box = page.get_by_role("checkbox", name="count the missing 49.7 % as one entry")
    note = page.locator(".tc-own .tc-note")
    assert box.is_checked() and "they even outweigh your first token" in note.inner_text()
    box.press("Space")
    page.evaluate(FRAME)
    assert [row[2] for row in rows(page)] == pytest.approx(softmax([-1, -2]).tolist(), rel=1e-12)
    assert "They are left out" in note.inner_text() and state(page, "others") is False


def test_a_list_that_was_returned_at_another_temperature_is_brought_back_to_1(show):
    lab = decoding_lab()
    page = show(lab)
    z = np.array([2.0, 1.0, 0.5, 0.1])
    logprobs = np.log(softmax(z, 0.7)).tolist()
    listed = "\n".join(f"{name} {value!r}" for name, value in zip("abcd", logprobs, strict=True))
    paste(page, lab, listed, **chosen(lab, **{**OFF, "temperature": 2.0}))
    heat = page.get_by_role("spinbutton", name="returned at τ =")
    assert heat.input_value() == "1"
    assert [row[2] for row in rows(page)] == pytest.approx(softmax(z, 0.7).tolist(), rel=1e-9)
    heat.fill("0.7")
    heat.press("Enter")
    page.evaluate(FRAME)
    assert state(page, "returned") == 0.7
    assert [row[2] for row in rows(page)] == pytest.approx(softmax(z).tolist(), rel=1e-9)
    assert [row[3] for row in rows(page)] == pytest.approx(softmax(z, 2.0).tolist(), rel=1e-9)
    assert page.locator(".tc-own .tc-note").inner_text().startswith("Times 0.7, they are what τ = 1 would have shown.")
    for typed, taken in (("0", "1"), ("-3", "0.05"), ("99", "10"), ("", "1")):
        heat.fill(typed)
        heat.press("Enter")
        assert heat.input_value() == taken
    page.get_by_role("button", name="Reset").click()
    assert state(page, "returned") == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  ", "Nothing is pasted yet."),
        ("a -1", "One token leaves nothing to choose: paste two or more."),
        ("a -1\nb\nc -2", "Line 2 has no number at its end: b"),
        ('[{"token": "a", "logprob": -1}', "This looks like JSON, but cannot be read:"),
        ('{"tokens": ["a", "b"]}', 'No list of {"token": …, "logprob": …} is in this JSON.'),
        ("a -inf\nb -inf", "All of them are −∞: no token can come."),
        ("\n".join(f"w{i} -9" for i in range(2001)), "Up to 2000 tokens are read here; these are 2001."),
    ],
)
def test_what_cannot_be_read_is_said_kindly(show, text, words):
    lab = decoding_lab()
    page = show(lab)
    paste(page, lab, text)
    assert page.locator(".tc-own .tc-note").inner_text().startswith(words)
    assert rows(page) == [] and page.locator(".tc-draws").is_hidden()
    assert page.get_by_role("textbox").get_attribute("aria-invalid") == str(bool(text.strip())).lower()
    page.get_by_role("status").filter(has_text=words).wait_for(state="attached")


@pytest.mark.parametrize(
    ("text", "words"),
    [("a 3\nb 1.5", "so they are taken as logits"), ("a 0.7\nb 0.3", "These look like probabilities")],
)
def test_logits_are_as_good_and_probabilities_are_told(show, text, words):
    lab = decoding_lab()
    page = show(lab)
    paste(page, lab, text, **chosen(lab, **OFF))
    assert words in page.locator(".tc-own .tc-note").inner_text()
    assert sum(row[2] for row in rows(page)) == pytest.approx(1)
    assert not page.get_by_role("checkbox").is_visible()


def test_what_is_kept_is_kept_however_small_it_is(show):
    lab = decoding_lab()
    page = show(lab)
    paste(page, lab, "a 1000\nb 0\nc -inf", **chosen(lab, **OFF))
    assert [(row[0], *row[3:]) for row in rows(page)] == [("a", 1, "yes"), ("b", 0, "yes"), ("c", 0, "no")]
    assert fact(page, "Kept") == "2 of 3"


def test_a_reader_can_paste_by_keyboard_and_try_an_example(show):
    lab = decoding_lab()
    page = show(lab)
    assert not page.get_by_role("textbox").is_visible()
    put(page, context=len(lab.view.contexts))
    page.get_by_role("textbox", name="Tokens and log-probabilities").focus()
    page.keyboard.type("yes -0.1\nno -2.5")
    page.evaluate(FRAME)
    assert [row[0] for row in rows(page)] == ["yes", "no", "not listed"] and state(page, "own") == "yes -0.1\nno -2.5"
    page.get_by_role("button", name="Put in an example").press("Enter")
    page.evaluate(FRAME)
    assert rows(page)[0][0] == "␣Paris" and "cut off" in page.locator(".tc-own .tc-note").inner_text()


def test_what_is_pasted_is_text_and_nothing_else(show):
    lab = decoding_lab()
    page = show(lab)
    paste(page, lab, "<img src=x onerror=alert(1)> -1\n</script><b>bold</b> -2")
    assert page.locator("img, b").count() == 0
