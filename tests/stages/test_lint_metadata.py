"""lint-metadata on committed source: what it reads, what the tag of the version says, and what the index has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from packaging.version import Version

from fakes import FakeTarget
from jobs import Bench, codes
from nox_release.config import Config, Override, Settings
from nox_release.errors import Blocked
from nox_release.index.target import Published, PublishedFile
from nox_release.model import Stage
from nox_release.stages import lint_metadata
from projects import FLIT, below, demo

Make = Callable[..., Bench]
SOUND = demo(
    FLIT.replace("[project]", '[project]\nreadme = "README.md"'),
    {
        "LICENSE": "MIT\n",
        "README.md": "# Demo\n\nIt does things.\n",
        "CHANGELOG.md": "# Changes\n\n## 1.0 (2025-11-20)\n\n- it does\n",
    },
)  # fmt: skip


def test_committed_source_is_looked_at(bench: Make) -> None:
    """A sound package passes; what is changed after the snapshot has no part in it."""
    ready = bench(SOUND)
    ready.checkout.write({"packages/demo/README.md": ""})
    assert codes(ready.run(Stage.LINT_METADATA)) == []


def test_a_defect_of_the_source_is_found(bench: Make) -> None:
    """Without a changelog entry for the version there is one finding."""
    changed = {**SOUND, "packages/demo/CHANGELOG.md": "# Changes\n\n## 0.9 (2025-11-20)\n\n- less\n"}
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


def published(name: str, *versions: str, when: datetime | None = None) -> Published:
    """A project of the index with an sdist of each version."""
    files = (PublishedFile(f"{name}-{text}.tar.gz", "", "aa" * 32, 1, when, version=Version(text)) for text in versions)
    return Published(name, tuple(files))


def test_the_index_is_asked_what_it_has(bench: Make) -> None:
    """A version that is there is an error beside all other findings; what was learned is a fact."""
    target = FakeTarget({"demo": published("demo", "1.0", "0.9")})
    result = bench({**SOUND, "packages/demo/CHANGELOG.md": ""}, target=target).run(Stage.LINT_METADATA)
    assert [code[:3] for code in codes(result)] == ["PRJ", "HIS"]
    assert result.findings[-1].message == "index.test has demo-1.0.tar.gz"
    assert result.facts["index"].startswith("index.test has 2 releases, the last 1.0")
    assert {"PRJ402", "HIS101", "HIS403"} <= result.verdict.seconds.keys()


def test_an_index_that_cannot_be_read_hides_nothing(bench: Make) -> None:
    """What was found in the source is told, and that the rest is unknown."""
    target = FakeTarget({"demo": Blocked("the index is down", "wait")})
    result = bench({**SOUND, "packages/demo/CHANGELOG.md": ""}, target=target).run(Stage.LINT_METADATA)
    assert [code[:3] for code in codes(result)] == ["PRJ"]
    assert (result.problem, result.hint, result.facts) == ("the index is down", "wait", {})


def test_what_is_known_of_a_package_is_told_though_its_sibling_is_not(bench: Make) -> None:
    """A taken version is an error, whatever becomes of the other page."""
    target = FakeTarget({"demo": published("demo", "1.0"), "core": Blocked("the index is down", "wait")})
    result = bench(with_core("core>=1"), target=target).run(Stage.LINT_METADATA)
    assert (codes(result), result.problem) == (["HIS101"], "the index is down")


@pytest.mark.parametrize(
    ("files", "settings", "fact"),
    [
        (SOUND, Settings(index_exempt="a walled garden"), {"index exempt": "a walled garden"}),
        (demo(FLIT + 'classifiers = ["Private :: Do Not Upload"]\n'), Settings(), {}),
    ],
    ids=["exempt", "private"],
)
def test_some_packages_are_not_asked_about(
    bench: Make, files: dict[str, str], settings: Settings, fact: dict[str, str]
) -> None:
    """One that the configuration exempts, with its reason, and one that is never uploaded."""
    target = FakeTarget()
    result = bench(files, config=Config(settings=settings), target=target).run(Stage.LINT_METADATA)
    assert (target.asked, result.facts, result.problem) == ([], fact, "")


def with_core(requirement: str) -> dict[str, str]:
    """The package that requires core, which is beside it at version 1.0."""
    core = FLIT.replace('name = "demo"', 'name = "core"')
    needs = SOUND["packages/demo/pyproject.toml"] + f'dependencies = ["{requirement}"]\n'
    return {
        **SOUND,
        "packages/demo/pyproject.toml": needs,
        "packages/core/pyproject.toml": core,
        "packages/core/core.py": "",
    }


@pytest.mark.parametrize(
    ("requirement", "has", "found"),
    [
        ("core>=1", [], []),
        ("core>=1", ["0.9"], []),
        ("core>=2", ["1.9"], ["HIS301"]),
        ("core>=2", ["2.0"], []),
        ("core<1", ["0.9"], []),
    ],
    ids=["built here", "newer here", "neither", "on the index", "older on the index"],
)
def test_siblings_come_from_the_plan_or_the_index(
    bench: Make, requirement: str, has: list[str], found: list[str]
) -> None:
    """A companion that suits is in the plan; another version has to be released."""
    target = FakeTarget({"demo": published("demo", "0.9"), "core": published("core", *has)})
    assert codes(bench(with_core(requirement), target=target).run(Stage.LINT_METADATA)) == found


def test_an_exempt_sibling_is_not_asked_about(bench: Make) -> None:
    """Its history is not known on purpose."""
    target = FakeTarget({"demo": published("demo", "0.9")})
    config = Config(overrides=(Override(("core",), {"index_exempt": "elsewhere"}),))
    assert codes(bench(with_core("core>=2"), config=config, target=target).run(Stage.LINT_METADATA)) == []
    assert target.asked == ["demo"]


def test_what_is_built_already_may_be_there(bench: Make) -> None:
    """An upload that broke off is finished, not refused; other bytes under the name are."""
    ready = bench(SOUND)
    ready.build()
    (sdist,) = ready.built["demo"][Stage.BUILD_SDIST].artifacts
    file = PublishedFile(sdist.filename, "", sdist.sha256, uploaded=datetime.now(UTC), version=Version("1.0"))
    ready.target = FakeTarget({"demo": Published("demo", (file,))})
    assert codes(ready.run(Stage.LINT_METADATA)) == []
    ready.target = FakeTarget({"demo": Published("demo", (replace(file, sha256="aa" * 32),))})
    assert codes(ready.run(Stage.LINT_METADATA)) == ["HIS101"]


PYPROJECT = "packages/demo/pyproject.toml"


def test_a_readme_outside_the_folder(bench: Make) -> None:
    """What the metadata names is read wherever it lies in the workspace."""
    files = {**SOUND, "README.md": "# Demo\n", PYPROJECT: SOUND[PYPROJECT].replace('"README.md"', '"../../README.md"')}
    assert codes(bench(files).run(Stage.LINT_METADATA)) == []


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ("2025-11-19T09:59:59", ["PRJ407"]),
        ("2025-11-19T10:00:00", []),
        ("2025-11-20T00:00:00", []),
    ],
)
def test_a_day_begins_where_it_begins_first(bench: Make, now: str, found: list[str]) -> None:
    """Whoever writes the day that it is in Kiribati does not write one that lies ahead."""
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp()
    with bench(SOUND).working(Stage.LINT_METADATA) as job:
        assert codes(lint_metadata.run(job, lambda: moment)) == found


@pytest.mark.parametrize(("policy", "found"), [("consistent", []), ("azure", ["PRJ303"]), ("none", [])])
def test_the_policy_of_the_package_counts(bench: Make, policy: str, found: list[str]) -> None:
    """The configuration says what the classifiers are held against."""
    config = Config(settings=Settings(classifier_policy=policy))
    assert codes(bench(SOUND, config=config).run(Stage.LINT_METADATA)) == found


@pytest.mark.parametrize(("needs", "found"), [("other~=1.0", []), ("six~=1.0", ["PRJ705"])])
def test_packages_of_the_workspace_are_told_apart(bench: Make, needs: str, found: list[str]) -> None:
    """What a package may ask of its siblings is another matter than what it asks of strangers."""
    wanted = SOUND[PYPROJECT].replace("[project]", f"[project]\ndependencies = ['{needs}']")
    other = below("packages/other", {"pyproject.toml": FLIT.replace("demo", "other"), "other/__init__.py": ""})
    assert codes(bench({**SOUND, **other, PYPROJECT: wanted}).run(Stage.LINT_METADATA)) == found


@pytest.mark.parametrize(("build", "found"), [("", ["PRJ504"]), (', "setuptools-scm"', [])])
def test_a_version_that_git_decides_is_not_sought_in_the_code(bench: Make, build: str, found: list[str]) -> None:
    """The build writes it there."""
    files = {
        **SOUND,
        PYPROJECT: SOUND[PYPROJECT].replace('"flit_core>=3.12"', f'"flit_core>=3.12"{build}'),
        "packages/demo/demo/__init__.py": '__version__ = "0.0.0"\n',
    }
    assert codes(bench(files).run(Stage.LINT_METADATA)) == found
