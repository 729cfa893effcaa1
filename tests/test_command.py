"""One run of nox over the stages: what each session does, what is printed, and how it ends."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import nox
import pytest
from nox.command import CommandFailed
from nox.manifest import Manifest
from nox.sessions import SessionRunner

from checkouts import Checkout
from fake_nox import FakeNox, Worker, leave
from nox_release import toolchain
from nox_release.check import Finding, Severity
from nox_release.evidence import Store
from nox_release.model import Outcome, Stage
from nox_release.reporting import FILES
from nox_release.work import Order

LINT, SDIST, WHEEL, VERIFY, TEST, PUBLISH = Stage
ALL = (LINT, SDIST, WHEEL, VERIFY, TEST, PUBLISH)


def project(name: str, *requires: str) -> str:
    return f'[project]\nname = "{name}"\nversion = "1.0"\ndependencies = {list(requires)}\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A workspace with two packages, app and the core that it needs, and one that stands alone."""
    files = {
        "app/pyproject.toml": project("app", "core>=1"),
        "core/pyproject.toml": project("core"),
        "alone/pyproject.toml": project("alone"),
    }
    return Checkout.new(tmp_path / "workspace", files)


def outcomes(verdicts: Mapping[tuple[Stage, str], Outcome | None]) -> Worker:
    """A worker that passes everything but the packages in the stages that *verdicts* name."""
    return lambda order: leave(order, lambda name: verdicts.get((order.stage, name), Outcome.PASSED))


def table(output: str) -> list[list[str]]:
    """The rows of the closing tables that were printed, without their heads."""
    lines = output.splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith("package ")]
    rows = []
    for number in heads:
        for line in lines[number + 2 :]:
            if not line:
                break
            rows.append([cell.strip() for cell in line.split("  ") if cell.strip()])
    return rows


