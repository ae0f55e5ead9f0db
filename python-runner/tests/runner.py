"""A runner as a process of its own, with all that it needs around it: control plane, Flyte's protocol, a bundle of code."""

import asyncio
import json
import os
import subprocess
import sys
import tarfile
import threading
from collections import deque
from pathlib import Path

from control_plane import PATIENCE, FakeControlPlane, attempt
from flyte._internal.runtime import convert, io
from flyte.models import CodeBundle, SerializationContext
from flyte_door import FlyteDoor

from hearth_runner import wire
from hearth_runner.flyte_tasks import CALL

BUNDLE = Path(__file__).with_name("bundle")

class Runner:
    """Gives the process no more than it has slots for, and confirms each report."""

    def __init__(self, folder: Path, slots=1, memory=0, bundle=None):
        self.folder = folder
        self.slots = slots
        self.bundle = bundle or CodeBundle(tgz=f"file://{folder}/bundle.tgz", destination=".", computed_version="v1")
        self.control_plane = FakeControlPlane()
        self.door = FlyteDoor(self._child)
        self.sys_path = None
        self.reports = {}
        self.lines = {}
        self.most_running = 0
        self._changed = threading.Condition()
        self._queue = deque()
        self._running, self._parked = set(), set()
        self._children = {}
        self._next = 0
        with tarfile.open(folder / "bundle.tgz", "w:gz") as bundle:
            bundle.add(BUNDLE / "hosted_tasks.py", "hosted_tasks.py")
        home = folder / "home"
        home.mkdir()
        self.output = folder / "output.txt"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hearth_runner", "--hearth-label", "replica=7"], cwd=home,
            stdout=self.output.open("wb"), stderr=subprocess.STDOUT,
            env={**os.environ, "HEARTH_REPLICA_ID": "7", "HEARTH_JOIN_TOKEN": "token",
                 "HEARTH_WORKER_ENDPOINT": self.control_plane.endpoint, "HEARTH_BUNDLES_ENDPOINT": self.door.address,
                 "HEARTH_SLOTS": str(slots), "HEARTH_MEMORY_BYTES": str(memory), "HEARTH_WORKER_HOME": str(home)})
        self.hello = self.control_plane.greet(most_log_bytes=1 << 20)
        self.control_plane.listener = self._hear
        self._hear_what_was_said()

    def _hear_what_was_said(self):
        while not self.control_plane.frames.empty():
            self._hear(self.control_plane.frames.get())

    def start(self, task, action=None, run_name="r", **inputs):
        """Puts an action into the queue, and answers its number."""
        with self._changed:
            self._next += 1
            number = self._next
        name = action or f"a{number}"
        inputs_uri = f"file://{self.folder}/run/{name}/inputs.pb"
        proto = asyncio.run(convert.convert_from_native_to_inputs(task.native_interface, **inputs)).proto_inputs
        path = Path(inputs_uri.removeprefix("file://"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(proto.SerializeToString())
        self._enqueue(number, name, task.name, inputs_uri, self._arguments(task))
        return number

    def _arguments(self, task):
        """As the SDK declares them when it deploys."""
        return task.container_args(SerializationContext(
            version="v1", code_bundle=self.bundle, input_path="{{.input}}", output_path="{{.outputPrefix}}", root_dir=BUNDLE))

    def _child(self, action):
        """A task calls a task: Flyte's protocol says so, and not the worker's."""
        with self._changed:
            if action.action_id in self._children.values():
                return
            self._next += 1
            number = self._next
            self._children[number] = action.action_id
        template = action.task.spec.task_template
        self._enqueue(number, action.action_id.name, template.id.name, action.input_uri, list(template.container.args))

    def _enqueue(self, number, name, task, inputs_uri, arguments):
        run = f"file://{self.folder}/run"
        call = {"org": "hearth", "project": "p", "domain": "d", "args": arguments, "inputsUri": inputs_uri,
                "runBase": run, "rawData": f"{run}/raw", "runStart": "2026-11-26T00:00:00.123456789Z", "sysPath": self.sys_path}
        with self._changed:
            self._queue.append(wire.Assignment(
                attempt=attempt(number), run="r", name=name, environment="hosted", task=task, number=1,
                input=json.dumps(call).encode(), media_type=CALL))
            self._fill_slots()

    def _fill_slots(self):
        while self._queue and len(self._running - self._parked) < self.slots:
            assignment = self._queue.popleft()
            self._running.add(assignment.attempt.action)
            self.most_running = max(self.most_running, len(self._running - self._parked))
            self.control_plane.send(assignments=[assignment])

    def _hear(self, frame):
        with self._changed:
            for line in frame.logs:
                self.lines.setdefault(line.attempt.action, []).append(line)
            for parking in frame.parkings:
                (self._parked.add if parking.parked else self._parked.discard)(parking.attempt.action)
            for report in frame.reports:
                self._ended(report)
            self._fill_slots()
            self._changed.notify_all()

    def _ended(self, report):
        number = report.attempt.action
        self.reports[number] = report
        self._running.discard(number)
        self._parked.discard(number)
        self.control_plane.send(committed_reports=[report.attempt])
        if number in self._children:
            uri = json.loads(report.output.value)["outputsUri"] if report.HasField("output") else None
            self.door.ended(self._children[number], uri, report.failure if uri is None else None)

    def report(self, number):
        return self.reports_of([number])[0]

    def reports_of(self, numbers):
        with self._changed:
            there = self._changed.wait_for(lambda: all(number in self.reports for number in numbers), PATIENCE)
            assert there, f"no report of {[n for n in numbers if n not in self.reports]}:\n{self.output.read_text()}"
            return [self.reports[number] for number in numbers]

    def outcome(self, task, **inputs):
        """What a task answers."""
        return self.value(task, self.report(self.start(task, **inputs)))

    def value(self, task, report):
        assert report.HasField("output"), f"{report.failure}\n{self.output.read_text()}"
        outputs = asyncio.run(io.load_outputs(json.loads(report.output.value)["outputsUri"] + "/outputs.pb"))
        return asyncio.run(convert.convert_outputs_to_native(task.native_interface, outputs))

    def failure(self, task, **inputs):
        report = self.report(self.start(task, **inputs))
        assert report.HasField("failure")
        return report.failure

    def texts(self, number, error=False):
        return [line.text for line in self.lines.get(number, []) if line.error_stream == error]

    def exit_code(self):
        return self.process.wait(PATIENCE)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.control_plane.close()
        self.door.close()
