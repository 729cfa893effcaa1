"""The door to the target index, on a real server: what it has, and all the ways in which it does not answer."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.index.listing import JSON, PublishedFile
from nox_release.index.target import Published, Target, TargetIndex
from nox_release.index.web import WAITS
from nox_release.index.witness import Witness
from scripted_index import Scripted

PAGE = "/simple/demo/"
CONTENT = b"the bytes of a file"
SHA = hashlib.sha256(CONTENT).hexdigest()
FILE: dict[str, object] = {
    "filename": "demo-1.0.tar.gz",
    "url": "../../files/demo-1.0.tar.gz",
    "hashes": {"sha256": SHA},
}


def page(*files: dict[str, object]) -> tuple[int, str, bytes]:
    return 200, JSON, json.dumps({"meta": {"api-version": "1.1"}, "name": "demo", "files": files}).encode()


class Waits:
    """Stands in the place of sleeping, and remembers."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def target(scripted: Scripted, tmp_path: Path, waits: Waits) -> Iterator[TargetIndex]:
    scripted.answers["/simple/"] = (200, JSON, b"{}")
    one = TargetIndex(f"{scripted.url}/simple", tmp_path / "downloads", timeout=5, sleep=waits)
    yield one
    one.close()


def asked(scripted: Scripted) -> list[str]:
    return [path for _, path, _ in scripted.asked]


def test_a_project_is_asked_for_once(scripted: Scripted, target: TargetIndex) -> None:
    """However it is spelt, and from however many threads."""
    scripted.answers[PAGE] = page(FILE)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(target.project, ["demo", "Demo", "DEMO", "demo"]))
    assert found[0] is not None
    assert [file.filename for file in found[0].files] == ["demo-1.0.tar.gz"]
    assert all(each is found[0] for each in found)
    assert asked(scripted) == [PAGE]


def test_a_project_that_is_not_there_is_none(scripted: Scripted, target: TargetIndex) -> None:
    """404 is the one answer that means so, and one without files is another thing."""
    scripted.answers["/simple/empty/"] = page()
    assert target.project("demo") is None
    assert target.project("empty") == Published("empty")


def test_below_a_mistyped_url_nothing_is_missing(scripted: Scripted, target: TargetIndex) -> None:
    """Where no index is, that a project is not there says nothing; its root is looked at once, and not read."""
    del scripted.answers["/simple/"]
    for name in ("demo", "other"):
        with pytest.raises(Blocked, match=r"there is no index at http://127\.0\.0\.1") as caught:
            target.project(name)
        assert "mend index-url" in caught.value.hint
    assert [(method, path) for method, path, _ in scripted.asked if path == "/simple/"] == [("HEAD", "/simple/")]


def test_an_index_that_breaks_off_before_its_root_blocks(scripted: Scripted, target: TargetIndex) -> None:
    """It is not known whether anything was missing from an index."""
    scripted.answers["/simple/"] = (0, "", b"")
    with pytest.raises(Blocked, match="the index cannot be read at"):
        target.project("demo")


def test_an_index_of_html_alone_is_read(scripted: Scripted, target: TargetIndex) -> None:
    """JSON is asked for first, and HTML is taken."""
    scripted.answers[PAGE] = (200, "text/html", b'<a href="../../files/demo-1.0.tar.gz">demo-1.0.tar.gz</a>')
    found = target.project("demo")
    assert found is not None
    assert [file.url for file in found.files] == [f"{scripted.url}/files/demo-1.0.tar.gz"]
    assert scripted.asked[0][2]["accept"].startswith(f"{JSON}, ")


@pytest.mark.parametrize("trouble", [(500, "text/plain", b""), (503, "", b""), (429, "", b""), (0, "", b"")])
def test_what_is_out_of_order_for_a_moment_is_asked_again(
    scripted: Scripted, target: TargetIndex, waits: Waits, trouble: tuple[int, str, bytes]
) -> None:
    """Twice, after a longer wait each time."""
    scripted.first[PAGE] = [trouble, trouble]
    scripted.answers[PAGE] = page(FILE)
    assert target.project("demo") is not None
    assert waits.seconds == list(WAITS)


