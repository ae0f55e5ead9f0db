"""The unmodified Flyte SDK in a runner's process."""

import asyncio
import gzip
import json
import signal
import time
from pathlib import Path

import cloudpickle
import hosted_tasks as tasks
import pytest
from control_plane import PATIENCE, attempt
from flyte.models import CodeBundle
from runner import Runner

from hearth_runner import wire
from hearth_runner.executions import Execution
from hearth_runner.flyte_tasks import CALL, Call, FlyteTasks, load_sdk
from hearth_runner.outbox import Outbox

MEBIBYTE = 1 << 20


@pytest.fixture
def start(tmp_path):
    started = []

    def runner(**settings):
        folder = tmp_path / f"runner{len(started)}"
        folder.mkdir()
        started.append(Runner(folder, **settings))
        return started[-1]

    yield runner
    for each in started:
        each.close()


def until(what):
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_tasks_of_both_kinds_run(start):
    runner = start()
    assert "flyte 2." in runner.hello.runtime
    assert runner.outcome(tasks.square, x=7) == 49
    assert runner.outcome(tasks.square_in_a_thread, x=8) == 64
    runner.outcome(tasks.nothing)
    folder, org, project, action = runner.outcome(tasks.where)
    assert (org, project, action) == ("hearth", "p", "a4")
    assert folder == str(runner.folder / "home")


@pytest.mark.parametrize("task", [tasks.talk, tasks.talk_in_a_thread], ids=["async", "sync"])
def test_a_hundred_run_at_a_time_and_their_logs_are_apart(start, task):
    runner = start(slots=100, memory=200 * MEBIBYTE)
    numbers = [runner.start(task, x=x) for x in range(100)]
    reports = runner.reports_of(numbers)
    assert runner.most_running == 100
    for x, (number, report) in enumerate(zip(numbers, reports)):
        assert runner.value(task, report) == x
        mine = [text for text in runner.texts(number) if text != "hosted_tasks is imported"]
        assert mine == [f"{what} {step} of {x}" for step in range(5) for what in ("printed", "elsewhere")]
        assert runner.texts(number, error=True) == [
            f"{what} {step} of {x}" for step in range(5) for what in ("error", "logged")]
    assert sum(text == "hosted_tasks is imported" for number in numbers for text in runner.texts(number)) == 1
    assert "of 1" not in runner.output.read_text()


def test_tasks_of_both_kinds_run_side_by_side(start, tmp_path):
    runner = start(slots=100)
    gate = tmp_path / "gate"
    numbers = [runner.start(task, path=str(gate)) for task in (tasks.wait, tasks.wait_in_a_thread) * 50]
    runner.control_plane.await_frame(lambda frame: frame.heartbeat.running == 100)
    gate.touch()
    assert all(report.HasField("output") for report in runner.reports_of(numbers))


def test_a_task_that_holds_the_loop_does_not_make_the_replica_look_dead(start, tmp_path):
    runner = start(slots=2)
    gate = tmp_path / "gate"
    number = runner.start(tasks.hold_the_loop, path=str(gate))
    until(Path(f"{gate}.begun").exists)
    while not runner.control_plane.frames.empty():
        runner.control_plane.frames.get()
    for _ in range(3):
        runner.control_plane.await_frame(lambda frame: frame.heartbeat.running == 1)
    gate.touch()
    runner.report(number)


def test_failures_are_what_the_sdk_wrote(start):
    runner = start()
    failure = runner.failure(tasks.fail, x=7)
    assert (failure.code, failure.message, failure.non_retryable) == ("ValueError", "no 7", False)
    assert "hosted_tasks.py" in failure.details and "raise ValueError" in failure.details
    failure = runner.failure(tasks.fail_for_good, x=7)
    assert (failure.code, failure.message, failure.non_retryable) == ("Hopeless", "never", True)
    assert runner.failure(tasks.leave).code == "SystemExit"
    assert runner.outcome(tasks.square, x=2) == 4


def test_what_is_no_flyte_call_is_refused(start):
    runner = start()
    runner.control_plane.send(assignments=[wire.Assignment(attempt=attempt(900), name="a", number=1, input=b"{}")])
    assert runner.report(900).failure.code == "INVALID_INPUT"


@pytest.mark.parametrize(
    "task", [tasks.sum_of_squares, tasks.sum_of_squares_in_a_thread], ids=["async", "sync"])
def test_a_parent_and_its_children_share_one_slot(start, task):
    runner = start(slots=1)
    assert runner.outcome(task, n=10) == 285
    assert runner.most_running == 1


def test_a_tree_of_parents_runs_in_one_slot(start):
    assert start(slots=1).outcome(tasks.tree, depth=4) == 16


def test_a_parent_can_catch_what_its_child_raised(start):
    assert start(slots=1).outcome(tasks.catch) == "ValueError: no 7"


