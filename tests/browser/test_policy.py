"""The pages' policy and what a reader's browser denies: everything is alive under both, and nothing else runs."""

import re

import pytest
from pages import BOOK, FRAME, wake
from playwright.sync_api import expect

PAGES = sorted(str(path.relative_to(BOOK)) for path in BOOK.rglob("*.html"))
LIVE = [page for page in PAGES if "static-widget" in (BOOK / page).read_text(encoding="utf8")]
DENY = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, {
    configurable: true,
    get() { throw new DOMException("denied", "SecurityError"); },
  });
"""
FULL = """Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };"""


# The root's page is nothing but a way to the first.
@pytest.mark.parametrize("name", [page for page in PAGES if page != "index.html"])
def test_every_page_says_the_policy_before_all_else_that_it_loads(name):
    html = (BOOK / name).read_text(encoding="utf8")
    policy = html.index('<meta http-equiv="Content-Security-Policy"')
    assert policy < min(html.find(start) for start in ("<script", "<link ") if start in html)


def test_the_policy_allows_no_script_and_no_style_in_the_text(visit, complaints):
    page = visit("notebooks/01_softmax.html")
    complaints.expect("Content Security Policy")
    page.evaluate(
        """() => {
          document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }));
          document.body.insertAdjacentHTML("beforeend", '<p id="styled" style="position: fixed" onclick="ran = true">');
          document.querySelector("#styled").click();
        }"""
    )
    assert page.evaluate("window.ran") is None
    assert page.locator("#styled").evaluate("node => getComputedStyle(node).position") == "static"


@pytest.mark.parametrize("script", [DENY, FULL], ids=["denied", "full"])
def test_light_and_dark_and_the_explorables_need_no_storage(new_page, book, script):
    page = new_page(viewport={"width": 1200, "height": 900}, color_scheme="light")
    page.add_init_script(script)
    page.goto(f"{book}/notebooks/02_temperature.html")
    wake(page)
    button = page.locator(".theme-switch-button:visible")
    seen = set()
    for _ in range(600):  # until the theme's script, which comes after the page, listens
        seen.add(page.locator("html").get_attribute("data-theme"))
        if seen == {"light", "dark"}:
            break
        button.click()
        page.evaluate(FRAME)
    assert seen == {"light", "dark"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_paint_has_the_reader_s_colours(visit, scheme):
    page = visit("book/index.html", color_scheme=scheme)
    assert page.locator("html").get_attribute("data-theme") == scheme
    # The theme's own script comes after the page, and writes there once.
    page.evaluate("""async () => {
      while (!localStorage.getItem("mode")) await new Promise(requestAnimationFrame);
      localStorage.setItem("mode", "dark");
    }""")
    page.reload(wait_until="commit")
    page.wait_for_selector("body")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_without_scripts_no_button_is_dead(visit):
    page = visit("book/index.html", java_script_enabled=False)
    expect(page.locator(".theme-switch-button, .search-button__button").first).to_be_hidden()
    assert not page.locator(".needs-script:visible").count()


@pytest.mark.parametrize("name", LIVE[:3])
def test_a_page_opened_from_a_disk_is_alive(new_page, name):
    page = new_page(viewport={"width": 1200, "height": 900})
    page.goto((BOOK / name).as_uri())
    wake(page)
    assert page.locator("[data-explorable]").count() == page.locator(".static-widget").count()
    assert re.search("rgb", page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor"))
