"""What is said between a replica and a control plane. What a task is does not matter here: coroutines stand for them."""

import asyncio
import threading
import time
from pathlib import Path

import grpc
import pytest
from control_plane import PATIENCE, FakeControlPlane, attempt

from hearth_runner import replica as life
from hearth_runner import wire
from hearth_runner.executions import Executions
from hearth_runner.outbox import Outbox
from hearth_runner.replica import Replica
from hearth_runner.settings import Settings


class Hosted:
    """A replica in this process, and the tasks that it hosts."""

    def __init__(self, *control_planes, **settings):
        self.gate = threading.Event()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.outbox = Outbox()
        self.executions = Executions(self._run, self.outbox, self.loop)
        endpoints = ",".join(each.endpoint for each in control_planes)
        settings = Settings(7, "token", endpoints, "http://127.0.0.1:1", 4, Path("."), **settings)
        self.replica = Replica(settings, self.executions, self.outbox, "a test")
        self.replica.start()

    async def _run(self, execution):
        return await getattr(self, execution.assignment.task)(execution)

    async def square(self, execution):
        return wire.Output(value=str(int(execution.assignment.input) ** 2).encode())

    async def waiting(self, execution):
        while not self.gate.is_set():
            await asyncio.sleep(0.005)
        return wire.Output()

    async def busy(self, execution):
        self.gate.wait()
        return wire.Output()

    async def parent(self, execution):
        with execution.waiting():
            return await self.waiting(execution)

    async def failing(self, execution):
        raise ValueError("no " + execution.assignment.input.decode())

    async def leaving(self, execution):
        raise SystemExit(9)

    async def greedy(self, execution):
        raise MemoryError("that much")

    async def printing(self, execution):
        for _ in range(int(execution.assignment.input)):
            execution.printed.write(b"x" * 99 + b"\n", False)
        return wire.Output()

    def exit_code(self):
        return self.replica.exit_code.result(PATIENCE)


@pytest.fixture
def control_plane():
    each = FakeControlPlane()
    yield each
    each.close()


@pytest.fixture
def hosted(control_plane):
    each = Hosted(control_plane)
    yield each
    each.gate.set()
    each.replica._leaving.set()


def assign(control_plane, action, task, told="1"):
    control_plane.send(assignments=[wire.Assignment(
        attempt=attempt(action), run="run", name=f"a{action}", task=task, number=1, input=told.encode())])


def begin(control_plane, action, task):
    assign(control_plane, action, task)
    return control_plane.await_frame(lambda frame: frame.acknowledgements)


def commit(control_plane, action):
    control_plane.send(committed_reports=[attempt(action)])


def test_hello_then_assignment_then_report(control_plane, hosted):
    hello = control_plane.greet()
    assert (hello.replica, hello.join_token, hello.slots, hello.runtime) == (7, "token", 4, "a test")
    assign(control_plane, 1, "square", "7")
    report = control_plane.await_report()
    assert (report.attempt, report.output.value, report.served_before) == (attempt(1), b"49", 0)
    assign(control_plane, 2, "square", "3")
    assert control_plane.await_report().served_before == 1


def test_an_assignment_is_acknowledged_also_while_a_task_holds_the_loop(control_plane, hosted):
    control_plane.greet()
    begin(control_plane, 1, "busy")
    assert begin(control_plane, 2, "busy").acknowledgements[0].attempt == attempt(2)
    beat = control_plane.await_frame(lambda frame: frame.HasField("heartbeat") and frame.heartbeat.running == 2)
    assert beat.heartbeat.rss_bytes > 0


def test_a_repeated_assignment_changes_nothing(control_plane, hosted):
    control_plane.greet()
    begin(control_plane, 1, "waiting")
    begin(control_plane, 1, "waiting")
    hosted.gate.set()
    control_plane.await_report()
    assert hosted.executions.begun == 1


def test_failures_say_what_happened(control_plane, hosted):
    control_plane.greet()
    assign(control_plane, 1, "failing", "3")
    failure = control_plane.await_report().failure
    assert (failure.code, failure.message) == ("ValueError", "no 3")
    assert "in failing" in failure.details
    assign(control_plane, 2, "leaving")
    assert control_plane.await_report().failure.code == "SystemExit"


def test_a_parent_that_waits_gives_its_slot_back(control_plane, hosted):
    control_plane.greet()
    assign(control_plane, 1, "parent")
    assert control_plane.await_frame(lambda frame: frame.parkings).parkings[0].parked
    hosted.gate.set()
    assert not control_plane.await_frame(lambda frame: frame.parkings).parkings[0].parked


def test_after_a_broken_stream_all_that_matters_is_said_again(control_plane, hosted):
    control_plane.greet()
    assign(control_plane, 1, "parent")
    control_plane.await_frame(lambda frame: frame.parkings)
    assign(control_plane, 2, "square", "2")
    control_plane.await_report()

    control_plane.break_stream()

    hello = control_plane.greet()
    assert list(hello.running) == [attempt(1), attempt(2)]
    assert list(hello.ended) == [attempt(2)]
    assert [waited.attempt for waited in hello.waited] == [attempt(1)]
    said = []
    control_plane.await_frame(lambda frame: said.append(frame) or (
        any(each.reports for each in said) and any(each.parkings for each in said)))
    hosted.gate.set()


def test_a_committed_report_is_forgotten(control_plane, hosted):
    control_plane.greet()
    assign(control_plane, 1, "square", "2")
    control_plane.await_report()
    commit(control_plane, 1)
    control_plane.break_stream()
    assert not control_plane.await_frame(lambda frame: frame.HasField("hello")).hello.running


