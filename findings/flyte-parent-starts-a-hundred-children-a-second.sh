#!/usr/bin/env bash
# flyte 2.12.1 (PyPI), Python 3.10 or newer.
#
# A parent asks for at most 100 children a second, however fast its back end is: the SDK's controller in the parent's process has a bucket
# of 100, filled with 100 a second. A fan-out of 500 no-ops takes 4 s of waiting in the client, and no setting of the server, no number
# of replicas and no concurrency changes that. The environment variable _F_MAX_QPS of the parent's process does.
#
# One would guess that a fan-out is as fast as the platform takes it.
#
# Here the back end is an object in the same process that has done each child the moment it is asked for.
#
# Output seen (seconds for all children):
#   as it comes:        100 children at once, 500 children 4.0
#   _F_MAX_QPS=100000:  100 children at once, 500 children at once
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check flyte==2.12.1

cat >"$folder/children.py" <<'PY'
import asyncio
import time

from flyte._internal.controllers.remote._action import Action
from flyte._internal.controllers.remote._core import Controller
from flyteidl2.actions import actions_service_pb2 as actions
from flyteidl2.common import identifier_pb2, phase_pb2
from flyteidl2.task import task_definition_pb2
from flyteidl2.workflow import state_service_pb2

RUN = identifier_pb2.RunIdentifier(org="o", project="p", domain="d", name="r1")


class Instant:
    """A back end that has done each child the moment that it is asked for."""

    def __init__(self):
        self.done = asyncio.Queue()

    async def enqueue(self, request, **_):
        await self.done.put(request.action.action_id)

    async def watch_for_updates(self, request, **_):
        yield actions.WatchForUpdatesResponse(control_message=state_service_pb2.ControlMessage(sentinel=True))
        while True:
            child = await self.done.get()
            yield actions.WatchForUpdatesResponse(
                action_update=state_service_pb2.ActionUpdate(
                    action_id=child, phase=phase_pb2.ACTION_PHASE_SUCCEEDED, output_uri="file:///nowhere"
                )
            )


class Client:
    state_service = queue_service = None

    def __init__(self):
        self.actions_service = Instant()


async def client():
    return Client()


async def main(n):
    controller = Controller(client())
    children = [
        Action(
            action_id=identifier_pb2.ActionIdentifier(run=RUN, name=f"c{i}"),
            parent_action_name="a0",
            task=task_definition_pb2.TaskSpec(),
            inputs_uri="file:///nowhere",
            run_output_base="file:///nowhere",
        )
        for i in range(n)
    ]
    began = time.monotonic()
    await asyncio.gather(*[controller.submit_and_wait_for_action(child) for child in children])
    return time.monotonic() - began


seconds = {n: asyncio.run(main(n)) for n in (100, 500)}
print(", ".join(f"{n} children {'at once' if took < 1.5 else f'{took:.1f}'}" for n, took in seconds.items()))
# Of 500, 100 are let through at the start and 100 in each second.
print("bound" if seconds[500] >= 3.9 else "free")
PY
plain=$("$folder/venv/bin/python" "$folder/children.py" 2>/dev/null)
raised=$(_F_MAX_QPS=100000 "$folder/venv/bin/python" "$folder/children.py" 2>/dev/null)
echo "as it comes:        $(head -1 <<<"$plain")"
echo "_F_MAX_QPS=100000:  $(head -1 <<<"$raised")"
[ "$(tail -1 <<<"$plain")" = bound ] && [ "$(tail -1 <<<"$raised")" = free ] || { echo "flyte now bounds children another way" >&2; exit 1; }
