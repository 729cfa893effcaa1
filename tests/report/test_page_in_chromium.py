"""The review page where it is read: in a browser, by mouse, keyboard and screen reader, on a phone and in the dark."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, Request

from browser import AXE, PATIENCE, chromium
from nox_release.model import Outcome
from nox_release.report.markup import quoted
from nox_release.report.page import page
from nox_release.report.review import Look, Review
from reviews import CHANGES, FILES, METADATA, README, evidence, looks, review, subject
from runs import TEST, finding

pytestmark = pytest.mark.browser
EVIL = '<img src=x onerror="top.pwned=1">"\'><script>top.pwned=1</script>\u202eevil'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@dataclass
class Opened:
    """A page in a tab of its own, and what happened to it."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    ended: list[Request] = field(default_factory=list)
    """Those of which it is known what became of them."""
    complaints: list[str] = field(default_factory=list)
    """Dialogs, and scripts that failed."""

    @property
    def asked(self) -> list[str]:
        """What was asked of anybody; not the page itself, nor what its policy stopped on the way out."""
        self.page.wait_for_timeout(500)  # for whatever has not begun yet
        out = [request for request in self.requests if not request.url.startswith(("file:", "about:"))]
        for _ in range(PATIENCE // 100):  # only its end tells whether the policy stopped it
            if all(request in self.ended for request in out):
                break
            self.page.wait_for_timeout(100)
        return [request.url for request in out if request.failure != "csp"]

    def frame(self) -> Frame:
        """The document of the first README."""
        self.page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
        self.page.wait_for_selector("iframe", state="visible")
        frame = self.page.frames[1]
        frame.wait_for_load_state("load")
        return frame


Open = Callable[..., Opened]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Write the page of a review and open it; keywords are those of a browser's context."""
    contexts = []

    def open_(value: Review | None = None, change: Callable[[str], str] = str, **options: Any) -> Opened:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        opened = Opened(context.new_page())
        context.on("request", lambda request: opened.requests.append(request))
        context.on("requestfailed", lambda request: opened.ended.append(request))
        context.on("requestfinished", lambda request: opened.ended.append(request))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("dialog", lambda dialog: opened.complaints.append(dialog.message))
        path = tmp_path / f"review-{len(contexts)}.html"
        path.write_text(change(page(value or several())), encoding="utf-8")
        opened.page.goto(path.as_uri())
        return opened

    yield open_
    for context in contexts:
        context.close()


def several(readme: str = README) -> Review:
    """One that is proven, one that failed, one of which nothing is known."""
    failed = Look(evidence(TEST, Outcome.FAILED, findings=(finding("TST101", "tests/test_it.py:3"),)), "it failed")
    return review(
        subject(readme=readme), subject("contoso-core", looks=looks(test=failed)),
        subject("unknown", looks={}, files=(), metadata=(), readme=None, changes={}, manifest="it is not there"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "options", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 360, "height": 640}}], ids=str
)
def test_everyone_can_read_it(show: Open, options: dict[str, Any]) -> None:
    """axe-core finds nothing against it in light, in dark and on a phone; there it does not scroll sideways."""
    opened = show(**options)
    opened.frame()
    load = f"(() => {{ {AXE} }})(); "
    whole = opened.page.evaluate(load + "axe.run(document, {iframes: false})")
    alone = opened.page.context.new_page()  # in its frame no script runs, not even that of axe
    alone.set_content(opened.page.locator("iframe").first.get_attribute("srcdoc") or "")
    readme = alone.evaluate(
        load + "axe.run(document, {runOnly: ['color-contrast', 'document-title', 'html-has-lang']})"
    )
    found = whole["violations"] + readme["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
    assert len(whole["passes"]) > 20 and len(readme["passes"]) == 3
    width = opened.page.viewport_size and opened.page.viewport_size["width"]
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(17, 21, 26)" if "color_scheme" in options else "rgb(255, 255, 255)"
    )


