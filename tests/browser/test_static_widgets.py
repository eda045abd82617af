"""The runtime of `book/_ext/static_widgets` in Chromium, on pages that Sphinx builds from Python's state."""

import gzip
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

PAGES = Path(__file__).parent / "widget_pages"


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of `widget_pages`, built; its notebooks run in real kernels."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-d", folder / "doctrees", PAGES, folder / "html"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.fixture(scope="session")
def address(site, serve):
    """Where `site` is served, under a policy that lets no script run but its own and the widgets'."""
    return serve(site, {"Content-Security-Policy": "script-src 'self' blob:"})


@pytest.fixture
def controls(page, address):
    """The page of controls."""
    page.goto(f"{address}/controls.html")
    return page


@pytest.fixture
def anywidgets(page, address):
    """The page of anywidgets."""
    page.goto(f"{address}/anywidgets.html")
    return page


def probe(page, name):
    """Return the output of a probe."""
    return page.locator(f'[data-probe="{name}"]')


def put(page, name):
    """Press the button of a probe."""
    page.get_by_role("button", name=f"put {name}", exact=True).click()


def wake(page):
    """Bring all widgets of a page to life, by showing each."""
    page.evaluate(
        """async () => {
          for (const place of document.querySelectorAll(".static-widget")) {
            place.scrollIntoView();
            while (place.firstElementChild.hidden) await new Promise(requestAnimationFrame);
          }
        }"""
    )


