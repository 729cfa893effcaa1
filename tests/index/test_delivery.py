"""Bringing files to an index that fails, lags, lies and loses connections, by a command that may die at any step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nox_release.errors import Blocked
from nox_release.index.delivery import Delivered, Delivery
from nox_release.index.listing import PublishedFile
from nox_release.index.patient import PatientReader
from nox_release.model import Artifact, Kind
from nox_release.reconcile import BROKEN, Act, Attempt, Patience

PATIENCE = Patience(attempts=3, doubt=5, visible=60, backoff=2, longest=30)
SDIST = Artifact("demo-1.0.tar.gz", Kind.SDIST, "a" * 64, 10)
WHEEL = Artifact("demo-1.0-py3-none-any.whl", Kind.WHEEL, "b" * 64, 20)
FILES = [(SDIST, Path(SDIST.filename)), (WHEEL, Path(WHEEL.filename))]
DIGESTS = {item.filename: item.sha256 for item, _ in FILES}


class Killed(BaseException):
    """The process ends here, without any clean-up of its own."""


@dataclass
class FakeClock:
    """Time passes when somebody sleeps."""

    time: float = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class FakeIndex:
    """An index as a reader and an uploader see it; what it does next is scripted."""

    clock: FakeClock
    taken: dict[str, tuple[str, float]] = field(default_factory=dict)
    """File name → digest, and from when on it is listed."""
    script: list[Callable[[str], int]] = field(default_factory=list)
    """What the next uploads do; then they succeed at once."""
    unreadable_until: float = -1.0
    tells_digests: bool = True
    uploads: list[tuple[str, bool]] = field(default_factory=list)
    """Each upload's file name, and whether the index listed it at that moment."""
    url: str = "memory"
    steps_to_live: int | None = None
    """Calls after which the process is killed."""

    def files(self, name: str) -> dict[str, PublishedFile]:
        self._step()
        if self.clock.time < self.unreadable_until:
            raise Blocked("the index cannot be read")
        listed = {name: digest for name, (digest, since) in self.taken.items() if since <= self.clock.time}
        return {
            name: PublishedFile(name, name, digest if self.tells_digests else "") for name, digest in listed.items()
        }

    def digest(self, listed: PublishedFile) -> str:
        self._step()
        return self.taken[listed.filename][0]

    def upload(self, path: Path) -> Attempt:
        self._step()
        there = path.name in self.taken and self.taken[path.name][1] <= self.clock.time
        self.uploads.append((path.name, there))
        status = self.script.pop(0)(path.name) if self.script else self.take(path.name)
        self._step()
        return Attempt(status)

    def take(self, filename: str, status: int = 200, lag: float = 0.0) -> int:
        """Take a file, or say that it is there already."""
        if filename in self.taken:
            return 409
        self.taken[filename] = (DIGESTS[filename], self.clock.time + lag)
        return status

    def _step(self) -> None:
        if self.steps_to_live is not None:
            self.steps_to_live -= 1
            if self.steps_to_live < 0:
                self.steps_to_live = None
                raise Killed


def bring(index: FakeIndex) -> tuple[Delivered, ...]:
    reader = PatientReader(index, index.clock)
    return Delivery(reader, index, lambda _: None, index.clock, PATIENCE).bring("demo", FILES)


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex(FakeClock())


def names(index: FakeIndex) -> list[str]:
    return [name for name, _ in index.uploads]


def test_each_file_is_sent_once_in_order(index: FakeIndex) -> None:
    """An empty index gets the sdist, then the wheel."""
    assert [item.done for item in bring(index)] == [True, True]
    assert names(index) == [SDIST.filename, WHEEL.filename]


def test_nothing_is_sent_twice(index: FakeIndex) -> None:
    """Running it again sends nothing."""
    bring(index)
    assert all(item.done and not item.attempts for item in bring(index))
    assert len(index.uploads) == 2


def test_a_conflict_stops_before_anything_is_sent(index: FakeIndex) -> None:
    """Other bytes under the second name keep the first from being sent."""
    index.taken[WHEEL.filename] = ("c" * 64, 0.0)
    sdist, wheel = bring(index)
    assert index.uploads == []
    assert sdist.decision.why == "not sent, because another file of the release stopped"
    assert wheel.decision.conflict