def test_what_the_control_plane_no_longer_knows_is_stopped(control_plane, hosted):
    control_plane.greet()
    begin(control_plane, 1, "waiting")
    control_plane.break_stream()
    control_plane.greet(unknown=[attempt(1)])
    assert control_plane.await_report().failure.code == "CANCELLED"


def test_a_cancel_stops_the_execution(control_plane, hosted):
    control_plane.greet()
    begin(control_plane, 1, "waiting")
    control_plane.send(cancels=[wire.Cancel(attempt=attempt(1))])
    assert control_plane.await_report().failure.code == "CANCELLED"


def test_a_cancel_that_comes_before_the_first_step_is_reported(control_plane, hosted):
    control_plane.greet()
    hosted.loop.call_soon_threadsafe(hosted.gate.wait)
    control_plane.send(
        assignments=[wire.Assignment(attempt=attempt(1), run="run", name="a1", task="waiting", number=1)],
        cancels=[wire.Cancel(attempt=attempt(1))])
    end = time.monotonic() + PATIENCE
    while not any(execution.cancelled for execution in list(hosted.executions._running.values())):
        assert time.monotonic() < end
        time.sleep(0.005)
    hosted.gate.set()
    assert control_plane.await_report().failure.code == "CANCELLED"


def test_while_it_drains_it_beats_until_its_last_report_is_committed(control_plane, hosted):
    control_plane.greet()
    begin(control_plane, 1, "waiting")
    control_plane.send(drain=wire.Drain(deadline_millis=20_000))
    beats_until_its_report_is_committed(control_plane, hosted)
    assert hosted.exit_code() == life.LEFT


def test_a_drained_replica_leaves_what_does_not_end_in_time(control_plane, hosted):
    control_plane.greet()
    begin(control_plane, 1, "waiting")
    control_plane.send(drain=wire.Drain(deadline_millis=100))
    assert hosted.exit_code() == life.LEFT


def test_when_its_host_stops_it_it_says_so_and_finishes(control_plane, hosted):
    control_plane.greet()
    begin(control_plane, 1, "waiting")
    hosted.replica.stop()
    control_plane.await_frame(lambda frame: frame.draining)
    beats_until_its_report_is_committed(control_plane, hosted)
    assert hosted.exit_code() == life.TERMINATED


def beats_until_its_report_is_committed(control_plane, hosted):
    for _ in range(3):
        control_plane.await_frame(lambda frame: frame.HasField("heartbeat"))
    hosted.gate.set()
    control_plane.await_report()
    for _ in range(3):
        control_plane.await_frame(lambda frame: frame.HasField("heartbeat"))
    assert not hosted.replica.exit_code.done(), "what is not committed holds it"
    commit(control_plane, 1)


def test_an_idle_replica_that_is_stopped_ends_in_peace(control_plane, hosted):
    control_plane.greet()
    hosted.replica.stop()
    assert hosted.exit_code() == life.LEFT


@pytest.mark.parametrize("status", ["UNAUTHENTICATED", "NOT_FOUND", "FAILED_PRECONDITION"])
def test_a_refused_replica_ends(control_plane, hosted, status):
    control_plane.await_frame(lambda frame: frame.HasField("hello"))
    control_plane.refuse(grpc.StatusCode[status])
    assert hosted.exit_code() == life.REFUSED


def test_memory_that_ran_out_is_reported_before_the_process_ends(control_plane, hosted):
    control_plane.greet()
    begin(control_plane, 1, "waiting")
    assign(control_plane, 2, "greedy")
    report = control_plane.await_report()
    assert (report.attempt, report.failure.code) == (attempt(2), "OUT_OF_MEMORY")
    assert not hosted.replica.exit_code.done()
    commit(control_plane, 2)
    assert hosted.exit_code() == life.OUT_OF_MEMORY


def test_what_can_no_longer_succeed_is_reported_once(control_plane, hosted):
    control_plane.greet()
    begin(control_plane, 1, "waiting")
    hosted.replica.give_up("the SDK's controller failed")
    report = control_plane.await_report()
    assert (report.failure.code, report.failure.message) == ("REPLICA_LOST", "the SDK's controller failed")
    hosted.gate.set()
    commit(control_plane, 1)
    assert hosted.exit_code() == life.COULD_NOT_START
    assert not any(frame.reports for frame in list(control_plane.frames.queue))


def test_without_any_control_plane_it_ends():
    gone = FakeControlPlane()
    gone.close()
    assert Hosted(gone, orphan_after=0.5).exit_code() == life.ORPHANED


def test_it_goes_on_at_another_control_plane(control_plane, hosted):
    other = FakeControlPlane()
    try:
        control_plane.greet(endpoints=[control_plane.endpoint, other.endpoint])
        begin(control_plane, 1, "waiting")
        control_plane.close()
        assert list(other.greet().running) == [attempt(1)]
        hosted.gate.set()
        assert other.await_report().attempt == attempt(1)
    finally:
        other.close()


def test_a_log_is_whole_and_comes_before_its_report(control_plane, hosted):
    control_plane.greet(most_log_bytes=1_000_000)
    assign(control_plane, 1, "printing", "50000")
    lines = []

    def until_reported(frame):
        lines.extend(frame.logs)
        return frame.reports

    control_plane.await_frame(until_reported)
    assert len(lines) == 10_001
    assert lines[-1].text.startswith("[log cut: more than") and lines[-1].error_stream
    assert all(line.epoch_micros > 1_700_000_000_000_000 for line in lines)
