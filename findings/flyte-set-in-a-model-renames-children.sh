#!/usr/bin/env bash
# flyte 2.12.1 (PyPI), Python 3.10 or newer.
#
# The SDK names a child after its inputs, so that a parent that is tried again finds the children that are done. It takes care of
# order: a bare set[str] and a dict have the same name in every process. A set[str] *in a dataclass or a pydantic model* has not: it is
# written in the order of the process's own hash seed. A retried parent in a new process then runs every such child again.
# PYTHONHASHSEED, set to the same number in all processes, makes the names equal again.
#
# One would guess that the model's fields are treated like the bare values.
#
# Output seen (do two processes agree on the hash that names the child?):
#   seeds 1 and 2: bare set yes, dict yes, dataclass no, pydantic no
#   seeds 1 and 1: bare set yes, dict yes, dataclass yes, pydantic yes
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check flyte==2.12.1 pydantic

cat >"$folder/names.py" <<'PY'
import asyncio
import dataclasses

import flyte
import pydantic
from flyte._internal.runtime import convert
from flyte.models import NativeInterface

TAGS = {"red", "green", "blue", "white", "black", "brown", "pink", "grey"}


@dataclasses.dataclass
class Data:
    tags: set[str]


class Model(pydantic.BaseModel):
    tags: set[str]


CASES = {
    "bare set": (set[str], TAGS),
    "dict": (dict[str, int], {"b": 1, "a": 2}),
    "dataclass": (Data, Data(TAGS)),
    "pydantic": (Model, Model(tags=TAGS)),
}


async def main():
    flyte.init()
    for name, (kind, value) in CASES.items():
        inputs = await convert.convert_from_native_to_inputs(NativeInterface.from_types({"x": (kind, None)}, {}), x=value)
        print(f"{name}={convert.generate_inputs_hash_from_proto(inputs.proto_inputs)}")


asyncio.run(main())
PY
hashes() { PYTHONHASHSEED=$1 "$folder/venv/bin/python" "$folder/names.py" 2>/dev/null | grep -E '^(bare set|dict|dataclass|pydantic)='; }
agree() {
  local first second name words=""
  first=$(hashes "$1") second=$(hashes "$2")
  for name in "bare set" dict dataclass pydantic; do
    if [ "$(grep "^$name=" <<<"$first")" = "$(grep "^$name=" <<<"$second")" ]; then words+=", $name yes"; else words+=", $name no"; fi
  done
  echo "seeds $1 and $2: ${words#, }"
}
seen=$(agree 1 2; agree 1 1)
echo "$seen"
expected='seeds 1 and 2: bare set yes, dict yes, dataclass no, pydantic no
seeds 1 and 1: bare set yes, dict yes, dataclass yes, pydantic yes'
[ "$seen" = "$expected" ] || { echo "flyte now names children another way" >&2; exit 1; }
