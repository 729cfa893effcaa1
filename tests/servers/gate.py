"""Stands in front of an index server: sees every request, and does something at a chosen moment of one of them."""

from __future__ import annotations

import contextlib
import http.client
import re
import select
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from servers.indexes import Server

_FILE = re.compile(rb'name="content"; filename="([^"]+)"')
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Moment(StrEnum):
    """How far a request has come."""

    BEFORE = "before it is passed on"
    BODY = "in the middle of its body"
    TAKEN = "after its last byte"
    ANSWERED = "before its answer is passed back"


@dataclass(frozen=True)
class Strike:
    """At which moment of which request something is done."""

    number: int
    """Of the request, from 0."""
    moment: Moment
    act: Callable[[], None]
    uploads: bool = False
    """Only uploads are counted."""
    goes_on: bool = False
    """The request goes on afterwards; else it comes no farther."""


@dataclass
class Gate:
    """What passed, and what is to happen."""

    server: Server
    url: str = ""
    strike: Strike | None = None
    uploads: list[tuple[str, bool]] = field(default_factory=list)
    """Each upload's file name, and whether the server listed it when the upload came.

    Not where the sender was shown a page without it since its last upload: a command that was killed may have left an
    upload on its way, which arrives after the next one has looked.
    """
    shown: bytes | None = None
    """The page that was passed back last, since the last upload or since somebody forgot it."""
    struck: str = ""
    """The request that was struck."""
    requests: list[str] = field(default_factory=list)
    """Method of each request."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def upload_url(self) -> str:
        """Where uploads go."""
        return f"{self.url}{self.server.upload_path}"

    @property
    def simple_url(self) -> str:
        """The Simple API."""
        return f"{self.url}{self.server.simple_path}"

    def page(self, name: str) -> str:
        """The server's list of the files of a project; empty where it cannot be read."""
        with contextlib.suppress(OSError, http.client.HTTPException), self.connect() as upstream:
            upstream.request("GET", f"{self.server.simple_path}{name}/", headers={"Accept": "text/html"})
            return upstream.getresponse().read().decode()
        return ""

    @contextmanager
    def connect(self) -> Iterator[http.client.HTTPConnection]:
        """A connection to the server."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)) as upstream:
            yield upstream

    def enter(self, method: str, path: str) -> Callable[[Moment], bool]:
        """Count a request; return what tells at each of its moments whether it ends there."""
        with self._lock:
            strike = self.strike
            number = self.requests.count(method) if strike and strike.uploads else len(self.requests)
            self.requests.append(method)
        if strike is None or strike.number != number or (strike.uploads and method != "POST"):
            return lambda moment: False

        def ends(moment: Moment) -> bool:
            if moment is not strike.moment:
                return False
            self.struck = f"{method} {path}, {moment}"
            strike.act()
            return not strike.goes_on

        return ends


@contextmanager
def gate(server: Server, tls: ssl.SSLContext | None = None) -> Iterator[Gate]:
    """Stand on a port of loopback in front of *server*; with *tls*, behind a certificate."""
    made = Gate(server)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass(b"")

        def do_POST(self) -> None:
            self._pass(self.rfile.read(int(self.headers["Content-Length"])))

        def _pass(self, body: bytes) -> None:
            self.close_connection = True
            ends = made.enter(self.command, self.path)
            if named := _FILE.search(body):
                filename, shown, made.shown = named[1].decode(), made.shown, None
                listed = f">{filename}<" in made.page(filename.split("-")[0].replace("_", "-"))
                made.uploads.append((filename, listed and (shown is None or named[1] in shown)))
            # The other side may be dead: that is what happens here.
            with contextlib.suppress(OSError, http.client.HTTPException), made.connect() as upstream:
                if ends(Moment.BEFORE):
                    return
                upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for header, text in self.headers.items():
                    upstream.putheader(header, text)
                upstream.endheaders()
                # Who is refused by his headers is answered before his body is read. What is sent then resets the
                # connection, and the answer is lost (RFC 9112, 9.5): so look for one first.
                sent = 0 if body and _answers_early(upstream) else len(body)
                upstream.send(body[: sent // 2])
                if ends(Moment.BODY):
                    return
                upstream.send(body[sent // 2 : sent])
                if ends(Moment.TAKEN):
                    return
                answer = upstream.getresponse()
                content = answer.read()
                if ends(Moment.ANSWERED):
                    return
                if self.command == "GET" and self.path.removeprefix(made.server.simple_path) not in {"", self.path}:
                    made.shown = content
                self.send_response_only(answer.status, answer.reason)
                for header, text in answer.getheaders():
                    if header.lower() not in _HOP:
                        self.send_header(header, text)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(content)

        log_message: Callable[..., None] = lambda *_: None

    with listening(Handler, tls) as made.url:
        yield made


def _answers_early(upstream: http.client.HTTPConnection) -> bool:
    """Whether the server answers within a moment to the headers alone."""
    return bool(select.select([upstream.sock], [], [], 0.2)[0])


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve with *handler* on a free port of loopback; yields its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True  # one may hang on purpose
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