def drag(page, slider, share):
    """Drag a slider's handle to a share of its track."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * share, y, steps=4)
    page.mouse.up()


def slider(page, name):
    """Return the slider with an accessible name."""
    return page.get_by_role("slider", name=name, exact=True)


# ----------------------------------------------------------------------------------------- The controls


def test_float_slider(controls):
    wake(controls)
    value, one = probe(controls, "float"), slider(controls, "float")
    expect(value).to_have_text("0.5")
    expect(one).to_have_attribute("aria-valuetext", "0.50")
    for key, expected in [
        ("ArrowRight", 0.75), ("ArrowUp", 1), ("ArrowLeft", 0.75), ("ArrowDown", 0.5), ("PageUp", 1),
        ("PageDown", 0.5), ("End", 3), ("Home", -2),
    ]:  # fmt: skip
        one.press(key)
        expect(value).to_have_text(f"{expected:g}")
    expect(one).to_have_attribute("aria-valuetext", "−2.00")
    expect(controls.locator(".static-widget-slider", has=one).locator(".static-widget-readout")).to_have_text(
        "−2.00"
    )
    drag(controls, one, 0.999)
    expect(value).to_have_text("3")
    put(controls, "float")
    expect(one).to_have_value("-1.5")


def test_float_log_slider_speaks_its_value_and_not_the_exponent(controls):
    wake(controls)
    value, one = probe(controls, "log"), slider(controls, "Temperature τ")
    expect(one).to_have_value("0")
    expect(one).to_have_attribute("aria-valuetext", "1.00")
    one.press("ArrowRight")
    expect(one).to_have_attribute("aria-valuetext", "1.26")
    assert json.loads(value.text_content()) == pytest.approx(10**0.1, rel=1e-15)
    one.press("Home")
    expect(value).to_have_text("0.01")
    expect(one).to_have_attribute("aria-valuetext", "0.0100")
    one.press("End")
    expect(value).to_have_text("100")
    put(controls, "log")
    expect(one).to_have_value("1")
    expect(one).to_have_attribute("aria-valuetext", "10.0")


def test_int_slider(controls):
    wake(controls)
    value, one = probe(controls, "int"), slider(controls, "int")
    one.press("ArrowRight")
    expect(value).to_have_text("510")
    one.press("PageUp")
    expect(value).to_have_text("610")
    drag(controls, one, 0.001)
    expect(value).to_have_text("0")
    put(controls, "int")
    expect(one).to_have_value("20")
    expect(one).to_have_attribute("aria-valuetext", "20")


def test_selection_slider_speaks_labels(controls):
    wake(controls)
    value, one = probe(controls, "stops"), slider(controls, "stops")
    expect(one).to_have_attribute("aria-valuetext", "1")
    one.press("Home")
    expect(value).to_have_text("0")
    expect(one).to_have_attribute("aria-valuetext", "0")
    one.press("ArrowRight")
    expect(one).to_have_attribute("aria-valuetext", "½")
    put(controls, "stops")
    expect(one).to_have_attribute("aria-valuetext", "∞")
    drag(controls, one, 0.34)
    expect(value).to_have_text("1")


def test_checkbox(controls):
    wake(controls)
    value, one = probe(controls, "check"), controls.get_by_role("checkbox", name="check", exact=True)
    expect(one).to_be_checked()
    one.press("Space")
    expect(value).to_have_text("false")
    controls.get_by_text("check", exact=True).click()
    expect(value).to_have_text("true")
    put(controls, "check")
    expect(one).not_to_be_checked()


def test_toggle_buttons_are_a_group_of_radio_buttons(controls):
    wake(controls)
    value, group = probe(controls, "toggle"), controls.get_by_role("radiogroup", name="toggle", exact=True)
    expect(group.get_by_role("radio")).to_have_count(3)
    expect(group.get_by_role("radio", name="two")).to_be_checked()
    group.get_by_role("radio", name="two").press("ArrowRight")
    expect(value).to_have_text("2")
    group.get_by_text("one").click()
    expect(value).to_have_text("0")
    group.get_by_text("two").click()
    put(controls, "toggle")
    expect(group.get_by_role("radio", name="one")).to_be_checked()


def test_dropdown(controls):
    wake(controls)
    value, one = probe(controls, "drop"), controls.get_by_role("combobox", name="drop", exact=True)
    expect(value).to_have_text("null")
    assert one.evaluate("(select) => select.selectedIndex") == -1
    one.select_option("green")
    expect(value).to_have_text("1")
    one.press("Home")
    expect(value).to_have_text("0")
    put(controls, "drop")
    expect(one).to_have_value("blue")


def test_label_shows_text_as_text(controls):
    wake(controls)
    expect(controls.get_by_text("first", exact=True).first).to_be_visible()
    put(controls, "label")
    expect(controls.get_by_text("second <b>", exact=True)).to_be_visible()


def test_html_shows_markup(controls):
    wake(controls)
    expect(controls.locator(".static-widget-html b")).to_have_text("bold")
    put(controls, "html")
    expect(controls.locator(".static-widget-html")).to_have_text("an other one")
    expect(controls.locator(".static-widget-html em")).to_have_text("other")


def test_html_runs_no_script(page, site, serve):
    page.goto(f"{serve(site)}/hostile.html")  # with no policy to stop what the runtime should
    wake(page)
    html = page.locator(".static-widget-html")
    expect(html.locator("b")).to_have_text("bold")
    expect(html.locator("script, iframe, svg, [onclick], [onerror], [src], [id], [style]")).to_have_count(0)
    script, hidden, up = html.locator("a").all()
    assert script.get_attribute("href") is None
    assert hidden.get_attribute("href") is None
    assert up.get_attribute("href") == "#controls"
    html.locator("b").click()
    script.click()
    hidden.click()
    put(page, "hostile")
    expect(html.locator("em")).to_have_text("new")
    page.wait_for_timeout(100)
    assert page.evaluate("globalThis.ran") is None


def test_disabled(controls):
    wake(controls)
    expect(slider(controls, "disabled")).to_be_disabled()
    put(controls, "disabled")
    expect(slider(controls, "disabled")).to_have_value("7")


def test_vertical_orientation_and_height(controls):
    wake(controls)
    one, value = slider(controls, "upright"), probe(controls, "upright")
    expect(one).to_have_attribute("aria-orientation", "vertical")
    box = one.bounding_box()
    assert box["height"] > 2 * box["width"]
    one.press("ArrowUp")
    expect(value).to_have_text("1")
    one.scroll_into_view_if_needed()
    box = one.bounding_box()
    controls.mouse.click(box["x"] + box["width"] / 2, box["y"] + 2)
    expect(value).to_have_text("100")
    row = controls.locator(".static-widget-vertical")
    assert row.bounding_box()["height"] == pytest.approx(200, abs=1)


def test_continuous_update_readout_and_width(controls):
    wake(controls)
    one, value = slider(controls, "late"), probe(controls, "late")
    row = controls.locator(".static-widget-slider", has=one)
    assert row.bounding_box()["width"] == pytest.approx(250, abs=1)
    expect(row.locator(".static-widget-readout")).to_be_hidden()
    one.evaluate("(input) => { input.value = 4; input.dispatchEvent(new Event('input')); }")
    expect(one).to_have_attribute("aria-valuetext", "4.00")
    expect(value).to_have_text("0")
    one.evaluate("(input) => input.dispatchEvent(new Event('change'))")
    expect(value).to_have_text("4")


def test_boxes(controls):
    wake(controls)
    left, right = slider(controls, "left").bounding_box(), slider(controls, "right").bounding_box()
    assert left["y"] == pytest.approx(right["y"], abs=1)
    assert left["x"] + left["width"] < right["x"]
    above, below = slider(controls, "as d").bounding_box(), slider(controls, "as .0f").bounding_box()
    assert above["x"] == pytest.approx(below["x"], abs=1)
    assert above["y"] + above["height"] <= below["y"]


def test_readout_format(controls):
    wake(controls)
    for pattern, text in [
        ("d", "−3"), (".0f", "3"), (".3g", "0.0123"), (".1%", "25.6%"), ("+.1f", "+1.3"), (",.0f", "123,456"),
        (".2e", "1.50e+3"), ("", "0.5"),
    ]:  # fmt: skip
        expect(slider(controls, f"as {pattern}".strip())).to_have_attribute("aria-valuetext", text)


# ------------------------------------------------------------------------------------------------ Links


def test_links_give_the_source_s_value_at_first(controls):
    wake(controls)
    expect(slider(controls, "target")).to_have_value("30")
    expect(probe(controls, "target")).to_have_text("30")


def test_a_directional_link_goes_one_way(controls):
    wake(controls)
    slider(controls, "target").press("ArrowRight")
    expect(probe(controls, "target")).to_have_text("31")
    expect(slider(controls, "source")).to_have_value("30")
    slider(controls, "source").press("End")
    expect(probe(controls, "target")).to_have_text("100")


def test_links_between_other_traits(controls):
    wake(controls)
    driven = slider(controls, "driven")
    expect(driven).to_have_attribute("max", "20")
    slider(controls, "top").press("End")
    expect(driven).to_have_attribute("max", "40")
    driven.press("End")
    expect(probe(controls, "driven")).to_have_text("40")
    controls.get_by_role("checkbox", name="lock").check()
    expect(driven).to_be_disabled()
    controls.get_by_role("radiogroup", name="choose").get_by_text("second").click()
    both = controls.get_by_role("combobox", name="both")
    expect(both).to_have_value("second")
    both.select_option("first")
    expect(controls.get_by_role("radio", name="first")).to_be_checked()
    words = controls.locator(".static-widget-control", has_text="words")
    assert words.bounding_box()["width"] == pytest.approx(200, abs=1)
    put(controls, "words")
    assert words.bounding_box()["width"] == pytest.approx(100, abs=1)


# ------------------------------------------------------------------------------------------- Anywidgets


def counts(page):
    """Return how often each part of the counted widgets' code ran."""
    return page.evaluate("globalThis.counts")