def test_the_headings_are_a_table_of_contents(show: Open) -> None:
    """One of the first rank, none that is skipped, every package by its name, every link in the contents to a place."""
    tab = show().page
    ranks = tab.evaluate("[...document.querySelectorAll('main :is(h1, h2, h3, h4)')].map(node => +node.tagName[1])")
    assert (ranks[0], ranks.count(1), tab.locator("h1").count()) == (1, 1, 1)
    assert all(after - before <= 1 for before, after in pairwise(ranks))
    assert tab.locator("article h2").all_inner_texts() == ["demo 1.1", "contoso-core 1.1", "unknown 1.1"]
    assert tab.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].every(a => document.querySelector(a.hash))")
    landmarks = ("body > header", "main", "nav", "body > footer", "form[role=search]")
    assert [tab.locator(landmark).count() for landmark in landmarks] == [1] * len(landmarks)


def test_by_keyboard_alone(show: Open) -> None:
    """The skip link comes first, focus is always seen, / goes to the search, and it finds, shows and lets go."""
    tab = show().page
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        tab.keyboard.press("Tab")
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "search"
    tab.keyboard.type("demo/new.py")
    assert tab.locator("#found").inner_text() == "2 places in 2 packages"
    assert [node.is_visible() for node in tab.locator("article").all()] == [True, True, False]
    assert not tab.get_by_text("demo/new.py").first.is_visible()
    tab.keyboard.press("Enter")
    assert tab.get_by_text("demo/new.py").first.is_visible()
    assert tab.locator("#found").inner_text() == "1 of 2 places"
    tab.keyboard.press("Escape")
    assert all(node.is_visible() for node in tab.locator("article").all())
    assert tab.locator("#search").input_value() == ""


def test_without_scripts_all_is_there(show: Open) -> None:
    """Only the search is not: nothing else needs a script."""
    tab = show(java_script_enabled=False).page
    assert tab.locator("h1").inner_text() == "Do not approve: contoso-core failed"
    assert not tab.locator("#searching").is_visible()
    summary = tab.locator("summary").filter(has_text="Files: added").first
    summary.click()
    assert tab.get_by_text("demo/new.py").first.is_visible()


@dataclass
class Canary:
    """A server that nobody may come to."""

    url: str
    heard: list[str]


@pytest.fixture
def canary() -> Iterator[Canary]:
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Canary(f"http://127.0.0.1:{server.server_address[1]}", heard)
    server.shutdown()
    server.server_close()


def hostile(url: str) -> str:
    """A README as no library would leave it: what cleans it on the way is not to be relied on."""
    return f"""
<script>top.pwned = 1; parent.document.title = 'pwned'</script><script src="{url}/a.js"></script>
<img src="{url}/b.png" onerror="top.pwned = 1"><svg onload="top.pwned = 1"></svg>
<a id="js" href="javascript:top.pwned=1">click</a> <a id="top" href="{url}/away" target="_top">away</a>
<meta http-equiv="refresh" content="0;url={url}/refresh"><base href="{url}/"><link rel="stylesheet" href="{url}/c.css">
<style>@import "{url}/d.css"; body {{ background: url({url}/e.png) }} .verdict {{ display: none }}</style>
<div style="position: fixed; inset: 0; background: #0f0; z-index: 99" class="verdict good" id="main">All is proven</div>
<form action="{url}/form" id="searching"><input id="search" autofocus onfocus="top.pwned = 1">
<button>Approve</button></form>
<iframe src="{url}/frame"></iframe><iframe srcdoc="<script>top.pwned=1</script>"></iframe>
<video src="{url}/v" autoplay></video><object data="{url}/o"></object>
<h1 id="package-demo">proven and approved</h1><p id="inside">\u202etxet</p>
</body></html></iframe><h1>outside</h1><a id="jump" href="#inside">jump</a>
"""


def bare(html: str, readme: str) -> str:
    """The page as it would be if nothing had cleaned the README."""
    return re.sub('srcdoc="[^"]*"', lambda _: f'srcdoc="{quoted(readme)}"', html)