def test_a_task_may_fork(start):
    runner = start(slots=2, memory=500 * MEBIBYTE)
    assert runner.outcome(tasks.sum_of_cubes_by_processes, n=50) == sum(x**3 for x in range(50))
    assert "a child computes 49" in runner.output.read_text()


def test_a_pickled_task_runs(start, tmp_path):
    cloudpickle.register_pickle_by_value(tasks)
    with gzip.open(tmp_path / "task.pkl.gz", "wb") as pickled:
        cloudpickle.dump(tasks.square, pickled)
    runner = start(bundle=CodeBundle(pkl=f"file://{tmp_path}/task.pkl.gz", destination=".", computed_version="v1"))
    assert runner.outcome(tasks.square, x=9) == 81
    assert runner.outcome(tasks.square, x=3) == 9


def test_a_fan_out_of_five_hundred(start):
    runner = start(slots=50)
    assert runner.outcome(tasks.sum_of_squares, n=500) == sum(x * x for x in range(500))


def test_a_cancelled_task_stops(start, tmp_path):
    runner = start(slots=2)
    number = runner.start(tasks.wait, path=str(tmp_path / "gate"))
    until((tmp_path / "gate.begun").exists)
    runner.control_plane.send(cancels=[wire.Cancel(attempt=attempt(number))])
    assert runner.report(number).failure.code == "CANCELLED"


def test_a_parent_that_waits_can_be_cancelled(start):
    runner = start(slots=1)
    enqueued = []
    runner.door._enqueue = enqueued.append
    number = runner.start(tasks.sum_of_squares, n=3)
    until(lambda: len(enqueued) == 3)
    runner.control_plane.send(cancels=[wire.Cancel(attempt=attempt(number))])
    assert runner.report(number).failure.code == "CANCELLED"


def test_a_parent_that_waits_and_is_cancelled_does_not_hold_a_replica_that_drains(start):
    runner = start(slots=1)
    enqueued = []
    runner.door._enqueue = enqueued.append
    number = runner.start(tasks.sum_of_squares, n=3)
    until(lambda: len(enqueued) == 3)
    runner.control_plane.send(drain=wire.Drain(deadline_millis=600_000))
    runner.control_plane.send(cancels=[wire.Cancel(attempt=attempt(number))])
    assert runner.exit_code() == 0


def test_a_parent_that_is_tried_again_after_a_kill_asks_for_the_same_children(start):
    first = start(slots=1)
    assert children_asked_for(first) == children_asked_for(start(slots=1, bundle=first.bundle))


def children_asked_for(runner):
    children = []
    runner.door._enqueue = children.append
    runner.start(tasks.sum_of_squares, action="a0", n=3)
    until(lambda: len(children) == 3)
    runner.process.kill()
    assert runner.exit_code() == -signal.SIGKILL
    return sorted(child.action_id.name for child in children)


def test_a_thread_that_cannot_be_stopped_holds_its_slot_until_the_replica_is_drained(start, tmp_path):
    runner = start(slots=2)
    number = runner.start(tasks.wait_in_a_thread, path=str(tmp_path / "gate"))
    until((tmp_path / "gate.begun").exists)
    runner.control_plane.send(cancels=[wire.Cancel(attempt=attempt(number))])
    assert runner.outcome(tasks.square, x=3) == 9
    assert number not in runner.reports
    runner.control_plane.send(drain=wire.Drain(deadline_millis=20_000))
    assert runner.exit_code() == 0


@pytest.mark.parametrize("task", [tasks.allocate, tasks.gather], ids=["at once", "piece by piece"])
def test_a_task_that_allocates_too_much_is_reported_and_the_process_ends(start, task):
    runner = start(slots=4, memory=200 * MEBIBYTE)
    assert runner.outcome(task, mebibytes=150) > 0
    failure = runner.failure(task, mebibytes=2_000)
    assert failure.code == "OUT_OF_MEMORY"
    assert "hosted_tasks.py" in failure.details
    assert runner.exit_code() == 5


def test_a_replica_of_a_single_use_is_drained_behind_its_one_execution(start):
    runner = start(slots=1)
    runner.outcome(tasks.square, x=2)
    runner.control_plane.send(drain=wire.Drain())
    assert runner.exit_code() == 0


def test_when_the_stream_breaks_tasks_go_on(start, tmp_path):
    runner = start(slots=2)
    number = runner.start(tasks.wait, path=str(tmp_path / "gate"))
    until((tmp_path / "gate.begun").exists)
    runner.control_plane.listener = None
    runner.control_plane.break_stream()
    assert attempt(number) in runner.control_plane.greet().running
    runner.control_plane.listener = runner._hear
    (tmp_path / "gate").touch()
    assert runner.value(tasks.wait, runner.report(number)) == "gone on"


