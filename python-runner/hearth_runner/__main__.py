"""
The replica's process. Exit codes: 0 = drained or told to end, 1 = could not start or lost what it needs, 3 = the control
plane did not take it in, 4 = no control plane for too long, 5 = out of memory, 143 = told to end while it was busy.
"""

import asyncio
import logging
import os
import platform
import signal
import sys
import threading

from . import __version__, login, memory, printed
from .executions import Executions
from .flyte_tasks import FlyteTasks, load_sdk, prepare_environment
from .outbox import Outbox
from .replica import OUT_OF_MEMORY, TERMINATED, Replica
from .settings import Settings


def main() -> None:
    settings = Settings.from_environment()
    _log_to(sys.stderr)
    printed.capture()
    settings.home.mkdir(parents=True, exist_ok=True)
    os.chdir(settings.home)
    sys.path.insert(0, str(settings.home))
    prepare_environment(settings.bundles_endpoint)
    login.keep(settings.bundles_endpoint, settings.replica, settings.join_token)
    rusty, version = load_sdk()

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    outbox = Outbox()
    tasks = FlyteTasks(rusty, login.address(), lambda message: replica.give_up(message))
    executions = Executions(tasks.run, outbox, loop)
    runtime = f"python {platform.python_version()}, flyte {version}, hearth-runner {__version__}"
    replica = Replica(settings, executions, outbox, runtime)
    replica.exit_code.add_done_callback(lambda ended: leave(ended.result()))
    # Memory that runs out where no task runs leaves the process half alive.
    threading.excepthook = _unless_out_of_memory(threading.excepthook)
    _on_sigterm(replica)
    memory.limit(settings.memory_bytes, settings.slots)
    replica.start()
    loop.run_forever()


def _on_sigterm(replica) -> None:
    """A child that a task forks is no replica: it ends as it would anywhere, also when it is told so while it is born."""
    process = os.getpid()
    signal.signal(signal.SIGTERM, lambda *_: replica.stop() if os.getpid() == process else os._exit(TERMINATED))
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))


def leave(code: int) -> None:
    """At once: threads of tasks cannot be stopped, and nobody waits for what they do."""
    for stream in (sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()
        except OSError:
            pass
    os._exit(code)


def _unless_out_of_memory(hook):
    def excepthook(args):
        if issubclass(args.exc_type, MemoryError):
            leave(OUT_OF_MEMORY)
        hook(args)

    return excepthook


def _log_to(stream) -> None:
    """The replica's own words are of no execution."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("hearth_runner")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


if __name__ == "__main__":
    main()
