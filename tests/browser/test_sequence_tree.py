"""The tree of two-word texts: its table against tempcourse.sequences, the flip, and what the picture says."""

import math

import numpy as np
import pytest
from pages import FRAME, put, state

from tempcourse.language import MarkovModel
from tempcourse.sequences import beam_search, greedy, most_likely, sequence_temperature
from tempcourse.softmax import entropy
from tempcourse.widgets.sequence_tree import LEAVES, PRESETS, WORDS, sequence_tree
from tempcourse.words import percent

INF = math.inf
OWN = ([0.2, 0.5, 0.3], [[0.5, 0.5], [0.4, 0.35, 0.25], [1.0]])
TREES = {"own": OWN} | {preset["name"]: (preset["first"], preset["then"]) for preset in PRESETS}


def model_of(first, then):
    rows = {(): dict(zip(WORDS, first, strict=False))}
    rows |= {(word,): dict(zip(LEAVES, row, strict=False)) for word, row in zip(WORDS, then, strict=False)}
    texts = [(word, leaf) for word in rows[()] for leaf in rows[(word,)]]
    return MarkovModel.from_rows(rows), texts


def table(page):
    """Return the rows of the table by name: their numbers, and what the text is found by."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("tbody tr")].map((row) => [
             row.cells[0].textContent.replace("\\u00a0", " "),
             { numbers: [1, 2, 3].map((i) => {
                 const { probability, quantity } = row.cells[i].dataset;
                 return String(probability ?? quantity ?? "");
               }),
               found: row.cells[4].textContent }]))"""
    )


def numbers(row):
    return [float(text.replace("Infinity", "inf")) for text in row["numbers"] if text]


def opened(show, name, **options):
    """Show the explorable on one of the trees."""
    explorable = sequence_tree(*TREES[name])
    page = show(explorable, **options)
    return page, explorable.view.temperatures


def note(page):
    return page.locator(".tc-note").inner_text()


