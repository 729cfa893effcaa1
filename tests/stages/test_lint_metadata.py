"""lint-metadata on committed source: what it reads, and what the tag of the version says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jobs import Bench, codes
from nox_release.config import Config
from nox_release.model import Stage
from projects import FLIT, demo

Make = Callable[..., Bench]
SOUND = demo(
    FLIT.replace("[project]", '[project]\nreadme = "README.md"'),
    {
        "LICENSE": "MIT\n",
        "README.md": "# Demo\n\nIt does things.\n",
        "CHANGELOG.md": "# Changes\n\n## 1.0 (2026-11-20)\n\n- it does\n",
    },
)  # fmt: skip


def test_committed_source_is_looked_at(bench: Make) -> None:
    """A sound package passes; what is changed after the snapshot has no part in it."""
    ready = bench(SOUND)
    ready.checkout.write({"packages/demo/README.md": ""})
    assert codes(ready.run(Stage.LINT_METADATA)) == []


def test_a_defect_of_the_source_is_found(bench: Make) -> None:
    """Without a changelog entry for the version there is one finding."""
    changed = {**SOUND, "packages/demo/CHANGELOG.md": "# Changes\n\n## 0.9 (2026-11-20)\n\n- less\n"}
    assert codes(bench(changed).run(Stage.LINT_METADATA)) == ["PRJ402"]


def test_the_package_may_be_the_workspace_itself(bench: Make) -> None:
    """Paths are those of the workspace then."""
    ready = bench({path.removeprefix("packages/demo/"): text for path, text in SOUND.items()})
    assert codes(ready.run(Stage.LINT_METADATA)) == []


@pytest.mark.parametrize(
    ("tag", "change", "tag_format", "found"),
    [
        ("demo_1.0", "", "{name}_{version}", []),
        ("demo_1.0", "README.md", "{name}_{version}", []),
        ("demo_1.0", "packages/demo/demo/more.py", "{name}_{version}", ["PRJ503"]),
        ("demo_0.9", "packages/demo/demo/more.py", "{name}_{version}", []),
        ("v1.0", "packages/demo/demo/more.py", "v{version}", ["PRJ503"]),
        ("v1.0", "packages/demo/demo/more.py", "{name}_{version}", []),
    ],
    ids=[
        "the same commit", "another file changed", "the package changed", "another version's tag", "another form",
        "a tag of no release",
    ],
)  # fmt: skip
def test_a_version_is_released_from_one_source(
    bench: Make, tag: str, change: str, tag_format: str, found: list[str]
) -> None:
    """The tag of this version has to hold this source; tags of other versions and forms say nothing."""
    ready = bench(SOUND, config=Config(tag_format=tag_format))
    ready.checkout.git("tag", "-a", tag, "-m", "released")
    if change:
        ready.checkout.write({change: "changed"})
        ready.checkout.commit()
    ready.look()
    assert codes(ready.run(Stage.LINT_METADATA)) == found
