"""The other end of the worker protocol, over a real socket."""

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc

from hearth_runner import wire

PATIENCE = 30


def attempt(action: int):
    return wire.AttemptRef(action=action, token=1_000 + action)


class FakeControlPlane:
    """Remembers frames and sends what it is told to."""

    def __init__(self):
        self.frames = queue.Queue()
        self.listener = None
        self._replica = None
        handler = grpc.stream_stream_rpc_method_handler(
            self._connect, request_deserializer=wire.WorkerFrame.FromString,
            response_serializer=wire.ControlFrame.SerializeToString)
        self._server = grpc.server(ThreadPoolExecutor(8))
        self._server.add_generic_rpc_handlers([
            grpc.method_handlers_generic_handler("hearth.worker.v1.WorkerGateway", {"Connect": handler})])
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def _connect(self, requests, context):
        replica = self._replica = queue.Queue()
        threading.Thread(target=self._read, args=(requests, replica), daemon=True).start()
        while (word := replica.get()) is not None:
            if isinstance(word, grpc.StatusCode):
                context.abort(word, "as the test wants it")
            yield word

    def _read(self, requests, replica):
        try:
            for frame in requests:
                self.frames.put(frame)
                if self.listener:
                    self.listener(frame)
        except grpc.RpcError:
            pass
        except Exception:  # what grpc raises when the stream was aborted
            pass
        replica.put(None)

    def send(self, **frame):
        self._replica.put(wire.ControlFrame(**frame))

    def welcome(self, **welcome):
        self.send(welcome=wire.Welcome(heartbeat_millis=50, **welcome))

    def greet(self, **welcome):
        hello = self.await_frame(lambda frame: frame.HasField("hello")).hello
        self.welcome(**welcome)
        return hello

    def break_stream(self):
        """As when the control plane is killed: the stream just ends."""
        self._replica.put(grpc.StatusCode.UNAVAILABLE)

    def refuse(self, status):
        self._replica.put(status)

    def await_frame(self, what, seconds=PATIENCE):
        """The next frame that holds what is looked for; frames before it are passed over."""
        end = time.monotonic() + seconds
        while True:
            try:
                frame = self.frames.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no such frame within {seconds} s") from None
            if what(frame):
                return frame

    def await_report(self):
        return self.await_frame(lambda frame: frame.reports).reports[0]

    def close(self):
        self._server.stop(None)
