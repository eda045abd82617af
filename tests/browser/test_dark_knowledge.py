"""A teacher's digits: what is stored, what is shown of it, and what the notes say of the twelve."""

import numpy as np
import pytest
from pages import FRAME, put, state
from sklearn.datasets import load_digits

from tempcourse.distillation import load_digits_split
from tempcourse.softmax import effective_choices, softmax
from tempcourse.widgets import explore_dark_knowledge
from tempcourse.widgets.explore_dark_knowledge import NOTES, teacher_digits

DIGITS = teacher_digits()
TEACHER = np.array([digit["logits"] for digit in DIGITS])
LABELS = [digit["label"] for digit in DIGITS]


# What is stored


def test_the_images_are_scikit_learns_and_the_teacher_never_saw_them():
    source, split = load_digits(), load_digits_split()
    for digit in DIGITS:
        index = digit["index"]
        assert digit["pixels"] == source.data[index].tolist() and digit["label"] == source.target[index]
        assert index in split.test_indices
    assert {digit["index"] for digit in DIGITS} == NOTES.keys() and set(LABELS) == set(range(10))


def test_the_guesses_are_those_that_the_notes_tell_of():
    guesses = {digit["index"]: np.argsort(digit["logits"])[::-1][:3].tolist() for digit in DIGITS}
    assert guesses == {
        617: [0, 8, 9],
        1573: [4, 0, 1],
        736: [1, 8, 7],
        573: [2, 1, 3],
        1346: [3, 8, 2],
        1670: [3, 5, 8],
        1022: [4, 9, 7],
        1617: [5, 1, 8],
        598: [6, 8, 0],
        27: [7, 9, 1],
        814: [8, 3, 5],
        795: [9, 8, 5],
    }


# What is shown


def probabilities(page):
    return [
        (float(exact), text)
        for exact, text in page.evaluate(
            """() => [...document.querySelectorAll("[data-probability]")].map(
                 (cell) => [cell.dataset.probability, cell.textContent])"""
        )
    ]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 5.0, 20.0, 50.0])
def test_the_table_is_pythons(show, temperature):
    explorable = explore_dark_knowledge()
    page = show(explorable)
    index = explorable.view.temperatures.index(temperature)
    for i, expected in enumerate(softmax(TEACHER, temperature)):
        put(page, digit=i, temperature_index=index)
        shown = probabilities(page)
        assert [exact for exact, _ in shown] == pytest.approx(expected.tolist(), rel=1e-12)
        assert [float(text) for _, text in shown] == pytest.approx(expected.tolist(), rel=5.1e-6)


@pytest.mark.parametrize(
    ("temperature", "sentence"),
    [
        (1.0, "an 8 (0.091 %), then a 2 (0.013 %); the odds between them are 6.9 : 1."),
        (20.0, "an 8 (12 %), then a 2 (11 %); the odds between them are 1.1 : 1."),
    ],
)
def test_the_second_and_third_guess_are_told_with_their_odds(show, temperature, sentence):
    explorable = explore_dark_knowledge()
    page = show(explorable)
    put(page, temperature_index=explorable.view.temperatures.index(temperature))
    assert page.locator(".tc-looks p").inner_text() == sentence
    logits = TEACHER[LABELS.index(3)]
    p = softmax(logits, temperature)
    assert f"{p[8] / p[2]:.1f} : 1" in sentence and f"({100 * p[8]:.2g} %)" in sentence


def test_what_is_told_of_the_whole_distribution(show):
    page = show(explore_dark_knowledge())
    put(page, temperature_index=explore_dark_knowledge().view.temperatures.index(10.0))
    choices = effective_choices(softmax(TEACHER[LABELS.index(3)], 10.0))
    assert page.locator(".tc-facts strong").all_inner_texts() == [
        "3, 28.1 %",
        "2.091 nats (3.017 bits)",
        f"{choices:.2f} of 10",
    ]
    page.get_by_role("status").filter(has_text="at temperature 10: a 3 with 28.1 %").wait_for(state="attached")
    assert page.locator(".tc-chart text").filter(has_text="2nd").text_content() == "8, 2nd"


def test_digits_are_picked_by_keyboard_and_by_tap(show):
    page = show(explore_dark_knowledge())
    radios = page.get_by_role("radio")
    assert radios.count() == 12 and page.get_by_role("group", name="Pick a digit").count() == 1
    assert page.get_by_role("radio", name="a 3, image 1346").is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.evaluate(FRAME)
    assert state(page, "digit") == 5 and page.get_by_role("radio", name="a 3, image 1670").is_checked()
    assert page.locator(".tc-note").inner_text() == NOTES[1670]
    page.locator(".tc-digits canvas").first.click()
    page.evaluate(FRAME)
    assert state(page, "digit") == 0 and page.get_by_role("img", name="The image: a handwritten 0").count() == 1


def test_the_picture_is_the_image(show):
    page = show(explore_dark_knowledge())
    for i in (4, 9):
        put(page, digit=i)
        red = page.evaluate(
            """() => {
              const context = document.querySelector(".tc-panel canvas").getContext("2d");
              return [...context.getImageData(0, 0, 8, 8).data].filter((_, k) => k % 4 === 0);
            }"""
        )
        assert np.abs(np.array(red) - 255 * (1 - np.array(DIGITS[i]["pixels"]) / 16)).max() < 1
