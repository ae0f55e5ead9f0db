"""The part of Flyte's protocol that tasks need to call tasks: Connect over HTTP/1.1, as the SDK speaks it."""

import gzip
import queue
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flyteidl2.actions import actions_service_pb2
from flyteidl2.common import phase_pb2
from flyteidl2.core import execution_pb2


class FlyteDoor:
    def __init__(self, enqueue):
        """enqueue takes the action that a parent asks for."""
        self.broken = False
        self._enqueue = enqueue
        self._lock = threading.Lock()
        self._updates = {}
        self._watches = []
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                door._serve(self, self.path.rsplit("/", 1)[1], _body(self))

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def ended(self, action_id, output_uri=None, failure=None):
        update = actions_service_pb2.WatchForUpdatesResponse()
        update.action_update.action_id.CopyFrom(action_id)
        if failure is None:
            update.action_update.phase = phase_pb2.ACTION_PHASE_SUCCEEDED
            update.action_update.output_uri = output_uri
        else:
            update.action_update.phase = phase_pb2.ACTION_PHASE_FAILED
            update.action_update.error.CopyFrom(execution_pb2.ExecutionError(
                code=failure.code, message=failure.message, kind=execution_pb2.ExecutionError.USER))
        with self._lock:
            self._updates[action_id.name] = update
            for watch in self._watches:
                watch.put(update)

    def _serve(self, http, method, body):
        if self.broken:
            return _answer(http, b'{"code": "unauthenticated", "message": "as the test wants it"}', "application/json", 401)
        if method == "Enqueue":
            self._enqueue(actions_service_pb2.EnqueueRequest.FromString(body).action)
            _answer(http, actions_service_pb2.EnqueueResponse().SerializeToString())
        elif method == "Abort":
            _answer(http, actions_service_pb2.AbortResponse().SerializeToString())
        elif method == "WatchForUpdates":
            self._watch(http)
        else:
            _answer(http, b'{"code": "unimplemented", "message": ""}', "application/json", 501)

    def _watch(self, http):
        http.send_response(200)
        http.send_header("content-type", "application/connect+proto")
        http.send_header("transfer-encoding", "chunked")
        http.end_headers()
        watch = queue.Queue()
        sentinel = actions_service_pb2.WatchForUpdatesResponse()
        sentinel.control_message.sentinel = True
        with self._lock:
            self._watches.append(watch)
            for update in (*self._updates.values(), sentinel):
                watch.put(update)
        try:
            while (update := watch.get()) is not None:
                message = update.SerializeToString()
                framed = struct.pack(">BI", 0, len(message)) + message
                http.wfile.write(b"%x\r\n%s\r\n" % (len(framed), framed))
        except OSError:
            pass
        http.close_connection = True

    def break_down(self):
        """Streams end, and nothing is answered any more."""
        self.broken = True
        with self._lock:
            for watch in self._watches:
                watch.put(None)

    def close(self):
        self.break_down()
        self._server.shutdown()


def _answer(http, body, content_type="application/proto", status=200):
    http.send_response(status)
    http.send_header("content-type", content_type)
    http.send_header("content-length", str(len(body)))
    http.end_headers()
    http.wfile.write(body)


def _body(http):
    if http.headers.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while size := int(http.rfile.readline(), 16):
            body += http.rfile.read(size)
            http.rfile.readline()
        http.rfile.readline()
    else:
        body = http.rfile.read(int(http.headers.get("content-length", 0)))
    return gzip.decompress(body) if http.headers.get("content-encoding") == "gzip" else body
