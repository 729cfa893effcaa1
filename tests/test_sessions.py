"""The stages as nox sessions: what a noxfile gets from its two lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import nox
import pytest
from nox import registry

import nox_release
from checkouts import Checkout
from fake_nox import FakeNox, FakeSession
from nox_release.model import REQUIRES, Stage
from nox_release.sessions import DESCRIPTIONS


@pytest.fixture(autouse=True)
def noxfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a noxfile that is being read; what it registers is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    before = nox.options.error_on_missing_interpreters
    registry.reset()
    yield tmp_path
    registry.reset()
    nox.options.error_on_missing_interpreters = before


def test_each_stage_is_a_session() -> None:
    """There is one session a stage, with nox's own requires, none of which runs unasked."""
    nox_release.register()
    found = registry.get()
    assert list(found)[: len(Stage)] == [stage.value for stage in Stage]
    for stage in Stage:
        session = found[stage.value]
        assert session.requires == [needed.value for needed in REQUIRES[stage]]
        assert session.__doc__ == DESCRIPTIONS[stage]
        assert (session.default, session.reuse_venv, session.python) == (False, True, None)


@pytest.mark.parametrize(
    ("name", "requires"),
    [
        ("approve", [str(needed) for needed in REQUIRES[Stage.PUBLISH]]),
        ("status", []),
        ("review", []),
        ("doctor", []),
        ("plan", []),
        ("prepare", []),
        ("explain", []),
    ],
)
def test_what_is_no_stage_is_a_session_too(name: str, requires: list[str]) -> None:
    """What only looks needs no stage before it and no virtualenv; an approval needs what publish needs."""
    nox_release.register()
    session = registry.get()[name]
    assert (session.requires, session.default, session.venv_backend) == (requires, False, "none")
    assert session.__doc__


def test_a_missing_interpreter_is_an_error() -> None:
    """Nox does not skip a session for want of its interpreter: a skipped session counts as success."""
    nox.options.error_on_missing_interpreters = False
    nox_release.register()
    assert nox.options.error_on_missing_interpreters


@pytest.mark.parametrize(
    ("content", "backend"),
    [
        (None, "uv"),
        (b"", "uv"),
        (b"[tool.nox-release]\ninstaller = 'uv'\n", "uv"),
        (b"[tool.nox-release]\ninstaller = 'pip'\n", "virtualenv"),
        (b"\xef\xbb\xbf[tool.nox-release]\ninstaller = 'pip'\n", "virtualenv"),
        (b"[tool.nox-release]\ninstaller = 'conda'\n", "uv"),
        (b"[tool]\nnox-release = 3\n", "uv"),
        (b"tool = ", "uv"),
        (b"\xff", "uv"),
    ],
)
def test_the_installer_makes_the_sessions_virtualenvs(noxfile: Path, content: bytes | None, backend: str) -> None:
    """With pip as installer uv is not used for sessions either; what cannot be read is told when a session runs."""
    if content is not None:
        (noxfile / "pyproject.toml").write_bytes(content)
    nox_release.register()
    assert {registry.get()[stage].venv_backend for stage in Stage} == {backend}


def test_the_sessions_of_one_nox_share_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first session opens the command and the last one closes it, over one snapshot of the noxfile's folder."""
    checkout = Checkout.new(tmp_path / "workspace", {"a/pyproject.toml": '[project]\nname = "a"\nversion = "1.0"\n'})
    monkeypatch.chdir(checkout.root)
    nox_release.register()
    doors = FakeNox(checkout.root, ["a"])
    for stage, to_come in ((Stage.LINT_METADATA, {Stage.BUILD_SDIST}), (Stage.BUILD_SDIST, set[Stage]())):
        registry.get()[stage.value](FakeSession(doors, stage, frozenset(to_come)))
        checkout.write({"a/later.py": ""})
    out = capsys.readouterr().out
    assert out.count("nox-release: 1 package") == 1
    assert out.count("lint-metadata  build-sdist") == 1
    assert doors.orders[0].plan == doors.orders[1].plan


def test_nothing_is_looked_at_before_a_session_runs(noxfile: Path) -> None:
    """Registering leaves the folder as it is, whatever is in it: ``nox -l`` works everywhere."""
    nox_release.register()
    assert list(noxfile.iterdir()) == []
    with pytest.raises(SystemExit):
        registry.get()["test"](SimpleNamespace(posargs=[]))