def test_a_module_is_imported_once_a_model_initialised_once_and_each_view_drawn(anywidgets):
    wake(anywidgets)
    expect(anywidgets.locator(".counted")).to_have_count(4)
    found = counts(anywidgets)
    assert found["module"] == 1
    assert (found["made"], found["initialize"]) == (3, 3)
    assert (found["render"], found["cleaned"]) == (4, 0)
    styles = anywidgets.evaluate("document.adoptedStyleSheets.map(({ cssRules }) => cssRules[0].cssText)")
    assert styles.count(".counted { color: rgb(1, 2, 3); }") == 1
    expect(anywidgets.locator(".counted").first).to_have_css("color", "rgb(1, 2, 3)")


def test_all_views_of_a_model_follow_it(anywidgets):
    wake(anywidgets)
    slider(anywidgets, "move").press("ArrowRight")
    expect(anywidgets.locator(".counted", has_text="one true 1")).to_have_count(2)
    expect(anywidgets.locator(".counted", has_text="other true 0")).to_have_count(1)


def test_a_view_that_goes_is_cleaned_up_and_hears_no_more(anywidgets):
    wake(anywidgets)
    slider(anywidgets, "poke").press("ArrowRight")
    expect(anywidgets.locator(".counted", has_text="gone true 1")).to_have_count(1)
    put(anywidgets, "swap")
    expect(anywidgets.locator(".counted", has_text="gone")).to_have_count(0)
    assert counts(anywidgets)["cleaned"] == 1
    heard = counts(anywidgets)["heard"]
    slider(anywidgets, "poke").press("ArrowRight")
    assert counts(anywidgets)["heard"] == heard