@pytest.mark.parametrize("cleaned", [True, False], ids=["as it is shown", "with nothing but the frame"])
def test_a_hostile_readme_does_nothing(show: Open, canary: Canary, cleaned: bool) -> None:
    """Neither when the page opens nor when it is clicked; what cleans it is not needed for that."""
    readme = hostile(canary.url)
    opened = show(several(readme), change=str if cleaned else lambda html: bare(html, readme))
    frame = opened.frame()
    tab = opened.page
    for text in ("click", "jump") if cleaned else ("click",):
        frame.get_by_text(text, exact=True).first.click(force=True)
    tab.wait_for_timeout(500)
    assert (tab.evaluate("typeof window.pwned"), opened.complaints) == ("undefined", [])
    assert tab.title() == "Do not approve: contoso-core failed · release review"
    assert tab.locator("h1").all_inner_texts() == ["Do not approve: contoso-core failed"]
    assert tab.locator("#main").evaluate("node => node.tagName") == "MAIN"
    assert tab.locator("#package-demo").evaluate("node => node.tagName") == "H2"
    assert tab.locator(".verdict").count() == 1 and tab.locator(".verdict").is_visible()
    frames = [box for node in tab.locator("iframe").all() if (box := node.bounding_box())]
    assert len(frames) == 2 and all(box["height"] <= 700 and box["width"] < 1280 for box in frames)
    assert canary.heard == []
    assert opened.asked == []


def test_links_of_a_readme(show: Open, canary: Canary) -> None:
    """One into the README scrolls in its frame; one out of it opens a tab that knows nothing of this one."""
    lines = "<p>line</p>" * 500
    opened = show(several(f'<a href="#far">far</a> <a href="{canary.url}/out">out</a>{lines}<p id="far">end</p>'))
    frame, url = opened.frame(), opened.page.url
    frame.get_by_text("far", exact=True).click()
    for _ in range(300):  # nothing that waits in the frame itself would come to an end there
        if frame.evaluate("scrollY") > 1000:
            break
        opened.page.wait_for_timeout(100)
    assert frame.evaluate("scrollY") > 1000
    assert (opened.page.url, canary.heard) == (url, [])
    with opened.page.context.expect_page(timeout=PATIENCE) as coming:
        frame.get_by_text("out", exact=True).click()
    coming.value.wait_for_load_state("load")
    assert (coming.value.evaluate("opener"), coming.value.evaluate("document.referrer")) == (None, "")
    assert (canary.heard[:1], opened.page.url) == (["/out"], url)


def test_hostile_names_are_shown(show: Open) -> None:
    """Whatever a name, a field, a message or a file is called, it is a text, and no wider than the page."""
    long = "a/" * 400 + EVIL
    change = replace(CHANGES["wheel"], files_added=(EVIL, long), old=EVIL)
    hurt = finding(EVIL, long, message=EVIL, title=EVIL, fix=EVIL)
    bad = Look(evidence(TEST, Outcome.FAILED, findings=(hurt, replace(hurt, exempt=EVIL)), facts={EVIL: EVIL}), EVIL)
    shown = subject(
        version=EVIL, directory=EVIL, looks=looks(test=bad), changes={"wheel": change},
        metadata=(*METADATA, (EVIL, (EVIL,))),
        files=(replace(FILES[0], artifact=replace(FILES[0].artifact, filename=long), problem=EVIL),), listed=EVIL,
    )  # fmt: skip
    opened = show(
        review(shown, options=f" --repository {EVIL}", uncommitted=(EVIL,)), viewport={"width": 360, "height": 640}
    )
    tab = opened.page
    assert (tab.evaluate("typeof window.pwned"), opened.complaints) == ("undefined", [])
    assert tab.locator("img").count() == 0 and tab.locator("script").count() == 1
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    assert "<script>top.pwned=1</script>\\u202eevil" in tab.locator(".findings").first.inner_text()
    assert opened.asked == []


def test_a_long_readme(show: Open) -> None:
    """Ten thousand lines are cut, and the page says so; it stays as high as it was."""
    opened = show(several("<p>a line of a very long README, as long as they come</p>\n" * 10_000))
    opened.frame()
    assert opened.page.get_by_text("It is too long for this page: its end is left out.").first.is_visible()
    box = opened.page.locator("iframe").first.bounding_box()
    assert box and box["height"] <= 700


def test_on_paper(show: Open) -> None:
    """Printed it has no search and no frames, and what was folded is there."""
    tab = show().page
    tab.emulate_media(media="print")
    assert not tab.locator("#searching").is_visible() and not tab.locator("nav").is_visible()
    assert tab.get_by_text("demo/new.py").first.bounding_box()
