"""An index of our own that does what real servers do only on their worst days, as a test scripts it."""

from __future__ import annotations

import contextlib
import email
import email.policy
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from servers.gate import Moment, listening


@dataclass(frozen=True)
class Fault:
    """What becomes of one upload."""

    status: int = 200
    reason: str | None = None
    takes: bool = False
    """The file is kept, whatever is answered."""
    resets: Moment | None = None
    """The connection is reset then."""
    hangs: bool = False
    """No answer comes until the index is closed."""
    retry_after: str = ""
    lag: int = 0
    """Readings of the list that do not show the file yet."""
    content: bytes | None = None
    """Served under its name in place of what was sent."""


@dataclass
class Stored:
    """A file of the index."""

    content: bytes
    sha256: str
    """As the list tells it."""
    lag: int = 0


@dataclass
class Faulty:
    """An index, its script, and what it saw."""

    script: list[Fault] = field(default_factory=list)
    """For the next uploads; then all goes well."""
    tells_digests: bool = True
    unreadable: int = 0
    """Readings of the list that are answered 503."""
    again: Fault = field(default_factory=lambda: Fault(400, "File already exists"))
    """What becomes of an upload of a file that is there."""
    url: str = ""
    files: dict[str, Stored] = field(default_factory=dict)
    uploads: list[tuple[str, bool]] = field(default_factory=list)
    """Each upload's file name, and whether it was listed when the upload came."""
    closed: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def upload_url(self) -> str:
        """Where uploads go."""
        return f"{self.url}/legacy/"

    @property
    def simple_url(self) -> str:
        """The Simple API."""
        return f"{self.url}/simple/"

    def keep(self, filename: str, content: bytes, fault: Fault) -> None:
        """Have a file, as *fault* says."""
        told = hashlib.sha256(content).hexdigest()
        self.files[filename] = Stored(content if fault.content is None else fault.content, told, fault.lag)

    def listing(self) -> bytes:
        """The list of files, which has each file that has waited long enough."""
        with self.lock:
            shown = []
            for filename, stored in self.files.items():
                if stored.lag > 0:
                    stored.lag -= 1
                    continue
                hashes = {"sha256": stored.sha256} if self.tells_digests else {}
                shown.append({"filename": filename, "url": f"/files/{filename}", "hashes": hashes})
        return json.dumps({"meta": {"api-version": "1.0"}, "name": "demo", "files": shown}).encode()


@contextmanager
def faulty_index() -> Iterator[Faulty]:
    """Serve it on loopback."""
    index = Faulty()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.close_connection = True
            if self.path.startswith("/simple/"):
                if index.unreadable > 0:
                    index.unreadable -= 1
                    return self._answer(503)
                return self._answer(200, index.listing(), "application/vnd.pypi.simple.v1+json")
            stored = index.files.get(self.path.rpartition("/")[2])
            return self._answer(200, stored.content) if stored else self._answer(404)

        def do_POST(self) -> None:
            self.close_connection = True
            length = int(self.headers["Content-Length"])
            fault = index.script.pop(0) if index.script else Fault(takes=True)
            if fault.resets is Moment.BEFORE:
                return self._reset()
            if fault.resets is Moment.BODY:
                self.rfile.read(length // 2)
                return self._reset()
            filename, content = _file(self.headers["Content-Type"], self.rfile.read(length))
            there = index.files.get(filename)
            index.uploads.append((filename, there is not None and there.lag <= 0))
            if there is not None:
                fault = index.again
            elif fault.takes:
                index.keep(filename, content, fault)
            if fault.resets:
                return self._reset()
            if fault.hangs:
                index.closed.wait(60)
                return None
            return self._answer(fault.status, reason=fault.reason, retry_after=fault.retry_after)

        def _answer(
            self,
            status: int,
            body: bytes = b"",
            kind: str = "text/plain",
            reason: str | None = None,
            retry_after: str = "",
        ) -> None:
            with contextlib.suppress(ConnectionError):
                self.send_response(status, reason)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if retry_after:
                    self.send_header("Retry-After", retry_after)
                self.end_headers()
                self.wfile.write(body)

        def _reset(self) -> None:
            # Lingering for no time: the other side gets a reset, not an end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

        def finish(self) -> None:
            with contextlib.suppress(OSError, ValueError):  # after a reset nothing is left to flush
                super().finish()

        log_message: Callable[..., None] = lambda *_: None

    with listening(Handler) as index.url:
        try:
            yield index
        finally:
            index.closed.set()


def _file(content_type: str, body: bytes) -> tuple[str, bytes]:
    """The name and the bytes of the file in a form (multipart/form-data)."""
    form = email.message_from_bytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP
    )
    for part in form.iter_parts():
        if part.get_param("name", header="content-disposition") == "content":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return str(part.get_filename()), content
    raise ValueError("the form has no file")
