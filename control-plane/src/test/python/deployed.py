"""Runs a task that was deployed before, by its name."""

import flyte
import flyte.remote

flyte.init_from_config()
run = flyte.run(flyte.remote.Task.get("reusable-env.main", auto_version="latest"))
run.wait()
print("by name:", run.outputs()[0])
