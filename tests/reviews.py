"""Reviews to be shown: of a package that is proven, and of others that differ from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nox_release.approval import Approval, Mode, Release, Statement
from nox_release.difference import Change, Difference, Keyed, Nature
from nox_release.model import Artifact, Evidence, Kind, Outcome, Stage
from nox_release.report.review import PROVING, Consent, File, Look, Review, Subject
from runs import LINT, SDIST, TEST, VERIFY, WHEEL, finding, warning

BEGAN = 1_790_000_000.0
COMMIT, TREE = "c" * 40, "e" * 40
FILES = (
    File(Artifact("demo-1.1.tar.gz", Kind.SDIST, "a" * 64, 10_240)),
    File(Artifact("demo-1.1-py3-none-any.whl", Kind.WHEEL, "b" * 64, 20_480)),
)
README = '<h1 id="user-content-demo">Demo</h1>\n<p>It does <code>something</code>. <a href="https://example.org/x">More</a></p>'
METADATA = (
    ("Name", ("demo",)),
    ("Version", ("1.1",)),
    ("Summary", ("A package of a test",)),
    ("Requires-Dist", ("requests>=2.32", "typing-extensions>=4.6")),
)
CHANGES = {
    "wheel": Difference(
        "demo-1.0-py3-none-any.whl",
        "demo-1.1-py3-none-any.whl",
        files_added=("demo/new.py",),
        files_changed=("demo/__init__.py",),
        size=(50_000, 60_000),
        requirements=Keyed(added={"requests": ">=2.32"}, changed={"typing-extensions": (">=4.0", ">=4.6")}),
        api=(Change(Nature.ADDED, "demo.new"), Change(Nature.REMOVED, "demo.old", "function")),
    )
}
SECONDS = {LINT: 0.4, SDIST: 2.5, WHEEL: 1.2, VERIFY: 24.0, TEST: 8.0}
STATEMENT = Statement(
    1, "https://upload.pypi.org/legacy/", (Release("demo", "1.1", COMMIT, "d" * 64, tuple(i.artifact for i in FILES)),)
)
APPROVAL = Approval(STATEMENT, Mode.PROMPT, "ada", "2026-11-25T10:00:00Z")
WARNING = warning("INS104", "extra aio", message="imports only with it: demo.aio", title="Modules of extras are known")
EXEMPT = finding("HIS101", "PyPI", exempt="it is the version that is released", title="The version is new")


def evidence(stage: Stage, outcome: Outcome = Outcome.PASSED, **changes: Any) -> Evidence:
    """What a stage recorded of ``demo 1.1``; *changes* are fields of Evidence."""
    facts = {
        SDIST: {"commit": COMMIT},
        VERIFY: {"last release": "1.0 (demo-1.0-py3-none-any.whl)", "reproducible": "yes"},
    }.get(stage, {})
    made = Evidence("demo", "1.1", stage, "0" * 64, outcome, facts=facts, tools={"packaging": "26.0"}, started=BEGAN)
    return replace(made, **{"duration": SECONDS[stage], **changes})


def looks(**changes: Look) -> dict[Stage, Look]:
    """Every stage passed, but for *changes* by name of a stage, underscores standing for hyphens."""
    found = {stage: Look(evidence(stage)) for stage in PROVING}
    found[VERIFY] = Look(evidence(VERIFY, findings=(WARNING,)))
    found[LINT] = Look(evidence(LINT, findings=(EXEMPT,)))
    return {**found, **{Stage(name.replace("_", "-")): look for name, look in changes.items()}}


def subject(name: str = "demo", **changes: Any) -> Subject:
    """A package that is proven; *changes* are fields of Subject."""
    made = Subject(
        name, "1.1", f"packages/{name}", source="f" * 64, commit=COMMIT, looks=looks(), files=FILES,
        metadata=METADATA, readme=README, changes=CHANGES, listed=f".nox-release/differences/{name}-1.0-1.1.json",
    )  # fmt: skip
    return replace(made, **changes)


def review(*subjects: Subject, **changes: Any) -> Review:
    """A page of *subjects*, by default of one that is proven and not approved; *changes* are fields of Review."""
    consent = Consent(digest="1" * 64, missing=("nobody has approved it",))
    made = Review(
        subjects or (subject(),), STATEMENT.index, COMMIT, TREE, consent=consent, made=BEGAN + 100, tool="0.1.0"
    )
    return replace(made, **changes)
