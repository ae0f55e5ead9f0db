"""What runs here."""

import asyncio
import threading
import time
import traceback
from contextlib import contextmanager

from . import memory
from .printed import CURRENT, PrintedLines, put_back
from .wire import Failure, LogLine, Report, Waited, key

CANCELLED = "CANCELLED"
INVALID_INPUT = "INVALID_INPUT"
OUT_OF_MEMORY = "OUT_OF_MEMORY"
REPLICA_LOST = "REPLICA_LOST"
USER = "USER"

# Codes that decide on phases, budgets and retries. A parent that fails with what its child told does not decide on its own.
_PLATFORM = {
    CANCELLED, INVALID_INPUT, OUT_OF_MEMORY, REPLICA_LOST,
    "TIMED_OUT", "QUEUE_TIMED_OUT", "REPLICA_NEVER_STARTED", "STORAGE", "UNKNOWN_TASK", "TOO_LARGE", "REFUSED",
}

LONGEST_MESSAGE = 8 << 10
LONGEST_DETAILS = 64 << 10

_BORN = time.monotonic()


class Failed(Exception):
    """An execution has failed, and this is what its report says."""

    def __init__(self, code: str, message: str, details: str = "", non_retryable: bool = False):
        super().__init__(message)
        self.failure = Failure(
            code=code, message=_cut(message, LONGEST_MESSAGE), details=_cut(details, LONGEST_DETAILS),
            non_retryable=non_retryable)

    @staticmethod
    def of(fault: BaseException) -> "Failed":
        if isinstance(fault, Failed):
            return fault
        if isinstance(fault, MemoryError):
            return Failed(OUT_OF_MEMORY, _told(fault), stack(fault))
        code = getattr(fault, "code", None)
        return Failed(of_task(code if isinstance(code, str) else type(fault).__name__), _told(fault), stack(fault))


def of_task(code: str) -> str:
    """A code as a task may use it."""
    return USER if not code or code in _PLATFORM else code


def stack(fault: BaseException) -> str:
    """A fault is code of the task: asking it for anything may fail, and the report is made all the same."""
    try:
        return "".join(traceback.format_exception(fault))
    except Exception:
        return ""


def _told(fault: BaseException) -> str:
    try:
        return str(fault) or type(fault).__name__
    except Exception as broken:
        return f"{type(fault).__name__} (it raised {type(broken).__name__} when it was asked what happened)"


def _cut(words: str, longest: int) -> str:
    text = words.encode("utf-8", "replace").decode()
    return text if len(text) <= longest else text[:longest] + " ..."


