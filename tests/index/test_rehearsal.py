"""The index of a rehearsal: a real one, on loopback, that outlives nobody."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archives import make_sdist, make_wheel
from nox_release.evidence import sha256
from nox_release.index.credentials import Known
from nox_release.index.rehearsal import rehearsal_index
from nox_release.index.simple import Reader, wait_until
from nox_release.index.upload import Uploader

pytestmark = pytest.mark.end_to_end
BOUND = 20.0
"""Seconds after which a test gives up waiting."""


def listening(url: str) -> bool:
    where = urlsplit(url)
    with contextlib.suppress(OSError), socket.create_connection((where.hostname or "", where.port or 0), timeout=2):
        return True
    return False


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith("nox-release-index-")]


@pytest.mark.parametrize("settings", [{}, {"PYPIRON_BUCKETS": "s3://a-real-bucket", "PYPIRON_UPLOADER_USER": "me"}])
def test_what_is_uploaded_can_be_read_back(tmp_path: Path, settings: Mapping[str, str]) -> None:
    """Empty at first; then it lists and serves the very bytes, whatever an index of the user's is set to."""
    files = [make_sdist(tmp_path, {"demo.py": ""}), make_wheel(tmp_path, {"demo.py": ""})]
    with rehearsal_index({**os.environ, **settings}) as index:
        reader = Reader(index.simple_url)
        assert reader.files("demo") == {}
        uploader = Uploader(index.upload_url, Known("test", index.username, index.password))
        for path in files:
            assert uploader.upload(path).status == 200
        assert wait_until(lambda: len(reader.files("demo")) == len(files), BOUND)
        listed = reader.files("demo")
        assert {name: one.sha256 for name, one in listed.items()} == {path.name: sha256(path) for path in files}
        assert {name: reader.digest(one) for name, one in listed.items()} == {path.name: sha256(path) for path in files}
        refused = Uploader(index.upload_url, Known("test", index.username, "a guess")).upload(files[0])
        assert refused.status in {401, 403}
        reader.close()
    assert not listening(index.url)


def test_each_rehearsal_has_its_own_password() -> None:
    """It is random, and not shown with the value."""
    with rehearsal_index(os.environ) as one, rehearsal_index(os.environ) as other:
        assert one.password != other.password
        assert one.url != other.url
        assert one.password not in repr(one)


def test_an_index_ends_with_its_work_also_when_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Afterwards nobody listens, and its data is gone."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    urls: list[str] = []

    def work() -> None:
        with rehearsal_index(os.environ) as index:
            urls.append(index.url)
            assert listening(index.url)
            assert len(left_behind(tmp_path)) == 1
            raise ValueError("failed")

    with pytest.raises(ValueError, match="failed"):
        work()
    assert [listening(url) for url in urls] == [False]
    assert left_behind(tmp_path) == []


STARTER = """\
import os, sys
from nox_release.index.credentials import Known
from nox_release.index.rehearsal import rehearsal_index
with rehearsal_index(os.environ) as index:
    print(index.url, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_index_ends_when_its_starter_is_killed(tmp_path: Path, how: signal.Signals) -> None:
    """The system closes the pipe of a killed process: the server ends, and its data is taken away."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with starter:
        assert starter.stdout is not None
        url = starter.stdout.readline().strip()
        assert listening(url)
        assert len(left_behind(tmp_path)) == 1
        starter.send_signal(how)
        assert starter.wait(BOUND) == -how
        end = time.monotonic() + BOUND
        while (listening(url) or left_behind(tmp_path)) and time.monotonic() < end:
            time.sleep(0.01)
        assert not listening(url)
        assert left_behind(tmp_path) == []


WITHOUT_SERVER = """\
import os, site, sys
site.addsitedir(sys.argv[1])
from nox_release.errors import Blocked
from nox_release.index.credentials import Known
from nox_release.index.rehearsal import rehearsal_index
try:
    with rehearsal_index(os.environ, attempts=2):
        print("started")
except Blocked as error:
    print(error)
"""


def test_an_index_that_does_not_start_is_said(tmp_path: Path) -> None:
    """Where the server's program is not there, the message has the reason, and nothing is left behind."""
    venv.create(tmp_path / "venv", with_pip=False)
    done = subprocess.run(
        [tmp_path / "venv/bin/python", "-c", WITHOUT_SERVER, sysconfig.get_path("purelib")],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("the rehearsal index did not start: FileNotFoundError: ")
    assert "pypiron" in done.stdout
    assert left_behind(tmp_path) == []