@pytest.mark.parametrize(
    ("answer", "attempts", "message"),
    [
        ((500, "text/plain", b""), 3, "the index answers 500 at http://127.0.0.1.*/simple/demo/"),
        ((403, "text/plain", b"no"), 1, "the index answers 403"),
        ((204, "text/plain", b""), 1, "the index answers 204"),
        ((200, "text/html", b"<a href='/login'>Log in</a>"), 1, "shows no list of files at .*Log in"),
        ((200, JSON, b'{"files": [{"url": "x"}]}'), 1, "shows no list of files"),
        ((0, "", b""), 3, "the index cannot be read at http://127.0.0.1:[0-9]+/simple/: "),
    ],
)
def test_an_index_that_cannot_be_read_is_not_an_empty_one(
    scripted: Scripted, target: TargetIndex, answer: tuple[int, str, bytes], attempts: int, message: str
) -> None:
    """It blocks with a way to go on, as often as the project is asked for, and is not asked without end."""
    scripted.answers[PAGE] = answer
    for _ in range(2):
        with pytest.raises(Blocked, match=message) as caught:
            target.project("demo")
        assert "index-exempt" in caught.value.hint
    assert len(scripted.asked) == attempts


def test_an_index_that_is_not_there_is_waited_for_once(tmp_path: Path, waits: Waits) -> None:
    """The first package tries three times; the others are told the same at once."""
    target = TargetIndex("http://127.0.0.1:9/simple/", tmp_path, sleep=waits)
    for name in ("demo", "other", "more"):
        with pytest.raises(Blocked, match=r"cannot be read at http://127\.0\.0\.1:9/simple/: .*refused"):
            target.project(name)
    assert waits.seconds == list(WAITS)


@pytest.mark.parametrize(("timeout", "patience"), [(0.05, 60.0), (5.0, 0.3)])
def test_a_slow_answer_is_given_up(
    scripted: Scripted, tmp_path: Path, waits: Waits, timeout: float, patience: float
) -> None:
    """Whether no byte comes for a while, or one now and then: the page would take minutes."""
    scripted.answers[PAGE] = page(*[FILE] * 20)
    scripted.pace = 0.1
    target = TargetIndex(f"{scripted.url}/simple", tmp_path, timeout=timeout, patience=patience, sleep=waits)
    with pytest.raises(Blocked, match=r"cannot be read .*(timed out|too long)"):
        target.project("demo")
    target.close()


def test_half_a_page_is_none(scripted: Scripted, target: TargetIndex) -> None:
    """A connection that breaks in the middle is no answer."""
    scripted.answers[PAGE] = page(FILE)
    scripted.short = 10
    with pytest.raises(Blocked, match="the index cannot be read"):
        target.project("demo")


def test_a_page_without_end_is_given_up(scripted: Scripted, tmp_path: Path, waits: Waits) -> None:
    """It is neither kept nor asked for again, and what else the index has can still be read."""
    target = TargetIndex(f"{scripted.url}/simple", tmp_path, longest=100, sleep=waits)
    scripted.answers[PAGE] = (200, JSON, b" " * 101)
    scripted.answers["/simple/small/"] = (200, JSON, b'{"files": []}')
    with pytest.raises(Blocked, match="longer than 100 bytes"):
        target.project("demo")
    assert asked(scripted) == [PAGE]
    assert target.project("small") == Published("small")
    target.close()


def test_a_redirection_is_followed(scripted: Scripted, target: TargetIndex) -> None:
    """Links are relative to where the page came from in the end."""
    scripted.answers[PAGE] = (301, "", b"")
    scripted.headers[PAGE] = {"Location": "/mirror/simple/demo/"}
    scripted.answers["/mirror/simple/demo/"] = page(FILE)
    found = target.project("demo")
    assert found is not None
    assert found.files[0].url == f"{scripted.url}/mirror/files/demo-1.0.tar.gz"


@pytest.mark.parametrize(
    ("location", "message"),
    [(PAGE, "redirects more than 5 times"), ("ftp://127.0.0.1/simple/demo/", "which is less safe")],
)
def test_not_every_redirection_is_followed(
    scripted: Scripted, target: TargetIndex, location: str, message: str
) -> None:
    """Neither in a circle nor to where nobody answers for what comes."""
    scripted.answers[PAGE] = (302, "", b"")
    scripted.headers[PAGE] = {"Location": location}
    with pytest.raises(Blocked, match=message):
        target.project("demo")


def test_credentials_of_the_home_are_not_sent(
    scripted: Scripted, target: TargetIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ``.netrc`` has no part in reading, not after a redirection either."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password word\n")
    monkeypatch.setenv("NETRC", str(netrc))
    scripted.answers[PAGE] = (302, "", b"")
    scripted.headers[PAGE] = {"Location": f"{scripted.url.replace('127.0.0.1', 'localhost')}/other/"}
    target.project("demo")
    assert asked(scripted) == [PAGE, "/other/", "/simple/"]
    assert not any("authorization" in headers for _, _, headers in scripted.asked)