class Execution:
    """One that runs: its asyncio task, whether it waits for children, and what it prints."""

    def __init__(self, assignment, outbox):
        self.assignment = assignment
        self.attempt = assignment.attempt
        self.printed = PrintedLines(self._log, lambda: outbox.most_log_bytes)
        self.task: asyncio.Task | None = None
        self.cancelled = False
        self.begun = False
        self.goes_on = False
        """runs on a thread that nothing can stop"""
        self.ended = False
        self.fault: BaseException | None = None
        """what the task's own code raised, as far as it was seen"""
        self._outbox = outbox
        self._lock = threading.Lock()
        self._waits = 0
        self._has_parked = False
        self._parked_since = 0.0
        self._waited = 0.0

    def _log(self, text: str, error: bool, is_open: bool) -> None:
        self._outbox.log(LogLine(
            attempt=self.attempt, epoch_micros=time.time_ns() // 1_000, text=text, error_stream=error, open=is_open))

    @property
    def parked(self) -> bool:
        return self._waits > 0

    @contextmanager
    def waiting(self):
        """While at least one child is waited for, the execution holds no slot."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            was, self._waits = self._waits, self._waits + change
            if (was == 0) != (self._waits == 0):
                self._has_parked = True
                now = time.monotonic()
                if self._waits > 0:
                    self._parked_since = now
                else:
                    self._waited += now - self._parked_since
                self._outbox.park(self.attempt, self._waits > 0)

    def waited(self) -> Waited | None:
        """How long it has waited for children, if it has."""
        with self._lock:
            if not self._has_parked:
                return None
            seconds = self._waited + (time.monotonic() - self._parked_since if self._waits > 0 else 0)
            return Waited(attempt=self.attempt, millis=int(seconds * 1_000))

    def say_again(self) -> None:
        """On a new stream: how it stands."""
        with self._lock:
            if self._has_parked:
                self._outbox.repeat_parking(self.attempt, self._waits > 0)


class Executions:
    """
    Runs what the control plane assigns as tasks of one asyncio loop, and keeps each report until the control plane says
    that it is committed. Thread-safe; the methods called by the stream never block.
    """

    def __init__(self, host, outbox, loop):
        """host runs one execution: a coroutine function that answers an Output, or raises."""
        self._host = host
        self._outbox = outbox
        self._loop = loop
        self._running = {}
        self._uncommitted = {}
        self._changed = threading.Condition()
        self.begun = 0
        self.on_out_of_memory = lambda attempt: None

    def assign(self, assignment) -> None:
        """Acknowledges at once and starts. A repeated assignment changes nothing."""
        received = time.monotonic()
        attempt = assignment.attempt
        self._outbox.acknowledge(attempt)
        with self._changed:
            if key(attempt) in self._uncommitted or key(attempt) in self._running:
                return
            execution = self._running[key(attempt)] = Execution(assignment, self._outbox)
        self._loop.call_soon_threadsafe(self._start, execution, received)

    def _start(self, execution, received):
        execution.task = self._loop.create_task(self._run(execution, received), name=execution.assignment.name)

    async def _run(self, execution, received):
        execution.begun = True
        CURRENT.set(execution)
        put_back()
        started = time.monotonic()
        report = Report(
            attempt=execution.attempt, started_after_micros=_micros(started - received),
            replica_age_millis=int((started - _BORN) * 1_000), served_before=self.begun)
        self.begun += 1
        try:
            if execution.cancelled:
                raise asyncio.CancelledError
            output = await self._host(execution)
            report.output.CopyFrom(output)
        except BaseException as fault:  # a task that raises SystemExit ends itself, not its neighbours
            report.failure.CopyFrom(_failure(fault, execution))
        report.ran_micros = _micros(time.monotonic() - started)
        execution.ended = True
        execution.printed.finish()
        self._report(report)

    def _report(self, report):
        with self._changed:
            if self._running.pop(key(report.attempt), None) is None:
                return  # given up already
            self._uncommitted[key(report.attempt)] = report
            self._changed.notify_all()
        self._outbox.report(report)
        if report.failure.code == OUT_OF_MEMORY:
            self.on_out_of_memory(report.attempt)

    def send_begun_lines(self) -> None:
        """What tasks have begun to print, and not ended, is told too. May wait for the stream."""
        with self._changed:
            running = list(self._running.values())
        for execution in running:
            execution.printed.send_begun()

    def give_up(self, message: str) -> None:
        """Nothing that runs here can come to a good end any more."""
        with self._changed:
            given_up = list(self._running.values())
        for execution in given_up:
            self._report(Report(attempt=execution.attempt, failure=Failure(code=REPLICA_LOST, message=message)))

    def cancel(self, attempt) -> None:
        with self._changed:
            execution = self._running.get(key(attempt))
        if execution is not None:
            execution.cancelled = True
            self._loop.call_soon_threadsafe(_stop, execution)

    def forget(self, attempt) -> None:
        """The control plane no longer counts on this attempt."""
        self.committed(attempt)
        self.cancel(attempt)

    def committed(self, attempt) -> None:
        with self._changed:
            self._uncommitted.pop(key(attempt), None)
            self._changed.notify_all()

    def await_commit(self, attempt, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: key(attempt) not in self._uncommitted, seconds)

    def held(self):
        """What a hello lists: what runs, and what has ended without a committed report."""
        with self._changed:
            running = [execution.attempt for execution in self._running.values()]
            return running + [report.attempt for report in self._uncommitted.values()]

    def waited(self):
        """Of what a hello lists, what has waited for children."""
        with self._changed:
            running = list(self._running.values())
        return [waited for waited in (execution.waited() for execution in running) if waited]

    def ended(self):
        """Of what a hello lists, what has ended."""
        with self._changed:
            return [report.attempt for report in self._uncommitted.values()]

    def say_again(self) -> None:
        """On a new stream: all that the old one may have lost."""
        with self._changed:
            running, reports = list(self._running.values()), list(self._uncommitted.values())
        for execution in running:
            execution.say_again()
        for report in reports:
            self._outbox.report(report)

    def counts(self):
        """How many run, parked ones included, and how many are parked."""
        with self._changed:
            return len(self._running), sum(execution.parked for execution in self._running.values())

    def is_idle(self) -> bool:
        """Nothing is left that is worth waiting for; what was told to stop is not."""
        with self._changed:
            return self._is_idle()

    def _is_idle(self):
        return not self._uncommitted and all(execution.cancelled for execution in self._running.values())

    def await_idle(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(self._is_idle, min(seconds, threading.TIMEOUT_MAX))


def _stop(execution):
    """
    A thread cannot be stopped: such an execution goes on, and holds its slot until the control plane ends the replica. One that has
    not begun looks for itself: asyncio would drop it, and there would be no report.
    """
    if execution.begun and not execution.goes_on:
        execution.task.cancel()


def _failure(fault, execution):
    if isinstance(fault, MemoryError):
        memory.lift_limit()
    failure = Failed.of(fault).failure
    if execution.cancelled and failure.code != OUT_OF_MEMORY:
        failure.code = CANCELLED
    return failure


def _micros(seconds: float) -> int:
    return int(seconds * 1_000_000)
