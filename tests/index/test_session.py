"""Connections to an index: private certificate authorities and proxies count, passwords of this machine do not."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import trustme

from archives import make_wheel
from nox_release.errors import Blocked
from nox_release.index.credentials import Known
from nox_release.index.session import configured
from nox_release.index.simple import Reader
from nox_release.index.upload import Uploader
from nox_release.reconcile import BROKEN
from scripted_index import Scripted

PAGE = b'{"meta": {"api-version": "1.1"}, "name": "demo", "files": []}'
AUTHORITY = trustme.CA()


class Handler(BaseHTTPRequestHandler):
    """An index behind TLS that lists nothing and takes everything."""

    def do_GET(self) -> None:
        self._answer(PAGE)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index() -> Iterator[str]:
    """The URL of an index whose certificate a private authority made."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is what is tested
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ca(tmp_path: Path) -> str:
    """The authority's certificate in a file."""
    path = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.mark.parametrize("variable", ["", "TWINE_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_private_authority_is_believed(index: str, ca: str, tmp_path: Path, variable: str) -> None:
    """Named by .pypirc or by one of the usual variables, for reading and for uploading."""
    environ, given = ({variable: ca}, "") if variable else ({}, ca)
    reader = Reader(index, ca=given, environ=environ)
    uploader = Uploader(index, Known("test", "me", "word"), ca=given, environ=environ)
    assert reader.files("demo") == {}
    assert uploader.upload(make_wheel(tmp_path, {"demo.py": ""})).status == 200
    reader.close()
    uploader.close()


def test_an_unknown_authority_is_not_believed(index: str, tmp_path: Path) -> None:
    """Nothing is read and no password is sent."""
    reader = Reader(index, environ={})
    uploader = Uploader(index, Known("test", "me", "word"), environ={})
    with pytest.raises(Blocked, match="CERTIFICATE_VERIFY_FAILED"):
        reader.files("demo")
    answer = uploader.upload(make_wheel(tmp_path, {"demo.py": ""}))
    assert answer.status == BROKEN
    assert "CERTIFICATE_VERIFY_FAILED" in answer.reason
    reader.close()
    uploader.close()


def test_a_proxy_is_gone_through(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's proxy gets the request for a host that only it can reach, and none for what no_proxy names."""
    monkeypatch.setenv("http_proxy", scripted.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    scripted.answers["http://index.invalid/simple/"] = (200, "text/plain", b"through the proxy")
    with configured(requests.Session(), "http://index.invalid/simple/", {}) as session:
        assert session.get("http://index.invalid/simple/").text == "through the proxy"
    with configured(requests.Session(), scripted.url, {}) as session:
        session.get(f"{scripted.url}/direct")
    assert [path for _, path, _ in scripted.asked] == ["http://index.invalid/simple/", "/direct"]


def test_a_netrc_is_not_read(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password for this very host stays where it is."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with configured(requests.Session(), scripted.url, {}) as session:
        session.get(scripted.url)
    assert "authorization" not in scripted.asked[0][2]
