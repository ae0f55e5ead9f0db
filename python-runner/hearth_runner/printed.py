"""What tasks print, apart for each execution."""

import io
import os
import sys
from contextvars import ContextVar
from threading import Lock

# A line longer than this is cut: a program that never ends its line must not fill the memory.
LONGEST_LINE_BYTES = 64 << 10

# The execution that the code at hand belongs to. Tasks and threads that are started with a copied context have it, too.
CURRENT: ContextVar = ContextVar("hearth_execution", default=None)


def current():
    """The execution at hand, or None: what an execution leaves behind when it ends belongs to the process."""
    execution = CURRENT.get()
    return None if execution is None or execution.ended else execution


class PrintedLines:
    """
    Cuts what one execution prints into lines, standard output and standard error apart, and ends its log where it gets
    too long. Thread-safe.
    """

    def __init__(self, sink, most):
        """sink takes a line, and whether it came over standard error; most answers the bytes of a whole log, 0 = any."""
        self._sink = sink
        self._most = most
        self._begun = {False: bytearray(), True: bytearray()}
        self._lock = Lock()
        self._bytes = 0
        self._cut = False

    def write(self, printed: bytes, error: bool) -> None:
        with self._lock:
            *ended, rest = printed.replace(b"\r", b"").split(b"\n")
            for piece in ended:
                self._append(piece, error)
                self._emit(error)
            self._append(rest, error)

    def _append(self, piece: bytes, error: bool) -> None:
        line = self._begun[error]
        line += piece
        while len(line) > LONGEST_LINE_BYTES and not self._cut:
            end = LONGEST_LINE_BYTES
            while end < min(len(line), LONGEST_LINE_BYTES + 3) and line[end] & 0xC0 == 0x80:
                end += 1  # a character that was begun is finished first
            if end == len(line):
                return
            rest = line[end:]
            del line[end:]
            self._emit(error)
            line += rest
        if self._cut:
            line.clear()

    def _emit(self, error: bool) -> None:
        line = self._begun[error]
        if not self._cut:
            bound = self._most()
            self._bytes += len(line) + 1
            self._cut = 0 < bound < self._bytes
            text = _mark(bound) if self._cut else line.decode("utf-8", "replace")
            self._sink(text, error or self._cut)
        line.clear()

    def finish(self) -> None:
        """What was printed without an end of line is a line, too."""
        with self._lock:
            for error, line in self._begun.items():
                if line:
                    self._emit(error)


def _mark(bound: int) -> str:
    size = f"{bound >> 20} MB" if bound % (1 << 20) == 0 else f"{bound >> 10} KB"
    return f"[log cut: more than {size}; the rest was dropped]"


class _Bytes(io.RawIOBase):
    """Sends bytes to the execution that prints them, or to the process's own stream."""

    def __init__(self, process, error: bool):
        self._process = process
        self._error = error

    def writable(self):
        return True

    def write(self, printed):
        execution = current()
        if execution is None:
            return self._process.buffer.write(printed)
        execution.printed.write(bytes(printed), self._error)
        return len(printed)

    def close(self):
        """A task that closes its standard output closes nothing."""


class _Text(io.TextIOBase):
    """Standard output or error. Keeps nothing back, so that nothing of one execution can end up in another's log."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, process, error: bool):
        self._process = process
        self.buffer = _Bytes(process, error)

    def writable(self):
        return True

    def write(self, text):
        if current() is None:
            return self._process.write(text)
        self.buffer.write(text.encode(self.encoding, self.errors))
        return len(text)

    def flush(self):
        self._process.flush()

    def fileno(self):
        return self._process.fileno()

    def close(self):
        """A task that closes its standard output closes nothing."""


_streams = ()


def capture() -> None:
    """Before anything is imported that keeps a standard stream, as handlers of log records do."""
    global _streams
    sys.stdout.reconfigure(line_buffering=True)
    _streams = _Text(sys.stdout, False), _Text(sys.stderr, True)
    put_back()
    # A forked child has none of the threads that would send what it prints.
    os.register_at_fork(after_in_child=lambda: CURRENT.set(None))


def put_back() -> None:
    """A stream that a task has set is the process's only until the next execution begins."""
    if _streams:
        sys.stdout, sys.stderr = _streams