def test_proxies_of_the_environment_are_used(
    scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a company's proxy there is no other way out."""
    monkeypatch.setenv("http_proxy", scripted.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    scripted.answers["http://index.invalid/simple/demo/"] = page()
    target = TargetIndex("http://index.invalid/simple/", tmp_path)
    assert target.project("demo") == Published("demo")
    target.close()


def listed(scripted: Scripted, target: TargetIndex, **changes: object) -> PublishedFile:
    scripted.answers[PAGE] = page({**FILE, **changes})
    found = target.project("demo")
    assert found is not None
    return found.files[0]


def test_a_file_is_downloaded_once(scripted: Scripted, target: TargetIndex, tmp_path: Path) -> None:
    """Another command finds it in the store, under its digest and its name."""
    file = listed(scripted, target)
    scripted.answers["/files/demo-1.0.tar.gz"] = (200, "application/octet-stream", CONTENT)
    path = target.fetch(file)
    assert (path, path.read_bytes()) == (tmp_path / "downloads" / SHA / "demo-1.0.tar.gz", CONTENT)
    again = TargetIndex(target.url, tmp_path / "downloads")
    assert again.fetch(file) == target.fetch(file) == path
    again.close()
    assert asked(scripted) == [PAGE, "/files/demo-1.0.tar.gz"]
    assert scripted.asked[1][2]["accept-encoding"] == "identity"


def test_a_file_that_changed_in_the_store_is_downloaded_again(scripted: Scripted, target: TargetIndex) -> None:
    """What is handed out is always of the digest that is listed."""
    file = listed(scripted, target)
    scripted.answers["/files/demo-1.0.tar.gz"] = (200, "", CONTENT)
    target.fetch(file).write_bytes(b"damaged")
    assert target.fetch(file).read_bytes() == CONTENT


def test_what_nobody_asks_for_is_not_kept_for_ever(scripted: Scripted, tmp_path: Path) -> None:
    """The store takes away what was last asked for more than a month ago, and nothing else."""
    store = Store(tmp_path)
    store.prepare()
    target = TargetIndex(f"{scripted.url}/simple", store.root / "downloads", timeout=5)
    files = {}
    for content in (CONTENT, b"asked for today"):
        digest = hashlib.sha256(content).hexdigest()
        scripted.answers[f"/files/{digest}"] = (200, "application/octet-stream", content)
        files[content] = PublishedFile("demo-1.0.tar.gz", f"{scripted.url}/files/{digest}", digest)
        os.utime(target.fetch(files[content]).parent, (0, 0))
    asked = target.fetch(files[b"asked for today"])
    store.sweep()
    assert list((store.root / "downloads").iterdir()) == [asked.parent]
    assert asked.read_bytes() == b"asked for today"
    target.close()


def test_a_file_without_a_digest_is_kept_under_its_own(scripted: Scripted, target: TargetIndex) -> None:
    """And downloaded each time, for nobody knows whether it is still the same."""
    file = listed(scripted, target, hashes={})
    scripted.answers["/files/demo-1.0.tar.gz"] = (200, "", CONTENT)
    assert target.fetch(file) == target.fetch(file)
    assert target.fetch(file).parent.name == SHA
    assert asked(scripted).count("/files/demo-1.0.tar.gz") == 3


@pytest.mark.parametrize(
    ("answer", "size", "message"),
    [
        ((200, "", b"other bytes"), None, "is not what the index lists: its sha256 is [0-9a-f]{64}, not "),
        ((200, "", CONTENT), 3, "longer than 3 bytes"),
        ((404, "", b""), None, "the index answers 404 at http://127.0.0.1"),
        ((500, "", b""), None, "the index answers 500"),
        ((0, "", b""), None, r"demo-1\.0\.tar\.gz cannot be downloaded from http://127.0.0.1"),
    ],
)
def test_a_file_that_is_not_what_is_listed_blocks(
    scripted: Scripted, target: TargetIndex, tmp_path: Path, answer: tuple[int, str, bytes], size: int, message: str
) -> None:
    """Nothing of it stays in the store."""
    file = listed(scripted, target, size=size)
    scripted.answers["/files/demo-1.0.tar.gz"] = answer
    with pytest.raises(Blocked, match=message):
        target.fetch(file)
    assert list((tmp_path / "downloads").iterdir()) == []


def test_who_asks_leaves_a_trace(scripted: Scripted, target: TargetIndex) -> None:
    """A witness passes on what is asked, and knows that it was."""
    file = listed(scripted, target)
    scripted.answers["/files/demo-1.0.tar.gz"] = (200, "", CONTENT)
    questions: list[Callable[[Target], object]] = [lambda one: one.project("demo"), lambda one: one.fetch(file)]
    for question in questions:
        witness = Witness(target)
        assert witness.asked == ""
        assert question(witness) == question(target)
        assert witness.asked == witness.url == target.url
