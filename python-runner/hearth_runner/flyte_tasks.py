"""Runs tasks of the Flyte SDK that is installed beside this package, through the SDK's own runtime module."""

import asyncio
import inspect
import json
import logging
import os
import re
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import memory
from .executions import INVALID_INPUT, OUT_OF_MEMORY, Failed, of_task, stack
from .printed import CURRENT, current
from .wire import Output

CALL = "application/vnd.hearth.flyte-call+json"
RESULT = "application/vnd.hearth.flyte-result+json"

# Of the SDK. What stands between them has the same functions; outside, nobody has tried.
OLDEST_TESTED, NEWEST_TESTED = "2.6.8", "2.12.1"

_NEEDED = ("create_controller", "download_tgz", "download_load_pkl", "load_task_from_code_bundle", "run_task")

# Of the SDK's controller: what waits for a child.
_WAITS = ("submit", "submit_task_ref", "wait_for_condition")


def prepare_environment(control_plane: str) -> None:
    """What the SDK reads when it is imported or begins: as in a container of Flyte's own."""
    endpoint, insecure = _address(control_plane)
    os.environ.update(_U_EP_OVERRIDE=endpoint, _U_INSECURE=str(insecure).lower(), _U_USE_ACTIONS="1")
    # Where the server's user keeps credentials of his own.
    for name in ("UCTL_CONFIG", "FLYTECTL_CONFIG", "_UNION_EAGER_API_KEY", "EAGER_API_KEY", "FLYTE_API_KEY"):
        os.environ.pop(name, None)
    # Folders of outputs are made when something is written there.
    os.environ.setdefault("FSSPEC_FILE", '{"auto_mkdir": true}')
    # Calls a second of all tasks of this process together. The SDK's default is meant for one task.
    os.environ.setdefault("_F_MAX_QPS", "10000")


def _address(control_plane: str):
    """An HTTP address as the SDK has it: an endpoint, and whether it is plain HTTP."""
    parts = urlsplit(control_plane)
    return f"dns:///{parts.netloc}{parts.path}", parts.scheme != "https"


def load_sdk():
    """The SDK's runtime module, and its version."""
    tested = f"hearth-runner is tested with flyte {OLDEST_TESTED} to {NEWEST_TESTED}"
    try:
        import flyte
        from flyte._internal.runtime import rusty
    except ImportError as e:
        raise SystemExit(f"{tested}; this environment has none that it can use: {e}") from e
    missing = [name for name in _NEEDED if not hasattr(rusty, name)]
    if missing:
        raise SystemExit(f"{tested}; flyte {flyte.__version__} lacks {', '.join(missing)} in {rusty.__name__}")
    if not _numbers(OLDEST_TESTED) <= _numbers(flyte.__version__) <= _numbers(NEWEST_TESTED):
        logging.getLogger("hearth_runner").warning("%s; this is flyte %s", tested, flyte.__version__)
    # What the first task would wait for.
    import flyte._internal.controllers.remote._client
    import flyte.remote._client.controlplane
    import flyte.storage  # noqa: F401

    return rusty, flyte.__version__


def _numbers(version: str):
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


