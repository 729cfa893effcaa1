"""From a package's name to a rehearsed release, with everything real."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib.resources import files

import jsonschema
import pytest

from workspaces import Workspace, package

pytestmark = pytest.mark.end_to_end
Make = Callable[[Mapping[str, str]], Workspace]


def test_the_readmes_first_command(example: Workspace) -> None:
    """azure-mgmt-compute goes from source to an index and back, and dist holds exactly its files and manifest."""
    done = example.nox("-s", "publish", "--", "azure-mgmt-compute")
    assert done.returncode == 0, done.stdout
    dist = example.root / "dist/azure-mgmt-compute"
    manifest = json.loads((dist / "release-manifest.json").read_text())
    names = [artifact["filename"] for artifact in manifest["artifacts"]]
    assert names == ["azure_mgmt_compute-40.0.0.tar.gz", "azure_mgmt_compute-40.0.0-py3-none-any.whl"]
    beside = {
        "release-manifest.json",
        "azure-mgmt-compute-40.0.0.cdx.json",
        "azure-mgmt-compute-40.0.0.provenance.json",
    }
    assert {path.name for path in dist.iterdir()} == {*names, *beside}
    for artifact in manifest["artifacts"]:
        assert hashlib.sha256((dist / artifact["filename"]).read_bytes()).hexdigest() == artifact["sha256"]
    schema = json.loads(files("nox_release").joinpath("manifest.schema.json").read_text())
    jsonschema.validate(manifest, schema)
    assert manifest["commit"] == example.git("rev-parse", "HEAD").strip()
    assert "Nothing was published. A candidate for release would" in done.stdout
    assert "tag azure-mgmt-compute_40.0.0" in done.stdout
    assert "not released, and not in this plan: contoso-core, contoso-identity" in done.stdout
    assert example.git("status", "--porcelain") == ""


def test_the_second_run_does_nothing_again(example: Workspace) -> None:
    """With nothing changed no stage runs, with --fresh all do, and a changed package alone is worked on."""
    command = ("-s", "verify-artifacts", "--", "contoso-core", "contoso-identity")
    assert example.nox(*command).returncode == 0
    again = example.nox(*command)
    assert again.returncode == 0
    assert again.stdout.count("unchanged verify-artifacts") == 2
    assert "ok      " not in again.stdout
    module = example.root / "identity/contoso-identity/README.md"
    module.write_text(module.read_text() + "\nOne more line.\n")
    changed = example.nox(*command)
    assert "ok      build-sdist contoso-identity" in changed.stdout
    assert "unchanged build-sdist contoso-core" in changed.stdout
    assert "uncommitted work counts in (1: identity/contoso-identity/README.md)" in changed.stdout
    fresh = example.nox("-s", "build-sdist", "--", "contoso-core", "--fresh")
    assert "ok      build-sdist contoso-core" in fresh.stdout


def test_all_packages_of_the_example(example: Workspace) -> None:
    """Every package of the example is releasable, setup.py alone and three backends alike."""
    done = example.nox("-s", "publish", "--", "all")
    assert done.returncode == 0, done.stdout
    assert "Rehearsed: 4 of 4" in done.stdout
    assert "would refuse" not in done.stdout
    assert "next: mend" not in done.stdout
    assert "\nnext: nox -s approve -- all\n" in done.stdout


def test_one_failure_does_not_hide_the_others(workspace: Make) -> None:
    """A package that does not build is told with its log, the others go on, and publish waits for all."""
    broken = package("broken", build='[build-system]\nrequires = ["hatchling"]\nbuild-backend = "nowhere"\n')
    made = workspace({**package("sound"), **broken})
    done = made.nox("-s", "publish", "--", "all")
    assert done.returncode == 1
    assert "FAILED  build-sdist broken" in done.stdout
    assert "log of build-sdist: .nox-release/logs/" in done.stdout
    assert "ok      test sound 1.0" in done.stdout
    assert "not run publish sound: other targets of the plan are not whole" in done.stdout
    assert "Nothing was rehearsed; nothing was published." in done.stdout
    assert "next: mend what is told above, then type the same command again" in done.stdout
    assert "\n  nox " in done.stdout and " -s publish -- all\n" in done.stdout
    going = made.nox("-s", "publish", "--", "all", "--keep-going")
    assert going.returncode == 1
    assert "ok      publish sound 1.0" in going.stdout
    assert "Rehearsed: 1 of 2" in going.stdout
    assert not (made.root / "dist/broken").exists()


def test_the_same_tree_gives_the_same_bytes(workspace: Make) -> None:
    """Sdists of setuptools, which differ from build to build, are the same bytes twice."""
    build = '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
    made = workspace(package("steady", build=build))
    digests = set()
    for _ in range(2):
        assert made.nox("-s", "build-wheel", "--", "steady", "--fresh").returncode == 0
        built = sorted((made.root / "dist/steady").iterdir())
        digests.add(tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in built))
    assert len(digests) == 1
    assert len(built) == 2


def test_a_test_run_needs_no_changelog(workspace: Make) -> None:
    """The test session needs the builds alone; publish needs the changelog entry too."""
    unfinished = {**package("unfinished"), "packages/unfinished/CHANGELOG.md": "# Changelog\n\n## 0.9\n\n- Old.\n"}
    made = workspace(unfinished)
    assert made.nox("-s", "test", "--", "unfinished").returncode == 0
    done = made.nox("-s", "publish", "--", "unfinished")
    assert done.returncode == 1
    assert "PRJ402" in done.stdout
    assert "ok      publish" not in done.stdout


def test_install_only_checks_nothing_and_says_so(workspace: Make) -> None:
    """--install-only makes nox's runs empty successes; the session says that nothing was checked."""
    made = workspace(package("demo"))
    done = made.nox("--install-only", "-s", "lint-metadata", "--", "demo")
    assert "nothing was checked" in done.stdout
    assert not (made.root / ".nox-release/evidence").exists()


def test_without_prerequisites_there_is_no_publish(workspace: Make) -> None:
    """--no-dependencies skips what proves a package; publish finds no evidence and refuses."""
    made = workspace(package("demo"))
    done = made.nox("--no-dependencies", "-s", "publish", "--", "demo")
    assert done.returncode == 1
    assert "not run publish demo: lint-metadata of demo has not passed" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--", "demmo"], "did you mean demo?"),
        (["--"], "no target: nothing says which packages"),
        (["--", "demo", "--jobs", "0"], "'0' is no positive number"),
        (["--", "demo", "--repository", "testpypi"], "add --candidate-for-release"),
    ],
)
def test_misuse_ends_with_2(workspace: Make, arguments: list[str], told: str) -> None:
    """A command line that cannot be obeyed ends with 2, says what to type, and shows no traceback."""
    done = workspace(package("demo")).nox("-s", "publish", *arguments)
    assert done.returncode == 2
    assert told in done.stdout
    assert "Traceback" not in done.stdout


def test_help_explains_all_that_may_be_typed(workspace: Make) -> None:
    """`nox -s publish -- --help` names every selector, option and exit code, and ends with 0."""
    done = workspace(package("demo")).nox("-s", "publish", "--", "--help")
    assert done.returncode == 0
    for word in (
        "path:",
        "changed-since:",
        "dependents-of:",
        "all",
        "!",
        "--jobs",
        "--fresh",
        "--keep-going",
        "exit codes",
    ):
        assert word in done.stdout
