"""The task that builds images, and a control plane that is started again meanwhile."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import flyte.errors
import pytest

from hearth_runner import images, login


@pytest.fixture
def answers(monkeypatch):
    """What the control plane answers to each call, in turn: a status, a line, and whether it ends as it should; or nothing at all."""
    given = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            answer = given.pop(0)
            self.close_connection = True
            if answer is None:
                return
            status, line, whole = answer
            self.send_response(status)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line) + (b"0\r\n\r\n" if whole else b""))

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(login, "address", lambda: f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(images, "_PAUSE", 0.01)
    yield given
    server.shutdown()
    server.server_close()


def test_a_control_plane_that_is_gone_or_breaks_off_is_asked_again(answers, capsys):
    answers += [None, (503, b"busy\n", True), (200, b"Collecting flyte\n", False), (200, b"built\n", True)]
    images._build("image", b"spec")
    assert answers == []
    assert capsys.readouterr().out.splitlines()[-1] == "built"


def test_what_is_refused_or_has_failed_is_not_asked_again(answers):
    answers += [(400, b'{"detail": "no such layer"}', True), (200, b"failed: no such package\n", True)]
    with pytest.raises(flyte.errors.RuntimeUserError, match="no such layer"):
        images._build("image", b"spec")
    with pytest.raises(flyte.errors.RuntimeUserError, match="no such package"):
        images._build("image", b"spec")


def test_one_that_does_not_come_back_is_given_up(answers, monkeypatch):
    monkeypatch.setattr(images, "_TRIES_FOR", 0.05)
    answers += [None] * 1_000
    with pytest.raises(OSError):
        images._build("image", b"spec")
