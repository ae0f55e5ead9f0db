"""What waits to be sent."""

from collections import deque

from .wire import LogLine, Parking, WorkerFrame, key

FRAME_BYTES = 1 << 20
MOST_LOG_BYTES = 8 << 20


class PendingFrames:
    """
    What waits to be sent, cut into frames that a stream can carry: a frame takes messages until it holds 1 MiB, and a
    larger message closes its frame. Not thread-safe.
    """

    def __init__(self):
        self._full = deque()
        self._parkings = {}
        self._parked_there = set()
        self._lost_lines = {}
        self._log_bytes = 0
        self._begin()

    def _begin(self):
        self._frame = WorkerFrame()
        self._frame_bytes = 0

    def add(self, addition, size=0):
        addition(self._frame)
        self._frame_bytes += size
        if self._frame_bytes >= FRAME_BYTES:
            self._full.append(self._frame)
            self._begin()

    def has_many_lines(self) -> bool:
        """Whether who prints more should wait: a result must not stand in line behind so many lines for long."""
        return self._log_bytes >= FRAME_BYTES

    def log(self, line) -> None:
        """Lines that come faster than they can be sent are counted instead of kept: they must not fill the memory."""
        size = len(line.text)
        if self._log_bytes + size > MOST_LOG_BYTES:
            attempt, lines = self._lost_lines.get(key(line.attempt), (line.attempt, 0))
            self._lost_lines[key(line.attempt)] = attempt, lines + 1
            return
        self._log_bytes += size
        self.add(lambda frame: frame.logs.append(line), size)

    def park(self, attempt, parked: bool) -> None:
        """Only the last word on an attempt is sent, and only if it is news to the control plane."""
        self._parkings[key(attempt)] = attempt, parked

    def repeat_parking(self, attempt, parked: bool) -> None:
        """Says for certain how an attempt stands, whatever the control plane believes."""
        self.park(attempt, parked)
        (self._parked_there.discard if parked else self._parked_there.add)(key(attempt))

    def next(self):
        """The next frame, or None if nothing waits."""
        if self._full:
            frame = self._full.popleft()
        else:
            for attempt, parked in self._parkings.values():
                self._say_parking(attempt, parked)
            self._parkings.clear()
            for attempt, lines in self._lost_lines.values():
                self._frame.logs.append(_lost(attempt, lines))
            self._lost_lines.clear()
            frame = self._frame
            self._begin()
        # The sentences about lost lines were never counted.
        self._log_bytes = max(0, self._log_bytes - sum(len(line.text) for line in frame.logs))
        return frame if frame.ByteSize() else None

    def _say_parking(self, attempt, parked):
        if parked != (key(attempt) in self._parked_there):
            (self._parked_there.add if parked else self._parked_there.discard)(key(attempt))
            self._frame.parkings.append(Parking(attempt=attempt, parked=parked))

    def keep_only_logs(self) -> None:
        """The stream has ended: all but log lines will be said again on the next one."""
        logs = [line for frame in (*self._full, self._frame) for line in frame.logs]
        self._full.clear()
        self._parkings.clear()
        self._parked_there.clear()
        self._log_bytes = 0
        self._begin()
        for line in logs:
            self.log(line)


def _lost(attempt, lines):
    text = f"[{lines} lines were lost here: printed faster than they could be sent]"
    return LogLine(attempt=attempt, text=text, error_stream=True)