@pytest.mark.parametrize("name", TREES)
def test_the_table_is_pythons(show, name):
    page, stops = opened(show, name)
    model, texts = model_of(*TREES[name])
    own = np.exp(model.log_probability(texts))
    for temperature in (0.0, 0.1, 0.2, 0.32, 0.5, 1.0, 2.0, 10.0, INF):
        put(page, temperature_index=stops.index(temperature))
        found = table(page)
        token = np.exp(model.tempered(temperature).log_probability(texts))
        tempered = sequence_temperature(model, [], 2, temperature)
        whole = np.exp(tempered.log_probability(texts))
        for text, *expected in zip(texts, own, token, whole, strict=True):
            assert numbers(found[" ".join(text)]) == pytest.approx(expected, rel=1e-12, abs=0), (temperature, text)
        entropies = [entropy(own), entropy(token), tempered.entropy()]
        assert numbers(found["Entropy, nats"]) == pytest.approx(entropies, rel=1e-12, abs=1e-14)
        with np.errstate(divide="ignore"):
            divergence = sum(p * np.log(p / q) for p, q in zip(token, whole, strict=True) if p > 0)
        assert numbers(found["KL(token ‖ sequence), nats"]) == pytest.approx([divergence], rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("name", TREES)
def test_paths_and_beams_are_pythons(show, name):
    page, stops = opened(show, name)
    model, texts = model_of(*TREES[name])

    def words(path):
        return tuple(model.vocabulary[i] for i in path)

    for mode in (0, 1):
        for temperature in (0.0, 0.1, 0.32, 0.5, 1.0, 10.0):
            put(page, mode=mode, temperature_index=stops.index(temperature))
            options = {} if mode else {"temperature": temperature, "renormalise": True}
            beams = [words(path) for path in beam_search(model, [], 2, 2, **options).tokens]
            found = table(page)
            for text in texts:
                expected = {
                    "greedy": text == words(greedy(model, [], 2)),
                    "best": text == words(most_likely(model, [], 2)),
                    "beam": text in beams,
                }
                shown = found[" ".join(text)]["found"]
                assert shown == ", ".join(each for each in expected if expected[each]), (mode, temperature, text)


def test_the_order_flips_where_it_is_said_to(show):
    page, stops = opened(show, "greedy")
    model, texts = model_of(*TREES["greedy"])
    flip = 0.387
    cold, warm = (np.exp(model.tempered(flip + step).log_probability(texts)) for step in (-0.001, 0.001))
    assert texts[cold.argmax()] == ("A", "a") and texts[warm.argmax()] == ("B", "a")
    put(page, temperature_index=stops.index(0.4))
    assert "Flipped" not in note(page) and "changes at τ ≈ 0.387." in note(page)
    put(page, temperature_index=stops.index(0.35))
    assert "Flipped: by token temperature A\xa0a is likeliest now, by sequence temperature B\xa0a." in note(page)
    token = np.exp(model.tempered(0.35).log_probability(["A", "a"]))
    whole = np.exp(sequence_temperature(model, [], 2, 0.35).log_probability(["B", "a"]))
    facts = [f"A\xa0a, {percent(token)}", f"B\xa0a, {percent(whole)}"]
    assert page.locator(".tc-facts strong").all_inner_texts()[:2] == facts
    assert page.locator(".tc-ring").get_attribute("visibility") == "visible"
    put(page, temperature_index=stops.index(1.0))
    assert "At τ = 1 both are the model itself." in note(page)


def entropies(show, name):
    """Return the temperatures that are finite and above 0, and the entropies at each."""
    page, stops = opened(show, name)
    rows = []
    for index in range(1, len(stops) - 1):
        put(page, temperature_index=index)
        rows.append(numbers(table(page)["Entropy, nats"]))
    return np.array(stops[1:-1]), np.array(rows)[:, 1:].T


def test_a_hotter_token_can_mean_a_surer_text_and_a_hotter_sequence_cannot(show):
    temperatures, (token, whole) = entropies(show, "surer")
    assert (np.diff(whole) > 0).all()
    assert (np.diff(token)[temperatures[:-1] >= 0.3] < 0).all() and (np.diff(token)[temperatures[1:] <= 0.28] > 0).all()


def test_where_each_context_has_the_same_sum_the_two_are_one(show):
    _, (token, whole) = entropies(show, "same")
    assert token == pytest.approx(whole, rel=1e-12)
    page, _ = opened(show, "same")
    assert numbers(table(page)["KL(token ‖ sequence), nats"]) == pytest.approx([0], abs=1e-14)
    assert "Flipped" not in note(page) and page.locator(".tc-ring").get_attribute("visibility") == "hidden"


@pytest.mark.parametrize("mode", [0, 1])
def test_branches_are_as_wide_as_they_are_likely(show, mode):
    page, _ = opened(show, "own")
    put(page, mode=mode)
    numbers_of = [numbers(row)[1 + mode] for name, row in table(page).items() if len(name) == 3]
    widths = page.locator(".tc-branch").evaluate_all("all => all.map((each) => +each.getAttribute('stroke-width'))")
    sizes = [len(row) for row in OWN[1]]
    sums = [sum(part) for part in np.split(np.array(numbers_of), np.cumsum(sizes)[:-1])]
    assert widths == pytest.approx([34 * p for p in [*sums, *numbers_of]], abs=0.006)


def test_bars_stand_in_pairs(show):
    page, _ = opened(show, "greedy")
    rows = [numbers(row) for name, row in table(page).items() if len(name) == 3]
    for place, kind in ((1, ".tc-bar"), (2, ".tc-before")):
        widths = page.locator(kind).evaluate_all("all => all.map((each) => +each.getAttribute('width'))")
        scale = widths[0] / rows[0][place]
        assert [w / scale for w in widths if w > 1] == pytest.approx(
            [row[place] for row, w in zip(rows, widths, strict=True) if w > 1], abs=1e-3
        )


def test_a_drag_on_the_entropies_chooses_a_temperature(show):
    page, stops = opened(show, "greedy")
    box = page.locator(".tc-pick").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 60)
    page.mouse.up()
    assert state(page, "temperature_index") == len(stops) - 1
    page.evaluate(FRAME)
    assert page.locator(".tc-facts strong").first.inner_text() == "6 texts, 16.7 % each"


def test_texts_that_tie_are_counted(show):
    page, _ = opened(show, "surer")
    put(page, temperature_index=0)
    assert page.locator(".tc-facts strong").all_inner_texts()[:2] == ["4 texts, 25.0 % each", "B\xa0a, 100 %"]
    said = "Hotter but surer, temperature 0 on each token and on the sequence: A\xa0a 25.0 % and 0 %"
    page.get_by_role("status").filter(has_text=said).wait_for(state="attached")
