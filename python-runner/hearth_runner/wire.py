"""The messages of worker.proto, made from its compiled form beside this file. README.md says how that is made anew."""

from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

CONNECT = "/hearth.worker.v1.WorkerGateway/Connect"

DESCRIPTORS = Path(__file__).with_name("worker.binpb")

# A pool of its own: nothing that a task imports can be in the way.
_pool = descriptor_pool.DescriptorPool()
for _file in descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file:
    _pool.Add(_file)


def _message(name):
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName("hearth.worker.v1." + name))


Acknowledgement = _message("Acknowledgement")
Assignment = _message("Assignment")
AttemptRef = _message("AttemptRef")
Cancel = _message("Cancel")
ControlFrame = _message("ControlFrame")
Drain = _message("Drain")
Failure = _message("Failure")
Heartbeat = _message("Heartbeat")
Hello = _message("Hello")
LogLine = _message("LogLine")
Output = _message("Output")
Parking = _message("Parking")
Waited = _message("Waited")
Report = _message("Report")
Welcome = _message("Welcome")
WorkerFrame = _message("WorkerFrame")


def key(attempt):
    """An attempt as something that can be looked up."""
    return attempt.action, attempt.token
