"""auditwheel and abi3audit, asked only where they have something to say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from fakes import FakeRun
from nox_release.checks.native import Binaries, Extension
from nox_release.errors import Blocked
from nox_release.native import binaries
from nox_release.process import Completed
from nox_release.work import Job

SHOWN = {
    "version": 1,
    "overall_tag": "manylinux_2_34_x86_64",
    "versioned_symbols": {"libc.so.6": ["GLIBC_2.2.5", "GLIBC_2.34"]},
    "external_libs": {"libssl.so.3": "/usr/lib/libssl.so.3"},
}
ABI3 = {
    "specs": {
        "x": {
            "kind": "wheel",
            "wheel": [
                {"name": "_x.abi3.so", "result": {"baseline": "3.9", "computed": "3.10", "non_abi3_symbols": ["_Py"]}}
            ],
        }
    }
}


@dataclass
class Desk:
    """The part of a job that is needed here."""

    folder: Path
    run: FakeRun
    environ: dict[str, str] = field(default_factory=dict)


@dataclass
class Reporting(FakeRun):
    """Writes a report, as abi3audit does."""

    report: str = ""

    def __call__(self, command: Sequence[str | Path], **how: object) -> Completed:
        words = [str(part) for part in command]
        if self.report and "abi3audit" in words:
            Path(words[words.index("--output") + 1]).write_text(self.report)
        return super().__call__(command, **how)  # type: ignore[arg-type]  # as the door is called


def seen(tmp_path: Path, name: str, run: FakeRun) -> Binaries | None:
    return binaries(cast("Job", Desk(tmp_path, run)), tmp_path / name)


@pytest.mark.parametrize(
    "name",
    ["demo-1.0-py3-none-any.whl", "demo-1.0-cp311-cp311-macosx_11_0_arm64.whl", "demo-1.0-cp311-cp311-win_amd64.whl"],
)
def test_there_is_nothing_to_look_at_in_most_wheels(tmp_path: Path, name: str) -> None:
    """No process is started for them."""
    run = FakeRun()
    assert seen(tmp_path, name, run) is None
    assert run.commands == []


def test_a_plain_linux_tag_promises_nothing(tmp_path: Path) -> None:
    """Auditwheel is not asked; that the tag is refused is told elsewhere."""
    run = FakeRun()
    assert seen(tmp_path, "demo-1.0-cp311-cp311-linux_x86_64.whl", run) == Binaries(
        "demo-1.0-cp311-cp311-linux_x86_64.whl", ("linux_x86_64",)
    )
    assert run.commands == []


def test_what_auditwheel_says_is_read(tmp_path: Path) -> None:
    """With warnings before its JSON."""
    name = "demo-1.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
    run = FakeRun({"auditwheel show": Completed(0, f"WARNING: ugh\n{json.dumps(SHOWN, indent=4)}\n")})
    assert seen(tmp_path, name, run) == Binaries(
        name,
        ("manylinux2014_x86_64", "manylinux_2_17_x86_64"),
        "manylinux_2_34_x86_64",
        {"libc.so.6": ("GLIBC_2.2.5", "GLIBC_2.34")},
        ("libssl.so.3",),
    )


def test_what_abi3audit_reports_is_read(tmp_path: Path) -> None:
    """Its exit code is its verdict; ours is the check's."""
    run = Reporting({"abi3audit": Completed(1, "")}, report=json.dumps(ABI3))
    found = seen(tmp_path, "demo-1.0-cp39-abi3-macosx_11_0_arm64.whl", run)
    assert found and found.extensions == (Extension("_x.abi3.so", "3.9", "3.10", ("_Py",)),)


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", Completed(1, '{"version": 1, "error": "no ELF"}'), "no ELF"),
        ("demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", Completed(127, "python: not found"), "python: not found"),
        ("demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", Completed(0, "{oh"), "{oh"),
        ("demo-1.0-cp39-abi3-win_amd64.whl", Completed(1, "processing error"), "processing error"),
    ],
)
def test_a_tool_that_cannot_look_blocks(tmp_path: Path, name: str, answer: Completed, message: str) -> None:
    """Nothing is known then, and that is no pass."""
    with pytest.raises(Blocked, match=f"could not look: {message}"):
        seen(tmp_path, name, FakeRun({"-m a": answer}))
