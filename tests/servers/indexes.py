"""Starts real index servers on loopback: pypiron, devpi-server, pypiserver, and proxpi as a mirror that lags."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from servers.programs import program

USER, PASSWORD = "root", "correct-horse"
START = 60.0
"""Seconds that a server may take to answer."""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One server; its data and its port outlive a kill."""

    name: str
    command: Sequence[str | Path]
    port: int
    folder: Path
    upload_path: str = "/"
    simple_path: str = "/simple/"
    environ: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def upload_url(self) -> str:
        """Where uploads go."""
        return f"{self.url}{self.upload_path}"

    @property
    def simple_url(self) -> str:
        """Its Simple API."""
        return f"{self.url}{self.simple_path}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        kept = {name: text for name, text in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(part) for part in self.command],
                cwd=self.folder,
                env={**kept, "HOME": str(self.folder), **self.environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + START
        while not answers(self.url):
            if self._process.poll() is not None or time.monotonic() > end:
                self.kill()
                raise RuntimeError(
                    f"{self.name} did not start: {(self.folder / f'{self.name}.log').read_text()[-2000:]}"
                )
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=30)
            self._process = None


def answers(url: str) -> bool:
    """Whether somebody speaks HTTP there."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Run *server* as long as it is needed."""
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def pypiron(folder: Path) -> Iterator[Server]:
    """Run pypiron; the index of rehearsals, too."""
    port = free_port()
    command: list[str | Path] = [
        program("pypiron"),
        "serve",
        "--data-dir",
        folder / "files",
        "--bind-addr",
        f"127.0.0.1:{port}",
    ]
    environ = {"PYPIRON_ADVISORY_FEED": "", "PYPIRON_UPLOADER_USER": USER, "PYPIRON_UPLOADER_PASS": PASSWORD}
    with running(Server("pypiron", command, port, folder, "/legacy/", environ=environ)) as server:
        yield server


@contextmanager
def devpi(folder: Path) -> Iterator[Server]:
    """Run devpi-server with one index that has no bases."""
    port, data = free_port(), folder / "devpi"
    # The Argon2 settings of a password file that nobody attacks; the real ones take ten seconds.
    cheap = ["--argon2-memory-cost", "8", "--argon2-parallelism", "1", "--argon2-time-cost", "1"]
    init: list[str | Path] = [program("devpi-init"), "--serverdir", data, "--no-root-pypi", "--root-passwd", PASSWORD]
    subprocess.run(init, check=True, capture_output=True, timeout=START)
    command: list[str | Path] = [
        program("devpi-server"),
        "--serverdir",
        data,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += [*cheap, "--threads", "8", "--offline-mode"]
    server = Server("devpi", command, port, folder, "/root/dev/", "/root/dev/+simple/")
    with running(server):
        identity = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"{server.url}/root/dev",
            json.dumps({"type": "stage", "bases": [], "volatile": False}).encode(),
            {"X-Devpi-Auth": identity, "Content-Type": "application/json", "Accept": "application/json"},
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=30):
            yield server


@contextmanager
def pypiserver(folder: Path) -> Iterator[Server]:
    """Run pypiserver: one request at a time, HTML alone, and no digests in it."""
    port, files = free_port(), folder / "files"
    files.mkdir()
    password = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()
    (folder / "htpasswd").write_text(f"{USER}:{{SHA}}{password}\n")
    command: list[str | Path] = [
        program("pypi-server"),
        "run",
        "--interface",
        "127.0.0.1",
        "--port",
        str(port),
        "--server",
        "wsgiref",
    ]
    command += ["--backend", "simple-dir", "--disable-fallback", "--hash-algo", "off", "--authenticate", "update"]
    command += ["--passwords", folder / "htpasswd", files]
    with running(Server("pypiserver", command, port, folder)) as server:
        yield server


@contextmanager
def proxpi(folder: Path, simple_url: str, stale: int) -> Iterator[Server]:
    """Run proxpi as a mirror of *simple_url* that asks it again after *stale* seconds."""
    port = free_port()
    command: list[str | Path] = [
        program("flask"),
        "--app",
        "proxpi.server",
        "run",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    environ = {
        "PROXPI_INDEX_URL": simple_url,
        "PROXPI_INDEX_TTL": str(stale),
        "PROXPI_CACHE_DIR": str(folder / "proxpi"),
    }
    with running(Server("proxpi", command, port, folder, simple_path="/index/", environ=environ)) as server:
        yield server


Start = Callable[[Path], AbstractContextManager[Server]]
INDEXES: Mapping[str, Start] = {"pypiron": pypiron, "devpi": devpi, "pypiserver": pypiserver}
