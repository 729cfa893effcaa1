"""Reading an index: what it lists and serves, and all the ways in which it does not answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest

from nox_release.errors import Blocked
from nox_release.index.listing import ACCEPT, JSON, PublishedFile
from nox_release.index.simple import Reader, wait_until
from scripted_index import Scripted

PAGE = "/simple/demo/"


@pytest.fixture
def reader(scripted: Scripted) -> Iterator[Reader]:
    one = Reader(f"{scripted.url}/simple", timeout=5)
    yield one
    one.close()


def page(*files: dict[str, object]) -> tuple[int, str, bytes]:
    return 200, JSON, json.dumps({"meta": {"api-version": "1.1"}, "name": "demo", "files": files}).encode()


def test_what_an_index_lists_is_returned(scripted: Scripted, reader: Reader) -> None:
    """Files by name, with absolute links and the digests that are told, in a hash or behind the link."""
    scripted.answers[PAGE] = page(
        {"filename": "a.tar.gz", "url": "../../files/a.tar.gz", "hashes": {"sha256": "aa" * 32}},
        {"filename": "b.whl", "url": f"https://example.org/b.whl#sha256={'bb' * 32}", "hashes": {}},
        {"filename": "c.whl", "url": f"c.whl#sha256={'cc' * 32}"},
        {"filename": "d.whl", "url": "d.whl"},
    )
    assert reader.files("demo") == {
        "a.tar.gz": PublishedFile("a.tar.gz", f"{scripted.url}/files/a.tar.gz", "aa" * 32),
        "b.whl": PublishedFile("b.whl", "https://example.org/b.whl", ""),
        "c.whl": PublishedFile("c.whl", f"{scripted.url}{PAGE}c.whl", "cc" * 32),
        "d.whl": PublishedFile("d.whl", f"{scripted.url}{PAGE}d.whl", ""),
    }
    ((method, path, headers),) = scripted.asked
    assert (method, path, headers["accept"], headers["cache-control"]) == ("GET", PAGE, ACCEPT, "no-cache")


def test_a_project_that_is_not_there_has_no_files(reader: Reader) -> None:
    """404 is the one answer that means nothing is published."""
    assert reader.files("demo") == {}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((500, "text/plain", b"out of order"), "the index answers 500 at http://127.0.0.1.*/simple/demo/"),
        ((403, "text/plain", b"no"), "the index answers 403"),
        ((204, "text/plain", b""), "the index answers 204"),
        ((200, "text/html", b"<!DOCTYPE html><a href='login'>Log in</a>"), "the index shows no list of files"),
        ((200, JSON, b'{"name": "demo"}'), "the index shows no list of files .*KeyError"),
        ((200, JSON, b"[]"), "the index shows no list of files .*AttributeError"),
        ((200, JSON, b'{"files": ["demo-1.0.tar.gz"]}'), "the index shows no list of files .*TypeError"),
        ((200, JSON, b'{"files": [{"url": "x"}]}'), "the index shows no list of files .*KeyError"),
        ((0, "", b""), "the index cannot be read at http://127.0.0.1"),
    ],
)
def test_an_index_that_cannot_be_read_is_not_an_empty_one(
    scripted: Scripted, reader: Reader, answer: tuple[int, str, bytes], message: str
) -> None:
    """Whatever is no list of files blocks, and the message says what came instead."""
    scripted.answers[PAGE] = answer
    with pytest.raises(Blocked, match=message):
        reader.files("demo")


def test_an_index_that_is_not_there_blocks(scripted: Scripted) -> None:
    """A port where nobody listens, and a page that breaks off, are no empty index."""
    reader = Reader("http://127.0.0.1:9/simple", timeout=5)
    with pytest.raises(Blocked, match="the index cannot be read"):
        reader.files("demo")
    reader.close()
    reader = Reader(f"{scripted.url}/simple", timeout=5)
    scripted.answers[PAGE] = page()
    scripted.short = 10
    with pytest.raises(Blocked, match="the index cannot be read"):
        reader.files("demo")
    reader.close()


def test_the_digest_is_of_the_bytes_that_come(scripted: Scripted, reader: Reader) -> None:
    """What the index tells of a file does not count; what it serves does."""
    content = bytes(range(256)) * 9000
    scripted.answers["/files/a.whl"] = (200, "application/octet-stream", content)
    listed = PublishedFile("a.whl", f"{scripted.url}/files/a.whl", "told wrongly")
    assert reader.digest(listed) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("status", "short"), [(404, 0), (500, 0), (0, 0), (200, 5)])
def test_a_file_that_cannot_be_downloaded_blocks(scripted: Scripted, reader: Reader, status: int, short: int) -> None:
    """A refusal, a broken connection or half a file is no digest."""
    scripted.answers["/files/a.whl"] = (status, "text/plain", b"some content")
    scripted.short = short
    with pytest.raises(Blocked, match=r"a\.whl cannot be downloaded"):
        reader.digest(PublishedFile("a.whl", f"{scripted.url}/files/a.whl", ""))


def test_credentials_of_the_home_are_not_sent(
    scripted: Scripted, reader: Reader, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a ``.netrc`` nor a proxy of the environment has a part in reading."""
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password word\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    reader.files("demo")
    assert "authorization" not in scripted.asked[0][2]


@pytest.mark.parametrize("answers", [[True], [False, False, True]])
def test_waiting_ends_with_the_first_yes(answers: list[bool]) -> None:
    """It asks again until it is answered yes, and no more."""
    left = list(answers)
    assert wait_until(lambda: left.pop(0), timeout=20, pause=0)
    assert left == []


def test_waiting_ends_when_the_time_is_over() -> None:
    """It asks at least once, and gives up."""
    answers = iter([False] * 100)
    assert not wait_until(lambda: next(answers), timeout=0.001, pause=0.002)
    assert len(list(answers)) < 100