def test_an_idle_replica_that_is_told_to_end_leaves_with_0(start):
    runner = start()
    runner.outcome(tasks.square, x=2)
    runner.control_plane.listener = None
    runner.control_plane.break_stream()
    assert not runner.control_plane.greet().running, "its report is committed"
    runner.process.send_signal(signal.SIGTERM)
    assert runner.exit_code() == 0


def test_a_busy_replica_that_is_told_to_end_finishes_and_leaves_with_143(start, tmp_path):
    runner = start()
    number = runner.start(tasks.wait_in_a_thread, path=str(tmp_path / "gate"))
    until((tmp_path / "gate.begun").exists)
    runner.process.send_signal(signal.SIGTERM)
    runner.control_plane.await_frame(lambda frame: frame.draining)
    (tmp_path / "gate").touch()
    assert runner.report(number).HasField("output")
    assert runner.exit_code() == 143


class BrokenController:
    async def watch_for_errors(self):
        raise RuntimeError("its watch broke")


class Sdk:
    """Stands for the SDK's runtime module where the real one takes minutes to give up."""

    async def create_controller(self, endpoint, insecure):
        assert (endpoint, insecure) == ("dns:///127.0.0.1:8080", True)
        return BrokenController()

    def load_task_from_code_bundle(self, resolver, resolver_args):
        return self

    async def run_task(self, **call):
        await asyncio.Event().wait()


def test_when_the_sdk_loses_its_control_plane_the_replica_is_told(tmp_path):
    async def broken():
        told = asyncio.get_running_loop().create_future()
        hosted = FlyteTasks(Sdk(), "http://127.0.0.1:8080", told.set_result)
        call = {"org": "o", "project": "p", "domain": "d", "args": ["a0", "--inputs", "{{.input}}", "--resolver", "r"],
                "inputsUri": "", "runBase": f"file://{tmp_path}", "rawData": ""}
        assignment = wire.Assignment(name="a0", number=1, media_type=CALL, input=json.dumps(call).encode())
        running = asyncio.ensure_future(hosted.run(Execution(assignment, Outbox())))
        message = await asyncio.wait_for(told, PATIENCE)
        running.cancel()
        return message

    assert asyncio.run(broken()) == "the SDK's controller failed: its watch broke"


def test_an_sdk_without_what_is_needed_is_told_which_versions_are_tested(monkeypatch):
    monkeypatch.delattr("flyte._internal.runtime.rusty.run_task")
    with pytest.raises(SystemExit, match=r"tested with flyte \S+ to \S+; flyte 2.* lacks run_task"):
        load_sdk()


def test_another_version_is_warned_of(monkeypatch, caplog):
    monkeypatch.setattr("flyte.__version__", "2.99.0")
    load_sdk()
    assert "this is flyte 2.99.0" in caplog.text


def test_arguments_are_filled_in_for_each_attempt():
    told = {"org": "o", "project": "p", "domain": "d", "inputsUri": "file:///i.pb", "runBase": "file:///runs/r",
            "rawData": "file:///runs/r/raw", "runStart": "2026-11-26T00:00:00Z",
            "args": ["a0", "--inputs", "{{.input}}", "--outputs-path", "{{.outputPrefix}}", "--raw-data-path",
                     "{{.rawOutputDataPrefix}}", "--checkpoint-path", "{{.checkpointOutputPrefix}}", "--prev-checkpoint",
                     "{{.prevCheckpointPrefix}}", "--run-name", "{{.runName}}", "--name", "{{ .actionName }}",
                     "--run-start-time", "{{.runStartTime}}", "--unknown", "{{.unknown}}", "--resolver", "x.Y",
                     "mod", "m", "instance", "--t"]}

    def call(number):
        return Call.of(wire.Assignment(
            attempt=wire.AttemptRef(action=7, token=0xabc), run="r", name="a7", number=number, media_type=CALL,
            input=json.dumps(told).encode()))

    assert call(1).options == {
        "inputs": "file:///i.pb", "outputs-path": "file:///runs/r/a7/1/0000000000000abc", "raw-data-path": "file:///runs/r/raw/a7/1",
        "checkpoint-path": "file:///runs/r/a7/1/checkpoint", "prev-checkpoint": "", "run-name": "r", "name": "a7",
        "run-start-time": "2026-11-26T00:00:00Z", "unknown": "{{.unknown}}", "resolver": "x.Y"}
    assert call(1).resolver_args == ("mod", "m", "instance", "--t")
    assert call(3).options["prev-checkpoint"] == "file:///runs/r/a7/2/checkpoint"
    assert call(1).code == call(2).code
    assert call(1).sys_path == ""


def test_a_program_imports_from_the_folders_that_its_caller_had(start, tmp_path):
    runner = start()
    runner.outcome(tasks.nothing)  # its folder is there
    beside = runner.folder / "home" / "beside"
    beside.mkdir()
    (beside / "only_there.py").write_text("NUMBER = 42")
    runner.sys_path = "./nowhere:./beside"
    assert runner.outcome(tasks.number_from_beside) == 42
