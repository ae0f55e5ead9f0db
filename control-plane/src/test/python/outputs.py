"""Prints how a run stands and what it has answered."""

import sys

import flyte
from flyte.remote import Run

flyte.init_from_config()
run = Run.get(sys.argv[1])
print(run.phase.name, run.outputs()[0])
