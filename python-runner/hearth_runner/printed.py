"""What tasks print, apart for each execution."""

import io
import os
import re
import sys
import time
from contextvars import ContextVar
from threading import Lock

# A line longer than this is cut: a program that never ends its line must not fill the memory.
LONGEST_LINE_BYTES = 64 << 10

# So long the end of a line is waited for; also how often the state of a line that replaces itself is kept.
PATIENCE = 1.0

_PIECES = re.compile(rb"\n|\r+|[^\r\n]+")

# The execution that the code at hand belongs to. Tasks and threads that are started with a copied context have it, too.
CURRENT: ContextVar = ContextVar("hearth_execution", default=None)


def current():
    """The execution at hand, or None: what an execution leaves behind when it ends belongs to the process."""
    execution = CURRENT.get()
    return None if execution is None or execution.ended else execution


class PrintedLines:
    """
    Cuts what one execution prints into lines, standard output and standard error apart, and ends its log where it gets
    too long. A line that does not end is sent in pieces, about one a second. Thread-safe.
    """

    def __init__(self, sink, most, clock=time.monotonic):
        """
        sink takes a text (a carriage return in front: it replaces the open line before it), whether it came over standard
        error, and whether its line goes on; most answers the bytes of a whole log, 0 = any.
        """
        self._sink = sink
        self._most = most
        self._clock = clock
        self._lines = {False: _Line(False, self._emit), True: _Line(True, self._emit)}
        self._lock = Lock()
        self._bytes = 0
        self._cut = False

    def write(self, printed: bytes, error: bool) -> None:
        with self._lock:
            line = self._lines[error]
            for piece in _PIECES.findall(printed):
                if self._cut:
                    return
                line.add(piece, self._clock)

    def send_begun(self) -> None:
        """Called again and again, by another thread: sends what has waited too long for the end of its line."""
        if any(line.waits_since is not None for line in self._lines.values()):
            with self._lock:
                for line in self._lines.values():
                    line.send_begun(self._clock())

    def finish(self) -> None:
        """What was printed without an end of line is a line, too."""
        with self._lock:
            for line in self._lines.values():
                if line.is_open or line.unsent:
                    line.end()

    def _emit(self, text: str, size: int, error: bool, is_open: bool) -> None:
        if self._cut:
            return
        bound = self._most()
        self._bytes += size + 1
        self._cut = 0 < bound < self._bytes
        self._sink(_mark(bound) if self._cut else text, error or self._cut, is_open and not self._cut)


class _Line:
    """The line that one stream is printing."""

    def __init__(self, error: bool, emit):
        self._error = error
        self._emit = emit
        self.unsent = bytearray()
        self.waits_since = None
        self.is_open = False
        """a piece of it was sent"""
        self._sent = 0
        self._replaces = False
        """what is unsent takes the place of what was sent"""
        self._returned = False
        """a carriage return was printed; what comes next tells whether the line ends with it or is replaced"""

    def add(self, piece: bytes, clock) -> None:
        if piece == b"\n":
            self.end()
        elif piece[0] == 0x0D:
            self._returned = True
        else:
            if self._returned:
                self.unsent.clear()
                self._returned, self._replaces, self._sent = False, self.is_open, 0
            self.unsent += piece
            while self._sent + len(self.unsent) > LONGEST_LINE_BYTES and self._cut_off():
                pass
            if self.waits_since is None and self.unsent:
                self.waits_since = clock()

    def _cut_off(self) -> bool:
        """Ends a line that got too long; answers false if the character that stands there has to be finished first."""
        end = max(0, LONGEST_LINE_BYTES - self._sent)
        most = min(len(self.unsent), end + 3)
        while end < most and self.unsent[end] & 0xC0 == 0x80:
            end += 1
        if end == len(self.unsent):
            return False
        rest = self.unsent[end:]
        del self.unsent[end:]
        self.end()
        self.unsent += rest
        return True

    def send_begun(self, now: float) -> None:
        if self.waits_since is None or now - self.waits_since < PATIENCE:
            return
        whole = _whole_characters(self.unsent)
        if whole > 0:
            self._emit(self._text(whole), whole, self._error, True)
            self.is_open, self._replaces = True, False
            self._sent += whole
            del self.unsent[:whole]
        self.waits_since = now if self.unsent else None

    def end(self) -> None:
        self._emit(self._text(len(self.unsent)), len(self.unsent), self._error, False)
        self.unsent.clear()
        self.waits_since, self._sent = None, 0
        self.is_open = self._replaces = self._returned = False

    def _text(self, length: int) -> str:
        return ("\r" if self._replaces else "") + self.unsent[:length].decode("utf-8", "replace")


def _whole_characters(printed: bytearray) -> int:
    """How many bytes there are without a character whose end has not been printed."""
    for back in range(1, min(3, len(printed)) + 1):
        lead = printed[-back]
        if lead & 0xC0 != 0x80:
            length = 2 if lead & 0xE0 == 0xC0 else 3 if lead & 0xF0 == 0xE0 else 4 if lead & 0xF8 == 0xF0 else 1
            return len(printed) - back if length > back else len(printed)
    return len(printed)


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
