"""An explorable on a projector, in another page's frame, and on a phone: what it changes stays in sight."""

import re

import pytest
from pages import BOOK, show_all, wake
from playwright.sync_api import expect

NAME = "notebooks/02_temperature.html"
LIVE = sorted(
    str(path.relative_to(BOOK)) for path in BOOK.rglob("*.html") if "static-widget" in path.read_text(encoding="utf8")
)
HALL = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
NO_FULLSCREEN = "Element.prototype.requestFullscreen = undefined;"


def first(page, name="explore_temperature"):
    return page.locator(".static-widget").filter(has=page.locator(f"[data-explorable={name}]")).first


def letter(place):
    """Return the height of a chart's letters, in pixels of the screen."""
    return place.locator("svg text").first.evaluate("node => node.getBoundingClientRect().height")


@pytest.mark.parametrize("script", ["", NO_FULLSCREEN], ids=["screen", "page"])
def test_an_explorable_fills_the_screen_and_escape_returns(new_page, book, script):
    page = new_page(viewport=HALL)
    page.add_init_script(script)
    page.goto(f"{book}/{NAME}")
    wake(page)
    place = first(page)
    place.scroll_into_view_if_needed()
    before = letter(place)
    place.get_by_role("button", name="Full screen").click()
    box = page.locator(".tc-fullscreen")
    expect(box).to_have_css("zoom", re.compile(r"1\.[2-9]|2"))
    bounds = box.evaluate("node => node.getBoundingClientRect().toJSON()")
    assert [bounds[side] for side in ("left", "top", "right", "bottom")] == pytest.approx([0, 0, 1920, 1080], abs=2)
    assert letter(place) > 1.2 * before
    assert box.evaluate("node => node.scrollHeight <= node.clientHeight + 2"), "all of it is in sight"
    assert not script or page.evaluate("document.fullscreenElement") is None
    slider = place.get_by_role("slider", name="Temperature τ")
    numbers = place.locator("table").inner_text()
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(place.locator("table")).not_to_have_text(numbers)
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(place.get_by_role("button", name="Full screen")).to_be_visible()
    assert letter(place) == pytest.approx(before, abs=0.5)


def test_the_link_embeds_the_explorable_alone_with_its_settings(new_page, book):
    page = new_page(viewport=HALL, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{book}/{NAME}")
    wake(page)
    place = first(page)
    slider = place.get_by_role("slider", name="Temperature τ")
    slider.focus()
    page.keyboard.press("Home")
    place.get_by_role("button", name="Copy link").click()
    place.get_by_role("button", name="Copy code to embed").click()
    expect(place.get_by_text("Code to embed copied")).to_be_visible()
    code = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r'<iframe src="[^"]+\?embed#explore_temperature-[^"]+" [^>]*title="[^"]+"></iframe>', code)
    host = new_page(viewport={"width": 800, "height": 900})
    host.set_content(code)
    frame = host.frame_locator("iframe")
    expect(frame.get_by_role("slider", name="Temperature τ")).to_have_attribute("aria-valuetext", "0")
    alone = frame.locator(".static-widget-alone")
    assert alone.evaluate(
        "node => [...document.querySelectorAll('body > :not(script)')].every((one) => one.inert !== (one === node))"
    )
    tall, seen = alone.evaluate("node => [node.scrollHeight, innerHeight]")
    assert tall <= seen + 1, "nothing is cut off, and nothing scrolls"


@pytest.mark.parametrize("name", LIVE)
def test_on_a_phone_the_control_in_hand_and_its_picture_are_on_one_screen(visit, name):
    page = visit(name, awake=True, viewport=PHONE)
    for place in page.locator(".static-widget").all():
        show_all(place)
        picture = place.locator("svg, canvas").locator("visible=true").first
        for slider in place.locator("input[type=range], select").all():
            if not picture.count():
                continue
            # The reader takes a control, and moves the page until the picture has the lower half of the screen.
            place.evaluate("node => node.scrollIntoView({ block: 'start', behavior: 'instant' })")
            slider.evaluate(
                """node => {
                  const panel = node.closest(".tempcourse-controls");
                  panel?.scrollBy(0, node.getBoundingClientRect().bottom - panel.getBoundingClientRect().bottom);
                }"""
            )
            picture.evaluate(
                """node => {
                  const { top } = node.getBoundingClientRect();
                  if (top > innerHeight / 2) scrollBy({ top: top - innerHeight / 2, behavior: "instant" });
                }"""
            )
            hand, seen = slider.bounding_box(), picture.bounding_box()
            assert -1 <= hand["y"] and hand["y"] + hand["height"] <= PHONE["height"] + 1, (name, hand, seen)
            shown = min(PHONE["height"], seen["y"] + seen["height"]) - max(hand["y"] + hand["height"], seen["y"])
            assert shown >= min(seen["height"], 200), (name, slider.get_attribute("aria-label"), hand, seen)


@pytest.mark.parametrize("name", LIVE)
def test_what_is_tapped_is_large_enough(visit, name):
    page = visit(name, awake=True, viewport=PHONE, has_touch=True, is_mobile=True)
    small = page.evaluate(
        """() => [...document.querySelectorAll(".static-widget :is(button, input, select, label:has(input), summary)")]
          .filter((node) => node.checkVisibility() && !node.closest(".static-widget-replaced"))
          .filter(({ type }) => !/radio|checkbox/.test(type))
          .map((node) => [node.textContent || node.ariaLabel || node.type, node.getBoundingClientRect()])
          .filter(([, { height, width }]) => width && (height < 24 || width < 24))
          .map(([text, { width, height }]) => [text, width, height])"""
    )
    assert small == []
