"""An index on loopback for rehearsals: pypiron, with random credentials, ended with the command that started it."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from nox_release.errors import Blocked

# Runs the server as its child and ends it, and takes its data away, when standard input is closed. The
# system closes that when the worker dies, however it dies.
_KEEPER = """\
import os, shutil, signal, subprocess, sys, threading
signal.signal(signal.SIGINT, signal.SIG_IGN)
server = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)
def wait():
    sys.stdin.buffer.read()
    server.kill()
threading.Thread(target=wait, daemon=True).start()
code = server.wait()
shutil.rmtree(sys.argv[1], ignore_errors=True)
sys.exit(code)
"""


@dataclass(frozen=True)
class Rehearsal:
    """A running index."""

    url: str
    username: str
    password: str = field(repr=False)

    @property
    def upload_url(self) -> str:
        """Where uploads go."""
        return f"{self.url}/legacy/"

    @property
    def simple_url(self) -> str:
        """Its Simple API."""
        return f"{self.url}/simple/"


@contextmanager
def rehearsal_index(environ: Mapping[str, str], attempts: int = 3) -> Iterator[Rehearsal]:
    """Start an empty index on a free port of loopback, and end it.

    :raises Blocked: where it does not start.
    """
    program = Path(sysconfig.get_path("scripts"), "pypiron")
    user, password = "rehearsal", secrets.token_urlsafe(24)
    for attempt in range(1, attempts + 1):
        data = tempfile.mkdtemp(prefix="nox-release-index-")
        log = Path(data, "log")
        port = _free_port()
        command = [sys.executable, "-I", "-c", _KEEPER, data, str(program), "serve"]
        command += ["--data-dir", f"{data}/files", "--bind-addr", f"127.0.0.1:{port}"]
        env = {
            # The user may run pypiron, too; what that is told, its buckets above all, is not for this one.
            **{name: value for name, value in environ.items() if not name.startswith("PYPIRON_")},
            "PYPIRON_ADVISORY_FEED": "",
            "PYPIRON_UPLOADER_USER": user,
            "PYPIRON_UPLOADER_PASS": password,
            "HOME": data,
        }
        with log.open("w") as out:
            keeper = subprocess.Popen(
                command, cwd=data, env=env, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True
            )
        try:
            url = f"http://127.0.0.1:{port}"
            if _answers(url, keeper):
                yield Rehearsal(url, user, password)
                return
            said = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
            if attempt == attempts:  # another program may have taken the port in between
                raise Blocked(f"the rehearsal index did not start: {''.join(said)}", "run the command again")
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()
            keeper.wait(timeout=30)
            shutil.rmtree(data, ignore_errors=True)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str, keeper: subprocess.Popen[bytes], timeout: float = 20.0) -> bool:
    end = time.monotonic() + timeout
    with requests.Session() as session:
        session.trust_env = False
        while time.monotonic() < end and keeper.poll() is None:
            try:
                if session.get(f"{url}/health", timeout=2).ok:
                    return True
            except requests.RequestException:
                time.sleep(0.02)
    return False
