"""A task that starts processes in many ways and ends none: the replica's end must end them."""

import multiprocessing
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import flyte

env = flyte.TaskEnvironment(
    name="brood",
    resources=flyte.Resources(cpu=1, memory="300Mi"),
    reusable=flyte.ReusePolicy(replicas=1, idle_ttl=int(os.environ.get("IDLE_TTL", "600"))),
    image=flyte.Image.from_debian_base(),
)
pools = []


def start_processes() -> None:
    for method in ("fork", "spawn"):
        pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method))
        for _ in range(2):
            pool.submit(time.sleep, 3600)
        pools.append(pool)
    multiprocessing.get_context("fork").Process(target=time.sleep, args=(3600,)).start()
    subprocess.Popen(["sh", "-c", "sleep 3600 & wait"])
    subprocess.Popen(["setsid", "env", "-i", "/bin/sleep", "3600"])


def stay() -> int:
    while True:
        time.sleep(0.1)


@env.task
def brood() -> int:
    start_processes()
    return os.getpid()


@env.task
def staying_brood() -> int:
    start_processes()
    return stay()


@env.task(timeout=timedelta(seconds=20))
def late_brood() -> int:
    start_processes()
    return stay()


if __name__ == "__main__":
    flyte.init_from_config()
    print(flyte.run(globals()[sys.argv[1]]).url)
