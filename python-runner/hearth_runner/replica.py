"""The life of the process towards the control planes."""

import logging
import os
import random
import socket
import threading
import time
from concurrent.futures import Future, InvalidStateError

import grpc

from . import memory
from .endpoints import Endpoints
from .wire import CONNECT, ControlFrame, Heartbeat, Hello, WorkerFrame

LEFT = 0
COULD_NOT_START = 1
REFUSED = 3
ORPHANED = 4
OUT_OF_MEMORY = 5
TERMINATED = 128 + 15

# For the report of the task that ran out of memory, or of what was given up, to be committed.
LAST_WORDS = 3.0

# So long after its stream broke, a replica hopes for the control plane that it had; then it tries the others in turn.
SAME_FOR = 1.0

# How often lines are looked for that have begun and not ended.
BEGUN_LINES = 0.25

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0

# How long who leaves waits for the control plane to close the stream as well.
LONGEST_FAREWELL = 5.0

_FINAL_REFUSALS = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION}

_CHANNEL = (
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", 64 << 20),
    # A control plane whose machine is gone is noticed well within a lease.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # Despite its name this bounds how long a connection may take to come up.
    ("grpc.min_reconnect_backoff_ms", 2_000),
    # The pauses between tries are ours: a new channel must not inherit those of an old one.
    ("grpc.use_local_subchannel_pool", 1),
)

_log = logging.getLogger("hearth_runner")


class Replica:
    """
    Connects to a control plane, says hello, beats, reconnects to it or to another with jitter, drains, leaves. What runs
    here goes on whatever happens to the stream. All of this is done by threads of its own: a loop full of busy tasks
    must not look dead.
    """

    def __init__(self, settings, executions, outbox, runtime: str):
        self.exit_code: Future = Future()
        self._settings = settings
        self._executions = executions
        self._outbox = outbox
        self._runtime = runtime
        self._endpoints = Endpoints(settings.endpoint)
        self._heartbeat = 1.0
        self._connected = False
        self._leaving = threading.Event()
        self._stream_ended = threading.Event()

    def start(self) -> None:
        """Lives from now on, until exit_code tells how it ended."""
        self._executions.on_out_of_memory = lambda attempt: _start("out-of-memory", self._out_of_memory, attempt)
        _start("heartbeat", self._beat)
        _start("begun lines", self._send_begun_lines)
        _start("stream", self._live)

    def _end(self, code: int) -> None:
        try:
            self.exit_code.set_result(code)
        except InvalidStateError:
            pass  # it has ended already

    def _out_of_memory(self, culprit) -> None:
        """A process that ran out of memory may have lost anything: what else runs here is done elsewhere."""
        self._executions.await_commit(culprit, LAST_WORDS)
        _log.error("a task ran out of memory: this process ends")
        self._end(OUT_OF_MEMORY)

    def give_up(self, message: str) -> None:
        """Reports all that runs as lost, and leaves."""
        _log.error("%s: this process ends", message)
        self._executions.give_up(message)
        _start("last-words", self._leave_within, LAST_WORDS, COULD_NOT_START)

    def stop(self) -> None:
        """The host asks to stop: takes nothing new, finishes what runs, then closes the stream. To be called by a signal."""
        _start("stop", self._stop)

    def _stop(self) -> None:
        if self._executions.is_idle():
            self._leave_within(0, LEFT)
        else:
            self._outbox.draining()
            self._leave_within(self._settings.stop_within, TERMINATED)

    def _leave_within(self, seconds: float, code: int) -> None:
        self._executions.await_idle(seconds)
        self._leaving.set()
        self._outbox.complete()
        self._stream_ended.wait(LONGEST_FAREWELL)
        self._end(code)

    def _live(self) -> None:
        try:
            self._stay_connected()
        except BaseException:
            _log.exception("the stream's thread broke")
            self._end(COULD_NOT_START)

    def _stay_connected(self) -> None:
        last_seen = time.monotonic()
        pause = FIRST_PAUSE
        while True:
            status, told = self._connect_once(self._endpoints.current())
            if self._leaving.is_set():
                self._stream_ended.set()
                return
            if status in _FINAL_REFUSALS:
                _log.error("the control plane does not take this replica in: %s", told)
                return self._end(REFUSED)
            if self._connected:
                last_seen, pause, self._connected = time.monotonic(), FIRST_PAUSE, False
            if time.monotonic() - last_seen > self._settings.orphan_after:
                _log.error("no control plane for %s seconds", self._settings.orphan_after)
                return self._end(ORPHANED)
            _log.warning("stream ended: %s %s", status, told)
            self._leaving.wait(random.uniform(pause / 2, pause))
            if time.monotonic() - last_seen > SAME_FOR:
                self._endpoints.next()
            pause = min(2 * pause, LONGEST_PAUSE)

    def _connect_once(self, endpoint: str):
        """Answers how the stream ended."""
        with grpc.insecure_channel(endpoint, _CHANNEL) as channel:
            connect = channel.stream_stream(
                CONNECT, request_serializer=WorkerFrame.SerializeToString, response_deserializer=ControlFrame.FromString)
            try:
                for frame in connect(self._outbox.frames(self._hello())):
                    self._handle(frame)
                return grpc.StatusCode.OK, "closed by the control plane"
            except grpc.RpcError as fault:
                return fault.code(), fault.details()
            finally:
                self._outbox.closed()

    def _hello(self) -> Hello:
        return Hello(
            replica=self._settings.replica, join_token=self._settings.join_token, slots=self._settings.slots,
            runtime=self._runtime, running=self._executions.held(), ended=self._executions.ended(),
            waited=self._executions.waited(), executed=self._executions.begun, pid=os.getpid(), host=os.environ.get("HOSTNAME") or socket.gethostname())

    def _handle(self, frame) -> None:
        """On the stream's thread: never blocks."""
        executions = self._executions
        if frame.HasField("welcome"):
            welcome = frame.welcome
            self._connected = True
            self._heartbeat = welcome.heartbeat_millis / 1_000
            self._endpoints.learn(welcome.endpoints)
            for attempt in welcome.unknown:
                executions.forget(attempt)
            self._outbox.welcomed(welcome.most_log_bytes)
            executions.say_again()
        if frame.endpoints:
            self._endpoints.learn(frame.endpoints)
        for attempt in frame.committed_reports:
            executions.committed(attempt)
        for assignment in frame.assignments:
            executions.assign(assignment)
        for cancel in frame.cancels:
            executions.cancel(cancel.attempt)
        if frame.HasField("drain"):
            _start("drain", self._leave_within, frame.drain.deadline_millis / 1_000, LEFT)

    def _send_begun_lines(self) -> None:
        """One thread for all executions; not that of the heartbeats, which nothing may hold up."""
        while not self._leaving.wait(BEGUN_LINES):
            self._executions.send_begun_lines()

    def _beat(self) -> None:
        while not self._leaving.wait(self._heartbeat):
            running, parked = self._executions.counts()
            self._outbox.heartbeat(Heartbeat(running=running, parked=parked, rss_bytes=memory.resident_bytes()))


def _start(name: str, target, *args) -> None:
    threading.Thread(name=name, target=target, args=args, daemon=True).start()
