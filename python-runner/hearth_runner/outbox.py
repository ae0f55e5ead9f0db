"""What goes to the control plane."""

import threading
import time

from .pending import PendingFrames
from .wire import Acknowledgement, WorkerFrame

# A stream that takes nothing for so long holds up nobody: lines are then kept while there is room, and counted after.
LONGEST_HOLD = 1.0

# Lines wait so long for others: a frame for each would cost more than what it carries. Anything else takes them along.
LOGS_GATHER = 0.01


class Outbox:
    """
    Gathers what goes to the control plane and hands it out in frames: what comes while a frame is being sent goes in the
    next one. While there is no stream, log lines are kept and everything else is dropped, because a new stream begins by
    saying it all again. Thread-safe; nothing but log lines ever waits for the network.
    """

    def __init__(self):
        self._changed = threading.Condition()
        self._pending = PendingFrames()
        self._stream = None
        self._welcome = False
        self._due = None
        self._completing = False
        self._stuck = False
        self.most_log_bytes = 0

    def frames(self, hello):
        """The frames of a new stream, which begins now and ends when another does, or :meth:`closed` says so."""
        stream = object()
        with self._changed:
            self._stream = stream
            self._welcome = False
            self._changed.notify_all()
        return self._frames(stream, hello)

    def _frames(self, stream, hello):
        yield WorkerFrame(hello=hello)
        while (frame := self._next(stream)) is not None:
            yield frame

    def _next(self, stream):
        with self._changed:
            while self._stream is stream:
                now = time.monotonic()
                if self._welcome and self._due is not None and self._due <= now:
                    frame = self._pending.next()
                    self._stuck = False
                    self._changed.notify_all()
                    if frame is not None:
                        return frame
                    self._due = None
                if self._welcome and self._completing:
                    return None
                waits = self._welcome and self._due is not None
                self._changed.wait(self._due - now if waits else None)
            return None

    def welcomed(self, most_log_bytes: int) -> None:
        """The control plane has taken the replica in, and says how long a log may get: from now on all is sent."""
        with self._changed:
            self.most_log_bytes = most_log_bytes
            self._welcome = True
            self._due = 0.0
            self._changed.notify_all()

    def closed(self) -> None:
        """The stream has ended."""
        with self._changed:
            self._stream = None
            self._welcome = False
            self._pending.keep_only_logs()
            self._changed.notify_all()

    def complete(self) -> None:
        """Ends the stream in peace, behind all that waits."""
        with self._changed:
            self._completing = True
            self._due = 0.0
            self._changed.notify_all()

    def acknowledge(self, attempt) -> None:
        self._gather(lambda pending: pending.add(
            lambda frame: frame.acknowledgements.append(Acknowledgement(attempt=attempt))))

    def park(self, attempt, parked: bool) -> None:
        self._gather(lambda pending: pending.park(attempt, parked))

    def repeat_parking(self, attempt, parked: bool) -> None:
        """On a new stream, for an attempt that was parked before: where it stands now."""
        self._gather(lambda pending: pending.repeat_parking(attempt, parked))

    def report(self, report) -> None:
        self._gather(lambda pending: pending.add(lambda frame: frame.reports.append(report), report.ByteSize()))

    def heartbeat(self, heartbeat) -> None:
        self._gather(lambda pending: pending.add(lambda frame: frame.heartbeat.CopyFrom(heartbeat)))

    def draining(self) -> None:
        self._gather(lambda pending: pending.add(lambda frame: setattr(frame, "draining", True)))

    def _gather(self, change) -> None:
        with self._changed:
            if self._welcome:
                change(self._pending)
                self._due = 0.0
                self._changed.notify_all()

    def log(self, line) -> None:
        """May hold up who prints faster than can be sent, but never for longer than LONGEST_HOLD."""
        with self._changed:
            has_room = lambda: not self._welcome or self._stuck or not self._pending.has_many_lines()  # noqa: E731
            if not self._changed.wait_for(has_room, LONGEST_HOLD):
                self._stuck = True
                self._changed.notify_all()
            self._pending.log(line)
            if self._due is None:
                self._due = time.monotonic() + LOGS_GATHER
                self._changed.notify_all()
