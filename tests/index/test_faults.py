"""Bringing files to an index that has its worst day, over real connections and with twine's own uploads."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

import pytest

from archives import make_sdist, make_wheel
from nox_release.evidence import sha256
from nox_release.index.credentials import Known
from nox_release.index.delivery import Delivered, Delivery
from nox_release.index.patient import PatientReader
from nox_release.index.simple import Reader
from nox_release.index.upload import Uploader
from nox_release.model import Artifact, Kind
from nox_release.reconcile import Patience
from servers.faulty import Fault, Faulty, faulty_index
from servers.gate import Moment

PATIENCE = Patience(attempts=4, doubt=0.3, visible=2.0, backoff=0.05, longest=30.0)
TIMEOUT = 0.5
Files = Sequence[tuple[Artifact, Path]]


@pytest.fixture
def index() -> Iterator[Faulty]:
    """An index that does what a test scripts."""
    with faulty_index() as one:
        yield one


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """An sdist and a wheel."""
    paths = {Kind.SDIST: make_sdist(tmp_path, {"demo.py": ""}), Kind.WHEEL: make_wheel(tmp_path, {"demo.py": ""})}
    return [(Artifact(path.name, kind, sha256(path), path.stat().st_size), path) for kind, path in paths.items()]


def bring(index: Faulty, files: Files) -> tuple[Delivered, ...]:
    """Deliver as publish does, with less patience."""
    with (
        closing(Reader(index.simple_url, timeout=TIMEOUT)) as reader,
        closing(Uploader(index.upload_url, Known("test", "user", "word"), timeout=TIMEOUT)) as uploader,
    ):
        patient = PatientReader(reader, seconds=2.0)
        return Delivery(patient, uploader, lambda _: None, patience=PATIENCE).bring("demo", files)


def date(seconds: float) -> str:
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize("tells_digests", [True, False], ids=["digests", "no digests"])
@pytest.mark.parametrize(
    ("script", "uploads"),
    [
        ([Fault(503)], 3),
        ([Fault(503), Fault(502), Fault(504)], 5),
        ([Fault(429, retry_after="1")], 3),
        ([Fault(429, retry_after="DATE")], 3),
        ([Fault(resets=Moment.TAKEN)], 3),
        ([Fault(hangs=True)], 3),
        ([Fault(500, takes=True)], 2),
        ([Fault(500, takes=True, lag=2)], 2),
        ([Fault(resets=Moment.TAKEN, takes=True)], 2),
        ([Fault(hangs=True, takes=True)], 2),
        ([Fault(409, takes=True, lag=2)], 2),
        ([Fault(400, takes=True, lag=2)], 2),
        ([Fault(202, takes=True, lag=4)], 2),
        ([Fault(200, takes=True, lag=4)], 2),
        # The list lags behind for so long that the file is sent again, and the index says that it has it.
        ([Fault(500, takes=True, lag=9)], 3),
        # Those whose body does not arrive whole are not counted by the index.
        ([Fault(resets=Moment.BEFORE)], 2),
        ([Fault(resets=Moment.BODY)], 2),
        ([Fault(503), Fault(resets=Moment.BODY), Fault(500, takes=True)], 3),
    ],
    ids=str,
)
def test_what_passes_is_got_over(
    index: Faulty, files: Files, script: list[Fault], uploads: int, tells_digests: bool
) -> None:
    """Both files end on the index, byte for byte, and none is sent that is listed."""
    index.script = [Fault(one.status, retry_after=date(1)) if one.retry_after == "DATE" else one for one in script]
    index.tells_digests = tells_digests
    assert [item.decision.why for item in bring(index, files) if not item.done] == []
    assert {name: stored.content for name, stored in index.files.items()} == {
        path.name: path.read_bytes() for _, path in files
    }
    assert len(index.uploads) == uploads
    assert not any(listed for _, listed in index.uploads)


@pytest.mark.parametrize("again", [Fault(200), Fault(400, "File already exists"), Fault(409, "Conflict")], ids=str)
def test_a_second_upload_that_nobody_could_avoid_does_no_harm(index: Faulty, files: Files, again: Fault) -> None:
    """A file that was taken behind an error and is listed late is sent twice; every answer to that is understood."""
    index.script, index.again = [Fault(500, takes=True, lag=9)], again
    assert all(item.done for item in bring(index, files))


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault(401, "Unauthorized"), "the index refuses it: 401 Unauthorized"),
        (Fault(403, "Invalid API Token"), "the index refuses it: 403 Invalid API Token"),
        (Fault(400, "Invalid classifier"), "the index refuses it: 400 Invalid classifier"),
        (Fault(413), f"the index refuses it: 413 {HTTPStatus(413).phrase}"),
        (Fault(429, retry_after="3600"), "the index asks to be left alone for 3600 s: 429 Too Many Requests"),
        (Fault(202, takes=True, lag=99), "accepted (202 Accepted), but not listed within 2 s"),
        (Fault(200, takes=False), "accepted (200 OK), but not listed within 2 s"),
    ],
    ids=str,
)
def test_what_does_not_pass_stops(index: Faulty, files: Files, fault: Fault, why: str) -> None:
    """With the index's own words; the other file is not sent."""
    index.script = [fault]
    sdist, wheel = bring(index, files)
    assert (sdist.decision.why, wheel.decision.why) == (why, "not sent, because another file of the release stopped")
    assert len(index.uploads) == 1
    index.files.clear()
    assert all(item.done for item in bring(index, files)), "running it again finishes it"


def test_an_outage_is_given_up_after_some_uploads(index: Faulty, files: Files) -> None:
    """And says how often it was tried."""
    index.script = [Fault(503)] * 9
    sdist, _ = bring(index, files)
    assert sdist.decision.why == "given up after 4 uploads; the last was answered: 503 Service Unavailable"


@pytest.mark.parametrize("tells_digests", [True, False])
def test_other_bytes_under_the_name_stop(index: Faulty, files: Files, tells_digests: bool) -> None:
    """Whether the list tells it or the bytes do."""
    index.tells_digests = tells_digests
    index.keep(files[1][0].filename, b"other", Fault())
    sdist, wheel = bring(index, files)
    assert wheel.decision.conflict
    assert index.uploads == []
    assert not sdist.done


def test_a_file_that_is_stored_wrong_stops(index: Faulty, files: Files) -> None:
    """An index without digests that keeps half of a file is found out by its bytes."""
    index.tells_digests = False
    index.script = [Fault(500, takes=True, content=b"half")]
    sdist, _ = bring(index, files)
    assert sdist.decision.conflict
    assert len(index.uploads) == 1


def test_a_list_that_cannot_be_read_for_a_while_is_waited_for(index: Faulty, files: Files) -> None:
    """Not being able to look is never taken for an empty index."""
    index.unreadable = 2
    assert all(item.done for item in bring(index, files))
