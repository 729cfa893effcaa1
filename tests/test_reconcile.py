"""What to do next about a file: every decision, and that every way to the end is a safe one."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.reconcile import BROKEN, Act, Attempt, Patience, decide, pause_after

WANTED, OTHER = "a" * 64, "b" * 64
PATIENCE = Patience(attempts=3, doubt=5, visible=60, backoff=2, longest=30)
STATUSES = (BROKEN, 200, 202, 400, 401, 403, 404, 408, 409, 413, 425, 429, 500, 502, 503, 504)


def act(there: str | None, *attempts: Attempt, since: float = 0.0) -> Act:
    return decide(WANTED, there, attempts, since, PATIENCE).act


@pytest.mark.parametrize("count", range(4))
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("since", [0, 4, 6, 1000])
def test_what_the_index_lists_decides(count: int, status: int, since: float) -> None:
    """The approved bytes there are done and other bytes stop, whatever was answered, how often and when."""
    attempts = [Attempt(status)] * count
    assert act(WANTED, *attempts, since=since) is Act.DONE
    stopped = decide(WANTED, OTHER, attempts, since, PATIENCE)
    assert (stopped.act, stopped.conflict) == (Act.STOP, True)
    assert OTHER in stopped.why and WANTED in stopped.why


def test_what_was_never_sent_is_uploaded() -> None:
    """A file that the index does not list and that nobody has sent is uploaded."""
    assert act(None) is Act.UPLOAD


@pytest.mark.parametrize("status", [200, 201, 202])
def test_accepted_is_not_yet_listed(status: int) -> None:
    """An accepted file is waited for and never sent again; what stays unlisted stops without a conflict."""
    assert act(None, Attempt(status), since=59) is Act.LOOK
    stopped = decide(WANTED, None, [Attempt(status)], 61, PATIENCE)
    assert (stopped.act, stopped.conflict) == (Act.STOP, False)


@pytest.mark.parametrize("status", [BROKEN, 408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again(status: int) -> None:
    """After a doubtful answer the index is looked at for a while, then the file is sent again, then given up."""
    assert act(None, Attempt(status), since=4) is Act.LOOK
    assert act(None, Attempt(status), since=6) is Act.UPLOAD
    assert act(None, Attempt(status), Attempt(status), since=6) is Act.UPLOAD
    stopped = decide(WANTED, None, [Attempt(status)] * 3, 6, PATIENCE)
    assert (stopped.act, stopped.conflict) == (Act.STOP, False)


def test_a_refusal_may_mean_that_it_is_there() -> None:
    """Some indexes say a bare 400 to a file that they have and do not list yet: it is looked for before it counts."""
    assert act(None, Attempt(400, "Bad Request"), since=4) is Act.LOOK
    stopped = decide(WANTED, None, [Attempt(400, "Invalid version")], 6, PATIENCE)
    assert (stopped.act, stopped.conflict) == (Act.STOP, True)
    assert "Invalid version" in stopped.why


@pytest.mark.parametrize(
    "attempts",
    [
        [Attempt(409)],
        [Attempt(400, "Bad Request: File already exists")],
        [Attempt(BROKEN), Attempt(400, "Bad Request")],
        [Attempt(503), Attempt(409, "Conflict")],
    ],
)
def test_what_the_index_says_to_have_is_waited_for(attempts: list[Attempt]) -> None:
    """It was taken behind an error, or by a command that was killed; a list that lags behind is no refusal."""
    assert act(None, *attempts, since=59) is Act.LOOK
    stopped = decide(WANTED, None, attempts, 61, PATIENCE)
    assert (stopped.act, stopped.conflict) == (Act.STOP, False)
    assert "did not list it within 60 s" in stopped.why


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 413, 422])
def test_a_plain_refusal_stops_at_once(status: int) -> None:
    """What trying again cannot change is told at once."""
    assert act(None, Attempt(status)) is Act.STOP


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [
        ([Attempt(503)], 2),
        ([Attempt(503)] * 2, 4),
        ([Attempt(503)] * 9, 30),
        ([Attempt(429, retry_after=17)], 17),
        ([Attempt(429, retry_after=-3)], 0),
        ([Attempt(429, retry_after=17), Attempt(503)], 4),
    ],
)
def test_pauses(attempts: list[Attempt], pause: float) -> None:
    """Each pause is twice the one before, up to the longest, and the index's own wish goes first."""
    assert pause_after(attempts, PATIENCE) == pause


def test_retry_after_is_obeyed() -> None:
    """Not before the time that the index asked for; where that is too long for a command, it stops and says so."""
    assert act(None, Attempt(429, retry_after=20), since=19) is Act.LOOK
    assert act(None, Attempt(429, retry_after=20), since=20) is Act.UPLOAD
    stopped = decide(WANTED, None, [Attempt(429, "slow down", retry_after=3600)], 6, PATIENCE)
    assert stopped.act is Act.STOP
    assert "3600 s" in stopped.why and "429 slow down" in stopped.why


def test_every_decision_that_waits_or_stops_says_why() -> None:
    """For each answer, count and time there is one decision, and all but uploading and done give a reason."""
    for status, count, since in itertools.product(STATUSES, range(4), (0, 3, 5, 10, 60, 1e6)):
        decision = decide(WANTED, None, [Attempt(status)] * count, since, PATIENCE)
        assert bool(decision.why) is (decision.act in (Act.LOOK, Act.STOP))


@given(
    answers=st.lists(
        st.tuples(
            st.sampled_from(STATUSES),
            st.booleans(),  # whether the index took the bytes, whatever it answered
            st.floats(0, 100),  # seconds until it lists what it took
            st.none() | st.floats(0, 60),
        ),
        max_size=6,
    )
)
def test_every_way_ends_and_none_uploads_what_is_listed(
    answers: list[tuple[int, bool, float, float | None]],
) -> None:
    """Against any index the loop ends, as done only if the index lists the bytes, and nothing listed is sent."""
    clock, sent_at = 0.0, 0.0
    listed_from: float | None = None
    attempts: list[Attempt] = []
    script = iter(answers)
    for _ in range(10_000):
        there = WANTED if listed_from is not None and clock >= listed_from else None
        decision = decide(WANTED, there, attempts, clock - sent_at, PATIENCE)
        if decision.act is Act.UPLOAD:
            assert there is None
            status, taken, lag, retry_after = next(script, (200, True, 0.0, None))
            if (taken or 200 <= status < 300) and listed_from is None:
                listed_from = clock + lag
            attempts.append(Attempt(status, retry_after=retry_after))
            sent_at = clock
        elif decision.act is Act.LOOK:
            clock += 1.0
        else:
            break
    else:
        raise AssertionError("it never ended")
    assert len(attempts) <= PATIENCE.attempts
    assert (decision.act is Act.DONE) is (there == WANTED)
