"""Tasks as somebody would write them, of both kinds."""

import asyncio
import logging
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import flyte
import flyte.errors

print("hosted_tasks is imported")

env = flyte.TaskEnvironment(name="hosted")

log = logging.getLogger("hosted")
log.addHandler(logging.StreamHandler())


@env.task
async def square(x: int) -> int:
    return x * x


@env.task
def square_in_a_thread(x: int) -> int:
    return x * x


@env.task
async def nothing() -> None:
    pass


def say(x: int, step: int) -> None:
    print(f"printed {step} of {x}")
    print(f"error {step} of {x}", file=sys.stderr)
    log.warning("logged %s of %s", step, x)


@env.task
async def talk(x: int) -> int:
    for step in range(5):
        say(x, step)
        await asyncio.sleep(0.001)
        await asyncio.to_thread(print, f"elsewhere {step} of {x}")
    return x


@env.task
def talk_in_a_thread(x: int) -> int:
    for step in range(5):
        say(x, step)
        time.sleep(0.001)
        print(f"elsewhere {step} of {x}")
    return x


@env.task
async def fail(x: int) -> int:
    raise ValueError(f"no {x}")


@env.task
def fail_for_good(x: int) -> int:
    raise flyte.errors.NonRecoverableError("never", code="Hopeless")


@env.task
async def leave() -> None:
    sys.exit(3)


@env.task
def allocate(mebibytes: int) -> int:
    return len(bytearray(mebibytes << 20))


@env.task
def gather(mebibytes: int) -> int:
    kept = []
    for _ in range(mebibytes):
        kept.append(bytearray(1 << 20))
    return len(kept)


def wait_for(path: str):
    Path(path + ".begun").touch()
    return lambda: Path(path).exists()


@env.task
async def wait(path: str) -> str:
    there = wait_for(path)
    while not there():
        await asyncio.sleep(0.005)
    return "gone on"


@env.task
def wait_in_a_thread(path: str) -> str:
    there = wait_for(path)
    while not there():
        time.sleep(0.005)
    return "gone on"


@env.task
async def hold_the_loop(path: str) -> str:
    there = wait_for(path)
    while not there():
        pass
    return "gone on"


@env.task
async def sum_of_squares(n: int) -> int:
    return sum(await asyncio.gather(*[square(x) for x in range(n)]))


@env.task
def sum_of_squares_in_a_thread(n: int) -> int:
    return sum(square_in_a_thread(x) for x in range(n))


@env.task
async def tree(depth: int) -> int:
    if depth == 0:
        return 1
    return sum(await asyncio.gather(tree(depth - 1), tree(depth - 1)))


@env.task
async def catch() -> str:
    try:
        await fail(7)
    except flyte.errors.RuntimeUserError as e:
        return f"{e.code}: {e}"
    return "nothing"


def cube(x: int) -> int:
    print(f"a child computes {x}")
    return x**3


@env.task
def sum_of_cubes_by_processes(n: int) -> int:
    subprocess.run(["true"], check=True)
    with multiprocessing.get_context("fork").Pool(4) as pool:  # terminates its processes
        return sum(pool.map(cube, range(n)))


@env.task
async def where() -> list[str]:
    return [os.getcwd(), os.environ["_U_ORG_NAME"], os.environ["FLYTE_INTERNAL_EXECUTION_PROJECT"], flyte.ctx().action.name]


@env.task
async def number_from_beside() -> int:
    import only_there

    return only_there.NUMBER
