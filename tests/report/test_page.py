"""The review as one file."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from nox_release.approval import Mode
from nox_release.difference import Change, Difference, Nature
from nox_release.model import Stage
from nox_release.report.framed import STYLE as FRAMED
from nox_release.report.markup import source_hash
from nox_release.report.page import POLICY, SCRIPT, STYLE, page
from nox_release.report.review import Consent, Look, Review
from nox_release.workspace import Broken
from reviews import APPROVAL, CHANGES, FILES, README, evidence, looks, review, subject
from runs import TEST, VERIFY, finding

SIGNED = replace(APPROVAL, mode=Mode.SIGNED, by="grace@example.org")


def seen(value: Review) -> str:
    """The text of the page, its elements taken away."""
    html = page(value)
    body = html[html.index("<body>") : html.rindex("<script>")]
    return re.sub(r"\s+", " ", re.sub(r'srcdoc="[^"]*"|<[^>]+>', " ", body))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (review(), "The package is proven, not approved yet 1 proven. Next: nox -s approve -- demo"),
        (review(subject(), subject("b")), "All 2 packages are proven, not approved yet"),
        (review(consent=Consent(digest="1" * 64, given=(APPROVAL,))), "The package is proven and approved"),
        (review(subject(looks={})), "Nothing to approve yet: demo is not proven"),
        (review(subject(), subject("b", looks={}), subject("c", looks={})), "2 of 3 packages are not proven"),
        (review(subject(committed=False)), "A rehearsal only: uncommitted work is in demo"),
        (review(subject(looks=looks(test=Look(evidence(TEST), "it is too old")))),
         "Look again: what the index said of demo is too old"),
        (review(broken=(Broken("other", ("p",), "it cannot be read", "mend it"),)),
         "Do not approve: other could not be looked at 1 proven. other: it cannot be read mend it Next: mend what"),
        (review(uncommitted=("a.py",)), "uncommitted a.py"),
        (review(subject(narrowed={"PRJ": "a trial"})), "only PRJ was looked at : a trial"),
        (review(subject(companions=("core 1.2: it is needed",))), "Built here with it core 1.2: it is needed"),
        (review(subject(files=())), "Nothing is built of this source."),
        (review(subject(files=(replace(FILES[0], problem="it has other bytes"),))), "it has other bytes"),
        (review(subject(readme=None)), "Not known: verify-artifacts renders it, and has not for this wheel."),
        (review(subject(readme="")), "The index will show none"),
        (review(subject(metadata=())), "Metadata Not known: no wheel of this source is there."),
        (review(subject(looks={}, changes={})), "Not known: verify-artifacts compares with"),
        (review(subject(changes={}, unknown_changes="another command wrote over it")), "another command wrote over it"),
        (review(subject(looks=looks(test=Look()))), "Not known in full: test did not look at what is here."),
        (review(subject(looks=looks(test=Look(None, "", evidence(TEST))))), "last recorded 21 Sep 2026"),
        (review(subject(commit="9" * 40)), "the package is the same there as in this review's commit"),
    ],
)  # fmt: skip
def test_what_is_told(value: Review, told: str) -> None:
    """The verdict in words, and everything that is not known as such."""
    assert told in seen(value)


@pytest.mark.parametrize(
    ("consent", "told"),
    [
        (Consent(), "Not every package is proven and lies in dist/, so there is nothing that could be approved."),
        (Consent(digest="1" * 64, missing=("nobody has approved it",)), "Not approved : nobody has approved it."),
        (Consent(digest="1" * 64, given=(APPROVAL,)), "ada , 2026-11-25T10:00:00Z (prompt)"),
        (Consent("signed", 2, "1" * 64, (SIGNED,), ("1 of 2 approvals: grace@example.org",)),
         "Not approved : 1 of 2 approvals: grace@example.org. grace@example.org , 2026-11-25T10:00:00Z (signed)"),
        (Consent("environment", digest="1" * 64), "It cannot be seen from here."),
        (Consent(problem="nobody may sign"), "Not known: nobody may sign"),
        (Consent(digest="1" * 64, void=((APPROVAL, ("demo-1.1.tar.gz has other bytes",)),)),
         "void here ada , 2026-11-25T10:00:00Z (prompt), of demo 1.1 demo-1.1.tar.gz has other bytes"),
    ],
)  # fmt: skip
def test_who_approved_what(consent: Consent, told: str) -> None:
    """Who, when, of what, and why that does not cover what is here."""
    assert told in seen(review(consent=consent))


def test_the_policy_names_exactly_what_is_inline() -> None:
    """One script and two styles, by their hashes; no attribute is a style or a handler, nothing is loaded."""
    html = page(review(subject(), subject("b")))
    assert re.findall(r"<script>(.*?)</script>", html, re.DOTALL) == [SCRIPT]
    assert re.findall(r"<style>(.*?)</style>", re.sub('srcdoc="[^"]*"', "", html), re.DOTALL) == [STYLE]
    assert html.count(FRAMED.replace('"', "&quot;").strip().splitlines()[0]) == 2
    for inline in (SCRIPT, STYLE, FRAMED):
        assert source_hash(inline) in POLICY
    assert f'content="{POLICY}"' in html and "unsafe" not in POLICY and POLICY.startswith("default-src 'none'; ")
    assert not re.search(r'<[^>]*\s(style|on\w+|src)="', re.sub('srcdoc="[^"]*"', "", html))


def test_the_worst_case_is_less_than_two_megabytes() -> None:
    """Twenty packages, each with more of everything than a page can show; what is left out is told."""
    names = tuple(f"package/module_{number:04}/with/a/long/name.py" for number in range(1000))
    api = tuple(Change(nature, name, "a detail of some length") for nature in Nature for name in names)
    whole = replace(CHANGES["wheel"], files_added=names, files_removed=names, files_changed=names, api=api)
    found = tuple(
        finding("TST101", f"{name}:1", fix=f"mend {name}", message=f"what is wrong in {name}") for name in names
    )
    one = subject(
        readme=README + "<p>A line of the README.</p>\n" * 20_000, changes={"wheel": whole, "sdist": whole},
        looks=looks(verify_artifacts=Look(evidence(VERIFY, findings=found), "it failed")),
    )  # fmt: skip
    html = page(review(*(replace(one, name=f"package-{number}") for number in range(20))))
    assert len(html.encode()) < 2_000_000
    assert (
        "more, in .nox-release/differences/demo-1.0-1.1.json" in html and "more, in the reports of the stages" in html
    )


def test_the_last_preview_is_told_too() -> None:
    """A preview is compared with the release and with the preview before it, the wheel first."""
    preview = Difference("demo-1.1b1-py3-none-any.whl", "demo-1.1-py3-none-any.whl")
    told = seen(review(subject(changes={"since the last preview": preview, **CHANGES})))
    assert told.index("In the wheel, since demo-1.0") < told.index("since the last preview, since demo-1.1b1")


def test_each_stage_has_its_bar() -> None:
    """A picture of how long it took, in words for those who do not see it; the longest is the whole width."""
    html = page(review())
    assert html.count("<svg role=") == 5
    assert 'aria-label="verify-artifacts took 24s"' in html and '<rect width="100.0%"' in html
    assert page(review(subject(looks={}))).count("<svg") == 0
    assert Stage.PUBLISH not in html