def test_a_package_on_its_whole_way(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """Every session succeeds, the last one prints what became of the package and what a candidate would do."""
    nox = FakeNox(checkout.root, ["alone"])
    assert nox.run(*ALL) == dict.fromkeys(ALL, "success")
    out = capsys.readouterr().out
    assert out.startswith("nox-release: 1 package\n")
    assert out.count("nox-release: ") == 1
    assert table(out) == [["alone 1.0", *["ok 3.0s"] * 6]]
    assert out.count("Rehearsed: 1 of 1. Nothing was published.") == 1
    assert [order.stage for order in nox.orders] == list(ALL)
    assert {path.name for path in (checkout.root / "dist/alone").iterdir()} == {
        "alone-1.0.tar.gz", "alone-1.0-py3-none-any.whl", "release-manifest.json",
        "alone-1.0.cdx.json", "alone-1.0.provenance.json",
    }  # fmt: skip


def test_the_next_command_is_the_last_thing_said(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """What passed says how to go on; what did not says what to mend, and to type the same again."""
    FakeNox(checkout.root, ["alone"]).run(LINT)
    assert capsys.readouterr().out.endswith("\nnext: nox -s publish -- alone\n")
    FakeNox(checkout.root, ["alone", "--fresh"], outcomes({(LINT, "alone"): Outcome.FAILED})).run(LINT)
    out = capsys.readouterr().out
    assert "next: mend what is told above, then type the same command again" in out
    assert "next: nox" not in out


def test_before_an_approval_nothing_else_is_proposed(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """The session that approves comes next by itself, and says what comes after it."""
    FakeNox(checkout.root, ["alone"], approving=True).run(LINT)
    assert "next: " not in capsys.readouterr().out


def test_a_chain_that_ends_earlier_delivers_what_is_built(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without publish the last session prints the table and brings the artifacts to dist, and tells of no candidate."""
    FakeNox(checkout.root, ["alone"]).run(SDIST, WHEEL)
    out = capsys.readouterr().out
    assert table(out) == [["alone 1.0", "ok 3.0s", "ok 3.0s"]]
    assert "ublished" not in out
    assert {path.suffix for path in (checkout.root / "dist/alone").iterdir()} == {".gz", ".whl"}


def test_what_is_unchanged_is_not_run_again(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """The next command on the same source starts no worker, and says so."""
    FakeNox(checkout.root, ["alone"]).run(LINT, SDIST)
    capsys.readouterr()
    again = FakeNox(checkout.root, ["alone"])
    assert again.run(LINT, SDIST) == {LINT: "success", SDIST: "success"}
    out = capsys.readouterr().out
    assert again.orders == []
    assert "unchanged lint-metadata alone 1.0: not run again (--fresh does)" in out
    assert table(out) == [["alone 1.0", "unchanged (3.0s)", "unchanged (3.0s)"]]


def test_many_unchanged_packages_are_one_line(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody reads line by line is told as a number; exempt packages among them are still told with the reason."""
    names = ["alone", "one", "two", "three"]
    checkout.write({f"{name}/pyproject.toml": project(name) for name in names})
    worker: Worker = lambda order: leave(order, exempt="no tests yet")  # noqa: E731
    FakeNox(checkout.root, names, worker).run(LINT)
    capsys.readouterr()
    FakeNox(checkout.root, names).run(LINT)
    out = capsys.readouterr().out
    assert "unchanged lint-metadata: 4 packages, not run again (--fresh does)" in out
    assert "unchanged lint-metadata one" not in out
    assert out.count("exempt: the tests of alone, one, three and 1 more were not run: no tests yet\n") == 1
    assert {row[1] for row in table(out)} == {"exempt (3.0s)"}


def test_fresh_runs_everything_again(checkout: Checkout) -> None:
    """With ``--fresh`` nothing is reused from an earlier command."""
    FakeNox(checkout.root, ["alone"]).run(LINT)
    again = FakeNox(checkout.root, ["alone", "--fresh"])
    again.run(LINT)
    assert [list(order.inputs) for order in again.orders] == [["alone"]]


def test_companions_are_told(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """A sibling that is built along is named with the reason, once, and marked in the table."""
    FakeNox(checkout.root, ["app"]).run(SDIST, WHEEL, VERIFY)
    out = capsys.readouterr().out
    told = "  with core 1.0, built here as a companion: app needs core>=1, and no released version suits"
    assert out.count(told) == 1
    assert [row[0] for row in table(out)] == ["core 1.0 (companion)", "app 1.0"]


def test_companions_that_nobody_installs_are_not_told(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """Where no later session installs a companion, it is neither built nor shown."""
    nox = FakeNox(checkout.root, ["app"])
    nox.run(SDIST)
    out = capsys.readouterr().out
    assert [list(order.inputs) for order in nox.orders] == [["app"]]
    assert "core 1.0" not in out


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (["alone/x"], "uncommitted work counts in (1: alone/x); a candidate refuses it"),
        (
            ["alone/a", "alone/b", "alone/c", "alone/d"],
            "uncommitted work counts in (4: alone/a, alone/b, alone/c, …); a candidate refuses it",
        ),
    ],
)
def test_uncommitted_work_is_told(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], paths: list[str], told: str
) -> None:
    """The opening lines name some of the paths that are not committed, and how many there are."""
    checkout.write(dict.fromkeys(paths, ""))
    FakeNox(checkout.root, ["alone"]).run(LINT)
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("posargs", "told"),
    [
        ([], "no target: nothing says which packages"),
        (["alon"], "alon matches nothing: no package of this workspace has that name\n  did you mean alone?"),
        (["alone", "--jobs", "0"], "'0' is no positive number"),
        (["alone", "--what"], "unrecognized arguments: --what"),
        (["alone", "--repository", "testpypi"], "add --candidate-for-release"),
        (["alone", "--candidate-for-release", "--repository", "nowhere"], "there is no repository nowhere"),
        (["alone", "--first-release"], "are for a candidate\n  add --candidate-for-release"),
        (["all", "--candidate-for-release", "--only", "alone"], "--only is for the stages before publish"),
    ],
)
def test_misuse_ends_with_2(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], posargs: list[str], told: str
) -> None:
    """A command line that cannot be obeyed is told on standard error, and nothing is run."""
    nox = FakeNox(checkout.root, posargs)
    with pytest.raises(SystemExit) as caught:
        nox.run(*ALL)
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("nox-release: ")
    assert told in captured.err
    assert (captured.out, nox.orders) == ("", [])


def test_a_configuration_that_cannot_be_obeyed_ends_with_2(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip in the configuration is told with the right key."""
    checkout.write({"pyproject.toml": "[tool.nox-release]\njob = 1\n"})
    with pytest.raises(SystemExit) as caught:
        FakeNox(checkout.root, ["alone"]).run(LINT)
    assert caught.value.code == 2
    assert "did you mean jobs?" in capsys.readouterr().err


def test_outside_a_checkout_nothing_is_released(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that git does not know ends the command with 2 and the way to mend it."""
    (tmp_path / "plain").mkdir()
    with pytest.raises(SystemExit) as caught:
        FakeNox(tmp_path / "plain", ["alone"]).run(LINT)
    assert caught.value.code == 2
    assert "is not in a git checkout" in capsys.readouterr().err


def test_sessions_without_virtualenvs_are_refused(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--no-venv`` there is no place for the stages' tools; that is said, and ends with 2."""
    with pytest.raises(SystemExit) as caught:
        FakeNox(checkout.root, ["alone"], venvs=False).run(LINT)
    assert caught.value.code == 2
    assert "without --no-venv" in capsys.readouterr().err


def test_help_is_printed(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` explains what may be typed and ends with 0, before anything is looked at."""
    with pytest.raises(SystemExit) as caught:
        FakeNox(checkout.root, ["--help"]).run(PUBLISH)
    assert caught.value.code == 0
    assert "changed-since:REF" in capsys.readouterr().out
    assert not (checkout.root / ".nox-release").exists()


@pytest.mark.parametrize("fails", [False, True])
def test_a_worker_without_an_answer_blocks(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], fails: bool
) -> None:  # fmt: skip
    """A package of which the worker left no evidence is blocked, whatever the worker's exit code."""

    def worker(order: Order) -> None:
        leave(order, lambda name: None if name == "alone" else Outcome.PASSED)
        if fails:
            raise CommandFailed("exit code 1")

    ended = FakeNox(checkout.root, ["alone", "core"], worker).run(LINT)
    out = capsys.readouterr().out
    assert ended == {LINT: "failed: lint-metadata did not pass for alone"}
    assert "BLOCKED lint-metadata alone: the worker ended without an answer\n" in out
    told = "  blocked lint-metadata: the worker ended without an answer\n    next: run the command again\n"
    assert f"\nalone 1.0 (alone)\n{told}" in out
    assert table(out) == [["alone 1.0", "BLOCKED"], ["core 1.0", "ok 3.0s"]]


def test_evidence_of_an_earlier_command_is_no_answer(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """A failure that an earlier command recorded is not taken for the answer of a worker that left none."""
    FakeNox(checkout.root, ["alone"], outcomes({(LINT, "alone"): Outcome.FAILED})).run(LINT)
    capsys.readouterr()
    FakeNox(checkout.root, ["alone"], outcomes({(LINT, "alone"): None})).run(LINT)
    assert "the worker ended without an answer" in capsys.readouterr().out


def test_pinned_tools_are_installed_once(checkout: Checkout) -> None:
    """The session's virtualenv is brought to the pinned tools, and left alone where they are there."""
    nox = FakeNox(checkout.root, ["alone"])
    nox.run(LINT)
    assert tuple(nox.installed) == toolchain.pins(toolchain.files("lint-metadata", "uv"))
    again = FakeNox(checkout.root, ["alone", "--fresh"])
    again.run(LINT)
    assert (again.installed, len(again.orders)) == ([], 1)


def test_tools_that_cannot_be_installed_stop_the_command(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its tools no worker is started: the command ends with 1 and names what is not there."""
    nox = FakeNox(checkout.root, ["alone"], installs=lambda pin: not pin.startswith("docutils"))
    with pytest.raises(SystemExit) as caught:
        nox.run(LINT)
    assert caught.value.code == 1
    err = capsys.readouterr().err
    assert "the tools of lint-metadata could not be installed: docutils==" in err
    assert "with -R or --no-install nox installs nothing" in err
    assert nox.orders == []


def test_install_only_is_a_skip(checkout: Checkout) -> None:
    """Where nox only installs, the session is skipped and says that nothing was checked."""
    nox = FakeNox(checkout.root, ["alone"], install_only=True)
    told = nox.run(LINT)
    assert told == {LINT: "skipped: the tools are installed; nothing was checked (--install-only)"}
    assert nox.installed
    assert not (checkout.root / ".nox-release/evidence").exists()


def test_the_worker_sees_no_secrets(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker runs isolated, with neither credentials nor foreign modules, and its order is gone afterwards."""
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PYTHONHOME", sys.base_prefix)
    monkeypatch.setenv("HARMLESS", "1")
    nox = FakeNox(checkout.root, ["alone"])
    nox.run(LINT)
    (environ,) = nox.environs
    assert environ["HARMLESS"] == "1"
    assert not {"MY_TOKEN", "PYTHONPATH", "PYTHONHOME"} & environ.keys()
    ((python, isolated, worker, kind, order),) = nox.commands
    assert (python, isolated, Path(worker).name, kind) == ("python", "-I", "worker.py", "stage")
    assert not Path(order).exists()


def test_the_others_go_on_where_one_fails(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """A stage that later ones need succeeds with the packages that passed; the last one fails with all that is bad."""
    nox = FakeNox(checkout.root, ["alone", "core"], outcomes({(SDIST, "alone"): Outcome.FAILED}))
    told = nox.run(SDIST, WHEEL)
    assert told == {SDIST: "success", WHEEL: "failed: build-wheel did not pass for alone"}
    out = capsys.readouterr().out
    assert "not run build-wheel alone: build-sdist of alone has not passed" in out
    assert table(out) == [["alone 1.0", "FAILED 3.0s", "not run"], ["core 1.0", "ok 3.0s", "ok 3.0s"]]


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.BLOCKED])
def test_a_stage_that_nobody_needs_fails_itself(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], outcome: Outcome
) -> None:
    """Where no later session is held by it, a failure fails its session, and the others still run."""
    nox = FakeNox(checkout.root, ["alone", "core"], outcomes({(LINT, "alone"): outcome}))
    told = nox.run(LINT, SDIST)
    assert told == {LINT: "failed: lint-metadata did not pass for alone", SDIST: "success"}
    rows = table(capsys.readouterr().out)
    assert rows == [["alone 1.0", f"{outcome.value.upper()} 3.0s", "ok 3.0s"], ["core 1.0", "ok 3.0s", "ok 3.0s"]]


def test_where_all_fail_the_chain_ends(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """A stage that no package passes fails at once; who needs it is not run, and the table is still printed once."""
    failed = dict.fromkeys([(SDIST, "alone"), (SDIST, "core")], Outcome.FAILED)
    told = FakeNox(checkout.root, ["alone", "core"], outcomes(failed)).run(SDIST, WHEEL, VERIFY)
    assert told == {
        SDIST: "failed: build-sdist did not pass for alone, core", WHEEL: "not run", VERIFY: "not run",
    }  # fmt: skip
    assert table(capsys.readouterr().out) == [["alone 1.0", "FAILED 3.0s"], ["core 1.0", "FAILED 3.0s"]]


def test_what_is_not_held_by_a_failure_prints_the_table(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """After a failed stage the table waits for the sessions that do not need it, and comes with the last of them."""
    failed = {(VERIFY, "alone"): Outcome.FAILED}
    told = FakeNox(checkout.root, ["alone"], outcomes(failed)).run(*ALL)
    assert told == {
        **dict.fromkeys(ALL, "success"),
        VERIFY: "failed: verify-artifacts did not pass for alone",
        PUBLISH: "not run",
    }
    assert table(capsys.readouterr().out) == [["alone 1.0", "ok 3.0s", "ok 3.0s", "ok 3.0s", "FAILED 3.0s", "ok 3.0s"]]


def test_publish_waits_for_all(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """Where one package is not whole none is published, and that is the last word."""
    failed = {(TEST, "alone"): Outcome.FAILED}
    told = FakeNox(checkout.root, ["alone", "core"], outcomes(failed)).run(*ALL)
    assert told[TEST] == "success"
    assert told[PUBLISH] == "failed: publish did not pass for alone, core"
    out = capsys.readouterr().out
    assert "not run publish core: other targets of the plan are not whole" in out
    assert out.endswith("Nothing was rehearsed; nothing was published.\n")


def test_many_that_did_not_pass_are_counted(checkout: Checkout) -> None:
    """The verdict names five packages and counts the others."""
    names = [f"p{number}" for number in range(7)]
    checkout.write({f"{name}/pyproject.toml": project(name) for name in names})
    failed = {(LINT, name): Outcome.FAILED for name in names}
    told = FakeNox(checkout.root, names, outcomes(failed)).run(LINT)
    assert told[LINT] == "failed: lint-metadata did not pass for p0, p1, p2, p3, p4 and 2 more"


def test_a_broken_target_is_told_first_and_last(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """A target that cannot be read is told at the beginning and the end, and fails the last session."""
    checkout.write({"broken/pyproject.toml": "[project"})
    told = FakeNox(checkout.root, ["alone", "broken"]).run(SDIST, WHEEL)
    assert told == {SDIST: "success", WHEEL: "failed: build-wheel did not pass for broken"}
    out = capsys.readouterr().out
    assert out.count("BLOCKED broken: broken/pyproject.toml") == 2
    assert out.count("next: ") == 2


def test_only_broken_targets_fail_at_once(checkout: Checkout) -> None:
    """Where nothing can be worked on the first session fails."""
    checkout.write({"broken/pyproject.toml": "[project"})
    told = FakeNox(checkout.root, ["broken"]).run(SDIST, WHEEL)
    assert told == {SDIST: "failed: build-sdist did not pass for broken", WHEEL: "not run"}


@pytest.mark.parametrize("how", [{"no_dependencies": True}, {"blind": True}])
def test_where_the_queue_is_hidden_every_failure_counts(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], how: dict[str, bool]
) -> None:
    """Where a session cannot know what follows, it fails for any package, and each prints its table."""
    nox = FakeNox(checkout.root, ["app"], outcomes({(SDIST, "app"): Outcome.FAILED}), **how)  # type: ignore[arg-type]  # switches alone
    assert nox.run(SDIST)[SDIST] == "failed: build-sdist did not pass for app"
    assert set(nox.orders[0].inputs) == {"app", "core"}  # somebody may install the companion
    assert len(table(capsys.readouterr().out)) == 2
    nox.worker = leave
    assert nox.run(LINT)[LINT] == "success"
    assert len(table(capsys.readouterr().out)) == 2


def test_publish_alone_finds_no_proof(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--no-dependencies`` publish has no evidence to go by, and refuses."""
    nox = FakeNox(checkout.root, ["alone"], no_dependencies=True)
    assert nox.run(PUBLISH) == {PUBLISH: "failed: publish did not pass for alone"}
    assert "not run publish alone: lint-metadata of alone has not passed" in capsys.readouterr().out
    assert nox.orders == []


def test_another_interpreter_proves_anew(checkout: Checkout) -> None:
    """Evidence from one interpreter's virtualenv says nothing of another's; the last part of a version is none."""

    def with_version(text: str) -> list[Order]:
        venv = checkout.root.parent / "nox" / LINT
        venv.mkdir(parents=True, exist_ok=True)
        (venv / "pyvenv.cfg").write_text(f"home = /usr/bin\nimplementation = CPython\n{text}\n")
        nox = FakeNox(checkout.root, ["alone"])
        nox.run(LINT)
        return nox.orders

    assert with_version("version_info = 3.11.7.final.0")
    assert with_version("version_info = 3.11.7") == []
    assert with_version("version = 3.11.7") == []
    assert with_version("version_info = 3.12.1")


def test_exempt_packages_are_marked(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """A package whose tests were not run is called exempt in the table, and when it is reused the reason is told."""
    worker: Worker = lambda order: leave(order, exempt="no tests yet") if order.stage is TEST else leave(order)  # noqa: E731
    FakeNox(checkout.root, ["alone"], worker).run(SDIST, WHEEL, TEST)
    assert table(capsys.readouterr().out) == [["alone 1.0", "ok 3.0s", "ok 3.0s", "exempt 3.0s"]]
    FakeNox(checkout.root, ["alone"], worker).run(SDIST, WHEEL, TEST)
    out = capsys.readouterr().out
    assert out.count("exempt: the tests of alone were not run: no tests yet\n") == 1
    assert table(out) == [["alone 1.0", "unchanged (3.0s)", "unchanged (3.0s)", "exempt (3.0s)"]]


def test_a_finding_that_is_let_pass_is_told_each_time(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """Reused evidence with an exempt finding prints the exemption and its reason again."""
    finding = Finding(
        code="PRJ402", title="There is an entry", severity=Severity.ERROR, where="CHANGELOG.md", fix="write it",
        message="it lacks", exempt="later",
    )  # fmt: skip

    def worker(order: Order) -> None:
        leave(order)
        store = Store(order.root)
        evidence = store.read(LINT, "alone", order.inputs["alone"])
        assert evidence is not None
        store.save(replace(evidence, findings=(finding,)))

    FakeNox(checkout.root, ["alone"], worker).run(LINT)
    capsys.readouterr()
    FakeNox(checkout.root, ["alone"], worker).run(LINT)
    out = capsys.readouterr().out
    assert "\nalone 1.0 (alone)\n  exempt PRJ402 CHANGELOG.md: it lacks\n    because: later\n" in out


def test_pip_needs_no_uv(checkout: Checkout) -> None:
    """With pip as installer the order names no uv, and virtualenv is among the tools."""
    checkout.write({"pyproject.toml": '[tool.nox-release]\ninstaller = "pip"\n'})
    nox = FakeNox(checkout.root, ["alone"])
    nox.run(LINT)
    assert nox.orders[0].uv == ""
    assert any(pin.startswith("virtualenv==") for pin in nox.installed)


@pytest.mark.parametrize("there", [True, False])
def test_uv_is_found_on_the_path_too(checkout: Checkout, tmp_path: Path, there: bool) -> None:
    """Where uv is not beside the interpreter it is looked for on PATH; where it is nowhere, that is said."""
    own = tmp_path / "own"
    (own / "bin").mkdir(parents=True)
    (own / "lib").mkdir()
    (own / "bin/python").symlink_to(sys.executable)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (own / "lib" / version).mkdir()
    (own / "lib" / version / "site-packages").symlink_to(sysconfig.get_path("purelib"))
    (own / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\ninclude-system-site-packages = false\n")
    path = tmp_path / "path"
    path.mkdir()
    git = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout.strip()
    (path / "git").symlink_to(git)
    if there:
        (path / "uv").write_text("#!/bin/sh\necho uv 1.0\n")
        (path / "uv").chmod(0o755)
    code = (
        "import sys; from pathlib import Path; from fake_nox import FakeNox; from nox_release.model import Stage;"
        "nox = FakeNox(Path(sys.argv[1]), ['alone']); nox.run(Stage.LINT_METADATA); print(nox.orders[0].uv)"
    )
    done = subprocess.run(
        [own / "bin/python", "-c", code, checkout.root],
        env={"PATH": str(path), "PYTHONPATH": str(Path(__file__).parent), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if there:
        assert done.stdout.splitlines()[-1] == str(path / "uv"), done.stderr
    else:
        assert done.returncode == 1
        assert done.stderr.startswith("nox-release: uv is not installed\n  pip install uv, or set installer")


def test_nox_tells_its_queue_as_it_is_read() -> None:
    """Nox's own classes have the names by which a session looks at the queue, and give what is expected of them."""
    from nox import _options

    config = _options.NoxConfig(posargs=["alone"])
    assert config.no_dependencies is False
    assert "manifest" in inspect.signature(SessionRunner).parameters
    assert "global_config" in inspect.signature(SessionRunner).parameters
    nox.registry.reset()

    @nox.session(name="one")
    def one(session: nox.Session) -> None:
        """Do nothing."""

    @nox.session(name="two")
    def two(session: nox.Session) -> None:
        """Do nothing."""

    try:
        manifest = Manifest(nox.registry.get(), config)
    finally:
        nox.registry.reset()
    first = next(manifest)
    assert [(runner.name, queued) for runner, queued in manifest.list_all_sessions()] == [("one", False), ("two", True)]
    session = nox.Session(first)
    assert session._runner is first
    assert session._runner.manifest is manifest
    assert session._runner.global_config.no_dependencies is False
    assert session.posargs == ["alone"]


def test_nox_ends_sessions_and_commands_as_is_expected() -> None:
    """Nox's sessions take what they are given, and end in the ways that are looked for."""
    run = inspect.signature(nox.Session.run).parameters
    assert {"env", "include_outer_env", "log", "interrupt_timeout", "terminate_timeout"} <= run.keys()
    assert {"silent", "log"} <= (inspect.signature(nox.Session.install).parameters.keys() | run.keys())
    assert issubclass(CommandFailed, Exception)
    for name in ("error", "skip", "log"):
        assert callable(getattr(nox.Session, name))


def report(checkout: Checkout) -> dict[str, Any]:
    """What the last command left as JSON."""
    return dict(json.loads((checkout.root / ".nox-release/report/report.json").read_bytes()))


def outcomes_of(checkout: Checkout, name: str) -> dict[str, str]:
    """Stage → outcome of a package in that report."""
    (package,) = [package for package in report(checkout)["packages"] if package["name"] == name]
    return {stage: told["outcome"] for stage, told in package["stages"].items()}


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.FAILED])
def test_every_command_leaves_its_reports(checkout: Checkout, outcome: Outcome) -> None:
    """All reports are there when a command has ended, well or not."""
    FakeNox(checkout.root, ["alone"], outcomes({(LINT, "alone"): outcome})).run(LINT)
    assert {path.name for path in (checkout.root / ".nox-release/report").iterdir()} == set(FILES)
    assert (report(checkout)["stopped"], report(checkout)["passed"]) == ("", outcome is Outcome.PASSED)
    assert outcomes_of(checkout, "alone") == {LINT: outcome.value}


def test_between_two_sessions_the_report_is_unfinished(checkout: Checkout) -> None:
    """Whatever ends nox between two sessions, the report says that it is not the whole."""
    nox = FakeNox(checkout.root, ["alone"])

    def worker(order: Order) -> None:
        if order.stage is WHEEL:
            assert "have still to come" in report(checkout)["stopped"]
            assert report(checkout)["passed"] is False
            assert outcomes_of(checkout, "alone") == {SDIST: "passed"}
        leave(order)

    nox.worker = worker
    nox.run(SDIST, WHEEL)
    assert len(nox.orders) == 2
    assert report(checkout)["passed"] is True


def test_an_interrupted_command_says_so_in_its_report(checkout: Checkout) -> None:
    """After Ctrl-C the report has what was done so far, and that it is not the whole."""

    def worker(order: Order) -> None:
        leave(order, lambda name: None if (order.stage, name) == (WHEEL, "core") else Outcome.PASSED)
        if order.stage is WHEEL:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FakeNox(checkout.root, ["alone", "core"], worker).run(SDIST, WHEEL)
    assert report(checkout)["stopped"] == "it was interrupted"
    assert outcomes_of(checkout, "alone") == {SDIST: "passed", WHEEL: "passed"}
    assert outcomes_of(checkout, "core") == {SDIST: "passed", WHEEL: "not run"}


def test_a_command_that_cannot_go_on_says_why_in_its_report(checkout: Checkout) -> None:
    """What blocks a command after its plan is made is in the report."""
    with pytest.raises(SystemExit):
        FakeNox(checkout.root, ["alone"], installs=lambda pin: False).run(LINT)
    assert report(checkout)["stopped"].startswith("the tools of lint-metadata could not be installed")


def test_a_report_is_never_that_of_another_command(checkout: Checkout) -> None:
    """A command that is refused before it has a plan leaves no report, not even the last one's."""
    FakeNox(checkout.root, ["alone"]).run(LINT)
    with pytest.raises(SystemExit):
        FakeNox(checkout.root, ["nobody"]).run(LINT)
    assert list((checkout.root / ".nox-release/report").iterdir()) == []


def test_a_check_is_explained(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """``--explain`` needs no target, and ends with 0 before anything is looked at; an unknown code ends with 2."""
    with pytest.raises(SystemExit) as caught:
        FakeNox(checkout.root, ["--explain", "ART104"]).run(LINT)
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("ART104: The wheel installs something\n")
    assert not (checkout.root / ".nox-release").exists()
    with pytest.raises(SystemExit) as caught:
        FakeNox(checkout.root, ["--explain", "ART1044"]).run(LINT)
    assert caught.value.code == 2
    assert "no check is called 'ART1044'\n  did you mean ART104" in capsys.readouterr().err


def test_on_ci_findings_are_annotations(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """Where GitHub runs the command, what is blocked is marked; on a desk it is not."""
    blocked = outcomes({(LINT, "alone"): None})
    FakeNox(checkout.root, ["alone"], blocked).run(LINT)
    assert "::error" not in capsys.readouterr().out
    FakeNox(checkout.root, ["alone"], blocked, environ={"GITHUB_ACTIONS": "true"}).run(LINT)
    title = "title=lint-metadata of alone is blocked"
    told = f"::error file=alone/pyproject.toml,{title}::the worker ended without an answer\n"
    assert told in capsys.readouterr().out


def test_an_exemption_that_nothing_needs_is_told(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """An entry whose check looked at all that it is written for and found nothing is stale; the command passes."""
    override = '[[tool.nox-release.overrides]]\npackages = ["alone"]\nignore = { PRJ402 = "in spring" }\n'
    checkout.write({"pyproject.toml": override})

    def worker(order: Order) -> None:
        leave(order)
        store = Store(order.root)
        for name, inputs in order.inputs.items():
            evidence = store.read(LINT, name, inputs)
            assert evidence is not None
            store.save(replace(evidence, seconds={"PRJ402": 0.1}))

    assert FakeNox(checkout.root, ["alone"], worker).run(LINT) == {LINT: "success"}
    told = "ignore PRJ402 in [[tool.nox-release.overrides]] number 1 matches nothing any more in alone"
    assert f"stale: {told}: take it out\n" in capsys.readouterr().out
    FakeNox(checkout.root, ["core"], worker).run(LINT)
    assert "stale" not in capsys.readouterr().out
