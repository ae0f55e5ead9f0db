"""What tasks of the Flyte SDK can rely on, as one run that tells what it saw."""

import asyncio
import json
import random
import sys
from datetime import timedelta
from pathlib import Path

import flyte
import flyte.errors

image = flyte.Image.from_debian_base().with_pip_packages("unionai-reuse")
env = flyte.TaskEnvironment(
    name="behaviours",
    resources=flyte.Resources(cpu=1, memory="300Mi"),
    reusable=flyte.ReusePolicy(replicas=(1, 2), concurrency=10, idle_ttl=60),
    image=image,
)
one = env.clone_with(name="one-at-a-time", reusable=flyte.ReusePolicy(replicas=1, idle_ttl=60))
fresh = env.clone_with(name="fresh", reusable=None, depends_on=[env, one])
served = 0


@env.task
async def count() -> int:
    global served
    served += 1
    return served


@one.task
def square(x: int) -> int:
    return x * x


@env.task
async def fails(x: int) -> int:
    raise ValueError(f"no {x}")


@env.task(retries=2)
async def flaky(file: str) -> int:
    path = Path(file)
    tries = int(path.read_text()) + 1 if path.exists() else 1
    path.write_text(str(tries))
    if tries < 3:
        raise RuntimeError("not yet")
    return tries


@env.task(timeout=timedelta(seconds=1))
async def slow() -> int:
    await asyncio.sleep(60)
    return 0


@env.task
async def hungry(megabytes: int) -> int:
    return len(bytearray(megabytes << 20)) >> 20


@env.task(cache=flyte.Cache(behavior="override", version_override="1"))
async def drawn(seed: int) -> float:
    return random.random()


@flyte.trace
async def doubled(x: int) -> int:
    return 2 * x


@fresh.task
async def order() -> str:
    return " ".join({"red", "green", "blue", "white", "black", "brown", "pink", "grey"})


@fresh.task
async def main(folder: str) -> str:
    print("the caller looks around", flush=True)
    seen = {}
    seen["state"] = max([await count() for _ in range(6)])
    seen["sync"] = sum(await asyncio.gather(*[square.aio(x) for x in range(5)]))
    try:
        await fails(7)
    except flyte.errors.RuntimeUserError as e:
        seen["error"] = f"{e.code}: {e}"
    seen["flaky"] = await flaky(f"{folder}/tries")
    try:
        await slow()
    except flyte.errors.TaskTimeoutError as e:
        seen["timeout"] = type(e).__name__
    try:
        await hungry(1_500)
    except flyte.errors.OOMError as e:
        seen["oom"] = type(e).__name__
    seen["fallback"] = await hungry.override(reusable="off", resources=flyte.Resources(cpu=1, memory="2Gi"))(1_500)
    seen["cached"] = (await drawn(1)) == (await drawn(1)) != (await drawn(2))
    seen["trace"] = await doubled(21)
    seen["orders"] = len({await order(), await order()})
    return json.dumps(seen)


if __name__ == "__main__":
    flyte.init_from_config()
    run = flyte.run(main, folder=sys.argv[1])
    print(run.url)
    run.wait()
    print("outputs:", run.outputs()[0])
