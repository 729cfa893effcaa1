"""An index on loopback that does what a test scripts."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Scripted:
    """Answers by path; remembers what it was asked."""

    url: str = ""
    answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    """Path → status (0: the connection breaks), content type, body."""
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Method, path and headers (lower case) of each request."""
    bodies: list[bytes] = field(default_factory=list)
    reason: str | None = None
    """The reason phrase; None: the usual one."""
    short: int = 0
    """Bytes that are announced and never sent."""
    first: dict[str, list[tuple[int, str, bytes]]] = field(default_factory=dict)
    """Path → answers that are given before the one in ``answers``, each once."""
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Path → further headers of the answer."""
    pace: float = 0.0
    """Seconds before each byte of a body."""


@contextmanager
def scripted_index() -> Iterator[Scripted]:
    """Serve a script on loopback."""
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_HEAD(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            script.asked.append((self.command, self.path, {name.lower(): text for name, text in self.headers.items()}))
            script.bodies.append(body)
            before = script.first.get(self.path)
            status, kind, content = (
                before.pop(0) if before else script.answers.get(self.path, (404, "text/plain", b"nothing here"))
            )
            self.close_connection = True
            if not status:
                return
            self.send_response(status, script.reason)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content) + script.short))
            for header, value in script.headers.get(self.path, {}).items():
                self.send_header(header, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            if not script.pace:
                self.wfile.write(content)
                return
            with contextlib.suppress(ConnectionError):  # the client has enough
                for byte in content:
                    time.sleep(script.pace)
                    self.wfile.write(bytes([byte]))

        log_message: Callable[..., None] = lambda *_: None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
