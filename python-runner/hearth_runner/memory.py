"""The memory of this process."""

import os
import resource
import threading
from pathlib import Path

_STATM = Path("/proc/self/statm")
_STATUS = Path("/proc/self/status")

# For what is not the tasks': buffers of the streams, pools of libraries.
_HEADROOM = 64 << 20


def resident_bytes() -> int:
    """As Linux tells; 0 elsewhere."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _data_bytes() -> int:
    lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    return int(lines["VmData"].split()[0]) << 10


def limit(declared: int, slots: int) -> None:
    """
    Lets tasks allocate what was declared, on top of what the process has taken to come up; what asks for more gets a
    MemoryError. The kernel counts a thread's whole stack when it starts, although most of it is never used: stacks are
    kept small, and one for each slot is granted on top, and some for the threads that libraries add.
    """
    if declared <= 0 or not _STATUS.exists():
        return
    stack = 2 << 20
    threading.stack_size(stack)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    granted = _data_bytes() + declared + _HEADROOM + (slots + 16) * stack
    if hard == resource.RLIM_INFINITY or granted < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (granted, hard))


def lift_limit() -> None:
    """Memory has run out: what is left to do, to report it and to leave, must not fail for the same reason."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