def test_a_failing_widget_shows_its_error_and_leaves_the_others_working(page, address, complaints):
    for words in ("SyntaxError", "no default export", "broke initialize", "broke render", "broke late"):
        complaints.expect(words)
    page.goto(f"{address}/failing.html")
    wake(page)
    errors = page.get_by_role("alert")
    expect(errors).to_have_count(4)
    texts = errors.all_text_contents()
    assert "no default export" in texts[1]
    assert texts[2:] == ["This widget failed: broke initialize", "This widget failed: broke render"]
    slider(page, "break").press("ArrowRight")
    expect(probe(page, "beside")).to_have_text("1")
    expect(errors).to_have_count(5)
    expect(errors.last).to_have_text("This widget failed: broke late")
    slider(page, "break").press("ArrowRight")
    expect(probe(page, "beside")).to_have_text("2")
    expect(errors).to_have_count(5)


def softmax(logits, temperature):
    """Softmax as its definition has it, and its limits."""
    logits = np.asarray(logits)
    if temperature == 0:
        weights = (logits == logits.max()).astype(float)
    elif math.isinf(temperature):
        weights = np.isfinite(logits).astype(float)
    else:
        weights = np.exp(logits / temperature)
    return weights / weights.sum()


def test_masked_logits_from_python_to_the_picture(anywidgets):
    wake(anywidgets)
    for key, temperature in [("Home", 0.0), ("ArrowRight", 1.0), ("End", math.inf)]:
        slider(anywidgets, "masked at").press(key)
        shown = json.loads(anywidgets.locator("[data-masked]").text_content())
        assert shown == pytest.approx(softmax([2.0, -math.inf, 0.5, 0.1], temperature).tolist(), rel=1e-15)
        assert shown[1] == 0


def test_a_control_reads_infinity(anywidgets):
    wake(anywidgets)
    put(anywidgets, "endless")
    expect(slider(anywidgets, "endless")).to_have_value("100")
    expect(slider(anywidgets, "endless")).to_have_attribute("aria-valuetext", "∞")
    expect(probe(anywidgets, "endless")).to_have_text('"Infinity"')


def test_an_anywidget_that_is_shown_nowhere_works(anywidgets):
    wake(anywidgets)
    expect(probe(anywidgets, "double")).to_have_text("8")
    slider(anywidgets, "single").press("ArrowRight")
    expect(probe(anywidgets, "double")).to_have_text("10")


def test_references_bytes_and_a_named_export(anywidgets):
    wake(anywidgets)
    seen = anywidgets.locator("[data-parent]")
    expect(seen).to_have_text("4 99 false")
    slider(anywidgets, "held").press("ArrowRight")
    expect(seen).to_have_text("5 99 false")
    expect(probe(anywidgets, "shown")).to_have_text('"inner"')


# --------------------------------------------------------------------------------------------- The page


@pytest.mark.parametrize("name", ["controls", "anywidgets", "stills"])
def test_from_a_file(page, site, name):
    page.goto((site / f"{name}.html").as_uri())
    wake(page)
    expect(page.locator(".static-widget-live:visible")).to_have_count(page.locator(".static-widget").count())
    first = page.get_by_role("slider").first
    before = first.input_value()
    first.press("ArrowRight")
    assert first.input_value() != before


def test_widgets_far_from_the_screen_wait(page, address):
    page.goto(f"{address}/stills.html")
    expect(slider(page, "near")).to_be_visible()
    expect(slider(page, "far")).to_have_count(0)
    wake(page)
    expect(slider(page, "far")).to_be_visible()