@dataclass(frozen=True)
class Call:
    """What an assignment asks for: the arguments of the task's container, filled in."""

    org: str
    project: str
    domain: str
    run_base: str
    output_prefix: str
    sys_path: str = ""
    """folders from which the code is imported, relative to where it is unpacked, between colons"""
    options: dict = field(default_factory=dict)
    resolver_args: tuple = ()

    @staticmethod
    def of(assignment) -> "Call":
        if assignment.media_type != CALL:
            raise Failed(INVALID_INPUT, f"a Flyte task has an input of {CALL}, not of {assignment.media_type or 'no type'}")
        try:
            told = json.loads(assignment.input)
            run_base = told["runBase"].rstrip("/")
            action = f"{run_base}/{assignment.name}"
            attempt = f"{action}/{assignment.number}"
            # One that went astray may run elsewhere as well: what it leaves is not ours.
            prefix = f"{attempt}/{assignment.attempt.token:016x}"
            filled_in = {
                "input": told["inputsUri"],
                "outputPrefix": prefix,
                "rawOutputDataPrefix": f"{told['rawData'].rstrip('/')}/{assignment.name}/{assignment.number}",
                "checkpointOutputPrefix": f"{attempt}/checkpoint",
                "prevCheckpointPrefix": f"{action}/{assignment.number - 1}/checkpoint" if assignment.number > 1 else "",
                "runName": assignment.run,
                "actionName": assignment.name,
                "runStartTime": told.get("runStart", ""),
            }
            options, resolver_args = _options(_fill_in(argument, filled_in) for argument in told["args"])
            return Call(
                told["org"], told["project"], told["domain"], run_base, prefix, told.get("sysPath") or "", options, resolver_args)
        except (ValueError, KeyError, AttributeError, TypeError) as e:
            raise Failed(INVALID_INPUT, f"this is no call of a Flyte task: {type(e).__name__}: {e}") from e

    @property
    def code(self):
        """What is loaded once for all calls that name it."""
        names = ("tgz", "pkl", "dest", "version", "resolver")
        return tuple(self.options.get(name, "") for name in names) + self.resolver_args


def _fill_in(argument: str, values: dict) -> str:
    return re.sub(r"{{\s*\.(\w+)\s*}}", lambda found: values.get(found[1], found[0]), argument)


def _options(arguments):
    """Options come in pairs; behind the resolver stand its own arguments."""
    options = {}
    rest = iter(arguments)
    for argument in rest:
        if argument.startswith("--"):
            options[argument[2:]] = next(rest, "")
            if argument == "--resolver":
                break
    return options, tuple(rest)


class FlyteTasks:
    """Loads tasks once and runs them, all on one asyncio loop. Not thread-safe: it is used by that loop alone."""

    def __init__(self, rusty, control_plane: str, broke):
        """
        control_plane is where this replica calls it. broke is told when the SDK's controller has failed: parents would
        wait for their children for ever.
        """
        self._rusty = rusty
        self._control_plane = control_plane
        self._broke = broke
        self._loaded = {}
        self._controller = None
        self._watch = None
        # The SDK logs what a task raised, and writes no more of it to error.pb than its name and its words.
        logging.getLogger("flyte").addFilter(_remember_fault)

    async def run(self, execution) -> Output:
        call = Call.of(execution.assignment)
        if self._controller is None:
            self._controller = asyncio.ensure_future(self._create_controller(call))
        controller = await asyncio.shield(self._controller)
        bundle, task = await self._load(call)
        execution.goes_on = not inspect.iscoroutinefunction(getattr(task, "func", None))
        if execution.cancelled:
            raise asyncio.CancelledError
        options = call.options
        await self._rusty.run_task(
            task=task,
            controller=controller,
            org=call.org,
            project=call.project,
            domain=call.domain,
            run_name=execution.assignment.run,
            name=execution.assignment.name,
            raw_data_path=options.get("raw-data-path", ""),
            output_path=call.output_prefix,
            run_base_dir=call.run_base,
            version=options.get("version", ""),
            image_cache=options.get("image-cache"),
            checkpoint_path=options.get("checkpoint-path"),
            prev_checkpoint=options.get("prev-checkpoint"),
            code_bundle=bundle,
            input_path=options["inputs"],
            run_start_time=_time(options.get("run-start-time", "")),
        )
        # It returns also when the task has failed: what it wrote tells.
        if (error := await _read(call.output_prefix, "error.pb")) is not None:
            raise _failed(error, execution.fault)
        if await _read(call.output_prefix, "outputs.pb") is None:
            raise Failed("NO_RESULT", f"the SDK left neither error.pb nor outputs.pb at {call.output_prefix}")
        return Output(value=json.dumps({"outputsUri": call.output_prefix}).encode(), media_type=RESULT)

    async def _create_controller(self, call):
        """A pool serves one project and domain; the SDK's own calls inside tasks are made there."""
        CURRENT.set(None)  # it lives longer than the execution that needs it first
        os.environ.update(
            _U_ORG_NAME=call.org,
            FLYTE_INTERNAL_EXECUTION_PROJECT=call.project,
            FLYTE_INTERNAL_EXECUTION_DOMAIN=call.domain,
        )
        endpoint, insecure = _address(self._control_plane)
        try:
            controller = await self._rusty.create_controller(endpoint=endpoint, insecure=insecure)
        except BaseException as e:
            self._broke(f"the SDK could not connect to {urlsplit(self._control_plane).netloc}: {type(e).__name__}: {e}")
            raise
        for name in _WAITS:
            if hasattr(controller, name):
                setattr(controller, name, _parked(getattr(controller, name)))
        self._watch = asyncio.ensure_future(self._watch_controller(controller))
        return controller

    async def _watch_controller(self, controller):
        try:
            await controller.watch_for_errors()
        except Exception as e:
            self._broke(f"the SDK's controller failed: {e}")

    async def _load(self, call):
        """All calls of a task wait for one load; one that fails is tried again by the next call."""
        loading = self._loaded.get(call.code)
        if loading is None:
            loading = self._loaded[call.code] = asyncio.ensure_future(self._load_anew(call))
        try:
            return await asyncio.shield(loading)
        finally:
            if loading.done() and (loading.cancelled() or loading.exception()):
                self._loaded.pop(call.code, None)

    async def _load_anew(self, call):
        """What another call has brought stays: the modules of this process are loaded once for all of them."""
        for folder in reversed([each for each in call.sys_path.split(":") if each and each not in sys.path]):
            sys.path.insert(0, folder)
        options, resolver_args = call.options, call.resolver_args
        version, folder = options.get("version", ""), options.get("dest", ".")
        if pkl := options.get("pkl"):
            return await self._rusty.download_load_pkl(folder, version, pkl)
        bundle = None
        if tgz := options.get("tgz"):
            bundle = await self._rusty.download_tgz(folder, version, tgz)
        return bundle, self._rusty.load_task_from_code_bundle(options["resolver"], list(resolver_args))