def test_a_file_that_stops_keeps_the_next_from_being_sent(index: FakeIndex) -> None:
    """After a refusal the rest of the release is only looked at."""
    index.script = [lambda _: 403]
    sdist, wheel = bring(index)
    assert names(index) == [SDIST.filename]
    assert (sdist.decision.act, wheel.decision.act) == (Act.STOP, Act.STOP)


def test_what_was_taken_in_spite_of_an_error_is_not_sent_again(index: FakeIndex) -> None:
    """An error after the last byte hides a success; the index is believed over its answer."""
    index.script = [lambda name: (index.take(name, lag=3), 500)[1]]
    assert all(item.done for item in bring(index))
    assert names(index) == [SDIST.filename, WHEEL.filename]


def test_what_passes_is_tried_again(index: FakeIndex) -> None:
    """After an outage the file is sent again, and the attempts are told."""
    index.script = [lambda _: 503, lambda _: BROKEN]
    sdist, _ = bring(index)
    assert [attempt.status for attempt in sdist.attempts] == [503, BROKEN, 200]


def test_an_index_without_digests_is_downloaded_from(index: FakeIndex) -> None:
    """Where the listing tells no digest, what it serves is hashed."""
    index.tells_digests = False
    index.taken[SDIST.filename] = ("c" * 64, 0.0)
    assert bring(index)[0].decision.conflict


def test_an_outage_of_reading_is_waited_out(index: FakeIndex) -> None:
    """Not being able to read for a while is no answer; for long it blocks."""
    index.unreadable_until = 30
    assert all(item.done for item in bring(index))
    index.unreadable_until = 1e9
    with pytest.raises(Blocked, match="cannot be read"):
        bring(index)


class Interleavings(RuleBasedStateMachine):
    """A command that is run, killed and run again, on an index that does whatever indexes do."""

    @initialize(tells=st.booleans())
    def start(self, tells: bool) -> None:
        self.clock = FakeClock()
        self.index = FakeIndex(self.clock, tells_digests=tells)
        self.foreign: set[str] = set()

    @rule(lag=st.floats(0, 4), status=st.sampled_from([200, 202, 500, BROKEN, 409, 502]))
    def next_upload_is_taken_late(self, lag: float, status: int) -> None:
        self.index.script.append(lambda name: (self.index.take(name, lag=lag), status)[1])

    @rule(status=st.sampled_from([400, 401, 403, 408, 409, 413, 425, 429, 500, 503, BROKEN]))
    def next_upload_is_lost(self, status: int) -> None:
        self.index.script.append(lambda _: status)

    @rule(seconds=st.floats(0, 50))
    def cannot_be_read(self, seconds: float) -> None:
        self.index.unreadable_until = self.clock.time + seconds

    @rule(which=st.sampled_from([SDIST, WHEEL]))
    def somebody_else_publishes(self, which: Artifact) -> None:
        if which.filename not in self.index.taken:
            self.index.taken[which.filename] = ("c" * 64, self.clock.time)
            self.foreign.add(which.filename)

    @rule(steps=st.integers(0, 12))
    def run_and_be_killed(self, steps: int) -> None:
        self.index.steps_to_live = steps
        try:
            bring(self.index)
        except Killed:
            self.clock.time += 10  # somebody has to type it again
        self.index.steps_to_live = None

    @rule()
    def run_to_the_end(self) -> None:
        before = dict(self.index.taken)
        delivered = bring(self.index)
        for item in delivered:
            there = self.index.taken.get(item.artifact.filename, ("", 0.0))
            assert item.done is (there[0] == item.artifact.sha256 and there[1] <= self.clock.time)
            assert item.done or item.decision.why
        if any(filename in self.foreign for filename in before):
            assert set(self.index.taken) == set(before), "something was sent although a name was taken"
            assert not all(item.done for item in delivered)

    @rule()
    def an_index_in_order_finishes_it(self) -> None:
        self.index.script.clear()
        self.index.unreadable_until = -1.0
        self.clock.time += 120
        if not self.foreign:
            assert all(item.done for item in bring(self.index))
            assert {name: digest for name, (digest, _) in self.index.taken.items()} == DIGESTS

    @invariant()
    def nothing_listed_is_sent(self) -> None:
        assert not any(there for _, there in self.index.uploads)

    @invariant()
    def only_approved_or_foreign_bytes_are_there(self) -> None:
        for name, (digest, _) in self.index.taken.items():
            assert digest == ("c" * 64 if name in self.foreign else DIGESTS[name])


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=300, stateful_step_count=20, deadline=None)