@pytest.mark.parametrize("query", ["", "?value=3"])
def test_an_address_with_an_anchor_opens_at_its_widget(page, address, query):
    page.goto(f"{address}/stills.html#the-far-one{query}")
    expect(slider(page, "far")).to_be_in_viewport()


def test_a_link_within_the_page_to_an_anchor(page, address):
    page.goto(f"{address}/stills.html")
    expect(slider(page, "near")).to_be_in_viewport()
    page.evaluate("location.hash = '#the-far-one?value=3'")
    expect(slider(page, "far")).to_be_in_viewport()


def test_the_picture_gives_way_to_the_live_widget(page, address):
    page.goto(f"{address}/stills.html")
    expect(slider(page, "near")).to_be_visible()
    expect(page.get_by_alt_text("A black square.").first).to_be_hidden()


def test_without_javascript_the_picture_stands(new_page, address):
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/stills.html")
    picture = page.get_by_alt_text("A black square.").first
    expect(picture).to_be_visible()
    expect(picture).to_have_attribute("loading", "lazy")
    expect(picture).to_have_attribute("width", "16")
    expect(page.locator(".static-widget-live").first).to_be_hidden()


def test_in_print_the_picture_stands(page, address):
    page.goto(f"{address}/stills.html")
    wake(page)
    page.emulate_media(media="print")
    expect(slider(page, "near")).to_be_hidden()
    for picture in page.get_by_alt_text("A black square.").all():
        expect(picture).to_be_visible()
    assert page.pdf().count(b"/Subtype /Image") > 0


def luminance(colour):
    """Return the relative luminance (WCAG 2) of a CSS rgb colour."""
    parts = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_are_legible_in_both_themes(controls, theme):
    wake(controls)
    controls.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
    pairs = controls.evaluate(
        """() => {
          const ground = (el) => {
            for (; el; el = el.parentElement) {
              const colour = getComputedStyle(el).backgroundColor;
              if (colour !== "rgba(0, 0, 0, 0)") return colour;
            }
          };
          const words = ".static-widget-label, .static-widget-readout, .static-widget-buttons span, select";
          return [...document.querySelectorAll(words)]
            .filter((el) => el.checkVisibility() && !el.closest(":has(> :disabled)"))
            .map((el) => [el.textContent, getComputedStyle(el).color, ground(el)]);
        }"""
    )
    assert len(pairs) > 20
    for text, ink, ground in pairs:
        low, high = sorted([luminance(ink), luminance(ground)])
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ink, ground)


def test_nothing_is_wider_than_a_phone(new_page, address):
    page = new_page(viewport={"width": 320, "height": 640}, has_touch=True)
    page.goto(f"{address}/controls.html")
    wake(page)
    wide = page.evaluate(
        """() => [...document.querySelectorAll(".static-widget, .static-widget *")]
          .filter((el) => el.getBoundingClientRect().right > 320).map((el) => el.outerHTML)"""
    )
    assert wide == []
    small = page.evaluate(
        """() => [...document.querySelectorAll("[type=range], select, .static-widget-buttons label")]
          .filter((el) => Math.min(el.offsetHeight, el.offsetWidth) < 24).map((el) => el.outerHTML)"""
    )
    assert small == []


def test_every_control_has_a_name(controls):
    wake(controls)
    lines = controls.locator("body").aria_snapshot().splitlines()
    roles = r"slider|checkbox|combobox|radiogroup|radio"
    found = [line for line in lines if re.match(rf"\s*- ({roles})\b", line)]
    assert {re.search(roles, line)[0] for line in found} == set(roles.split("|"))
    assert [line for line in found if not re.match(rf'\s*- ({roles}) "\S', line)] == []


def test_a_page_without_widgets_loads_nothing_for_them(site):
    assert "static_widgets" not in (site / "index.html").read_text(encoding="utf-8")
    assert "static_widgets.js" in (site / "controls.html").read_text(encoding="utf-8")


def test_the_runtime_is_small(site):
    size = len(gzip.compress((site / "_static" / "static_widgets.js").read_bytes()))
    assert size <= 8 * 1024