def _parked(wait):
    async def parked(*args, **kwargs):
        execution = current()
        if execution is None:
            return await wait(*args, **kwargs)
        with execution.waiting():
            return await wait(*args, **kwargs)

    return parked


def _remember_fault(record):
    execution = current()
    if execution is not None and record.exc_info and record.exc_info[1] is not None:
        execution.fault = record.exc_info[1]
        if isinstance(execution.fault, MemoryError):
            memory.lift_limit()
    return True


def _failed(error_document: bytes, fault) -> Failed:
    from flyteidl2.core import execution_pb2

    error = execution_pb2.ErrorDocument.FromString(error_document).error
    name = type(fault).__name__ if fault is not None else None
    details = stack(fault) if fault is not None else ""
    # A parent may fail with what its child told: only its own memory is this process's.
    own = fault is None or isinstance(fault, MemoryError) or isinstance(fault.__cause__, MemoryError)
    if error.code.endswith("MemoryError") and own:
        return Failed(OUT_OF_MEMORY, error.message or name or "MemoryError", details)
    user = error.origin == execution_pb2.ExecutionError.USER
    final = user and error.kind == execution_pb2.ContainerError.NON_RECOVERABLE
    return Failed(of_task(error.code), error.message or error.code, details, non_retryable=final)


def _local(uri: str):
    """Files are read by their path: asking a storage layer costs more than the task."""
    parts = urlsplit(uri)
    return Path(unquote(parts.path)) if parts.scheme == "file" else Path(uri) if not parts.scheme else None


async def _read(prefix: str, name: str):
    """The bytes of a file that the SDK wrote, or None if it wrote none."""
    uri = f"{prefix}/{name}"
    if (path := _local(uri)) is not None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
    import flyte.storage

    if not await flyte.storage.exists(uri):
        return None
    return b"".join([piece async for piece in flyte.storage.get_stream(uri)])


def _time(text: str):
    """RFC 3339 with any number of decimals. None = now, as the SDK has it."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-]\d\d:\d\d))", text)
    if found is None:
        return None
    date, clock, decimals, zone = found.groups()
    return datetime.fromisoformat(f"{date}T{clock}.{(decimals or '0')[:6].ljust(6, '0')}{zone or '+00:00'}")
