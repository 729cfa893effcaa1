"""The part of GitHub's REST API that releases need, on loopback; it fails when a test says so."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "ghs_secret-of-the-tests"
REPOSITORY = "contoso/sdk"
RELEASES = f"/repos/{REPOSITORY}/releases"


@dataclass
class Failure:
    """How a request fails."""

    method: str
    status: int
    """0: the connection breaks."""
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    done: bool = False
    """It does what was asked, and fails then."""


@dataclass
class FakeGitHub:
    """Releases of one repository."""

    url: str = ""
    releases: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Tag → release."""
    assets: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    """Of the next requests, each by the first that has its method."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    digests: bool = True

    def add_asset(self, name: str, content: bytes, state: str = "uploaded") -> None:
        """Have an asset."""
        asset = {"id": len(self.assets) + 1, "name": name, "size": len(content), "state": state}
        if self.digests:
            asset["digest"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.assets[name] = asset

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, Any]:
        """Do what is asked."""
        match method, path.removeprefix(RELEASES).strip("/").split("/"):
            case "GET", ["tags", tag]:
                found = self.releases.get(unquote(tag))
                return (200, found) if found else (404, {"message": "Not Found"})
            case "POST", [""]:
                wanted = json.loads(body)
                if wanted["tag_name"] in self.releases:
                    return 422, {"message": "Validation Failed", "errors": [{"code": "already_exists"}]}
                page = f"https://github.com/{REPOSITORY}/releases/tag/{wanted['tag_name']}"
                made = {
                    **wanted,
                    "id": 7,
                    "html_url": page,
                    "upload_url": f"{self.url}/uploads{RELEASES}/7/assets{{?name,label}}",
                }
                self.releases[wanted["tag_name"]] = made
                return 201, made
            case "GET", ["7", "assets"]:
                return 200, list(self.assets.values())
            case "DELETE", ["assets", number]:
                self.assets = {name: one for name, one in self.assets.items() if str(one["id"]) != number}
                return 204, None
        if method == "POST" and path == f"/uploads{RELEASES}/7/assets":
            (name,) = query["name"]
            if name in self.assets:
                return 422, {"message": "Validation Failed", "errors": [{"code": "already_exists"}]}
            self.add_asset(name, body)
            return 201, self.assets[name]
        return 404, {"message": "Not Found"}


@contextmanager
def fake_github() -> Iterator[FakeGitHub]:
    """Serve one on loopback."""
    hub = FakeGitHub()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            hub.asked.append((self.command, parts.path))
            failure = next((one for one in hub.failures if one.method == self.command), None)
            if failure:
                hub.failures.remove(failure)
                if failure.done:
                    hub.answer(self.command, parts.path, parse_qs(parts.query), body)
                self._send(failure.status, failure.body, failure.headers)
            elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._send(401, {"message": "Bad credentials"}, {})
            else:
                self._send(*hub.answer(self.command, parts.path, parse_qs(parts.query), body), {})

        do_GET = do_POST = do_DELETE = _do  # noqa: N815

        def _send(self, status: int, document: Any, headers: dict[str, str]) -> None:
            self.close_connection = True
            if not status:
                return
            content = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            for name, text in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(content)

        log_message: Callable[..., None] = lambda *_: None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
