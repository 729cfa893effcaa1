"""Which step is suggested, by what a recorded difference says."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version

from checkouts import Checkout
from nox_release.arguments import parse
from nox_release.chain import Chain
from nox_release.difference import Change, Difference, Keyed, Nature
from nox_release.evidence import Store
from nox_release.prepare.applying import Prepare
from nox_release.prepare.suggesting import recorded
from nox_release.record import to_json

BUILD = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
ADDED, REMOVED = Change(Nature.ADDED, "demo.new"), Change(Nature.REMOVED, "demo.old")
CHANGED, BROKEN = Change(Nature.DIFFERENT, "demo.same"), Change(Nature.INCOMPATIBLE, "demo.call")
COMMAND = "  next: nox -s prepare -- demo --bump"


def leave(root: Path, version: str, wheel: Difference, name: str = "demo") -> None:
    """Leave what verify-artifacts does."""
    path = Store(root).folder("differences") / f"{name}-1.2.0-{version}.json"
    path.write_text(to_json({"wheel": wheel}))


def since(*api: Change, name: str = "demo") -> Difference:
    """A difference from the wheel of 1.2.0."""
    return Difference(f"{name}-1.2.0-py3-none-any.whl", "", api=api)


@pytest.fixture
def suggested(tmp_path: Path) -> Callable[..., list[str]]:
    """Runs the command without a step on a package of some version."""

    def run(version: str, wheel: Difference | None, config: str = "") -> list[str]:
        project = f'[project]\nname = "demo"\nversion = "{version}"\n{BUILD}'
        root = tmp_path / "workspace"
        Checkout.new(root, {"demo/pyproject.toml": project, "pyproject.toml": config})
        if wheel:
            leave(root, version, wheel)
        chain, said = Chain(root, parse(["demo"]), time.time()), list[str]()
        try:
            Prepare(chain, said.extend, environ={})()
        finally:
            chain.close()
        return said

    return run


@pytest.mark.parametrize(
    ("version", "api", "why", "bump"),
    [
        ("1.2.0", (REMOVED, ADDED), "1 change since 1.2.0 that can break users: demo.old", "major  (2.0.0)"),
        ("1.2.0", (BROKEN,), "1 change since 1.2.0 that can break users: demo.call", "major  (2.0.0)"),
        ("1.2.0", (ADDED, CHANGED), "2 additions and changes since 1.2.0: demo.new, demo.same", "minor  (1.3.0)"),
        ("1.2.0", (), "the public API is that of 1.2.0", "patch  (1.2.1)"),
        ("1.3.0.dev0", (ADDED,), "1 addition or change since 1.2.0: demo.new", "1.3.0  (1.3.0)"),
    ],
)  # fmt: skip
def test_the_step_follows_from_the_difference(
    suggested: Callable[..., list[str]], version: str, api: tuple[Change, ...], why: str, bump: str
) -> None:
    """What is removed or broken takes a major step, what is new or different a minor one, all else a patch."""
    assert suggested(version, since(*api)) == [
        f"demo {version}: {why} (as verify-artifacts last saw it)",
        f"{COMMAND} {bump}",
    ]


def test_an_entry_point_that_is_gone_breaks_users(suggested: Callable[..., list[str]]) -> None:
    """Scripts call it by its name."""
    found = Difference("demo-1.2.0-py3-none-any.whl", "", entry_points=Keyed(removed={"console_scripts: x": "x:y"}))
    assert suggested("1.2.0", found)[1] == f"{COMMAND} major  (2.0.0)"


def test_versions_that_promise_nothing(suggested: Callable[..., list[str]]) -> None:
    """With calendar versions no step follows from anything."""
    said = suggested("2026.11.0", since(REMOVED), '[tool.nox-release]\nversion-policy = "none"\n')
    assert said == [
        "demo 2026.11.0: its versions promise nothing, so nothing is suggested",
        f"{COMMAND} VERSION",
    ]


def test_what_is_recorded_of_others_does_not_count(tmp_path: Path) -> None:
    """Neither that of a package whose name begins alike, nor of another version, nor what could not be compared."""
    store, unread = Store(tmp_path), Difference("demo-1.2.0-py3-none-any.whl", "", unread={"*": "griffe failed"})
    leave(tmp_path, "1.3.0", since(ADDED, name="demo_more"), "demo-more")
    leave(tmp_path, "1.3.1", since(ADDED))
    assert recorded(store, "demo", Version("1.3.0")) is None
    leave(tmp_path, "1.3.0", unread)
    assert recorded(store, "demo", Version("1.3.0")) is None
    (store.folder("differences") / "demo-1.2.0-1.3.0.json").write_text('{"sdist": {}}')
    assert recorded(store, "demo", Version("1.3.0")) is None
    leave(tmp_path, "1.3.0", since(ADDED))
    found = recorded(store, "demo", Version("1.3.0"))
    assert found is not None
    assert (found.last, found.adds) == (Version("1.2.0"), ("demo.new",))
