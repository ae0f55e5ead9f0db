#!/usr/bin/env bash
# flyte 2.12.1 (PyPI), Python 3.10 or newer.
#
# A parent that catches flyte.errors.OOMError, to try again with more memory, also catches every child whose exception class has
# "oom" anywhere in its name, in any case: RoomTaken, ZoomMeetingNotFound, BloomFilterFull, Mushroom. The SDK looks for these three
# letters in the error's code, and the code of a user's failure is the name of its class. "Unknown" and "Interrupted" are read the same
# way, in this spelling: UnknownCustomer reaches the caller as RuntimeUnknownError, which is no RuntimeUserError.
#
# One would guess that the code is compared as a whole, as the codes of timeouts are.
#
# Output seen:
#   RoomTaken -> OOMError
#   BloomFilterFull -> OOMError
#   UnknownCustomer -> RuntimeUnknownError
#   InterruptedUpload -> TaskInterruptedError
#   TableTaken -> RuntimeUserError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check flyte==2.12.1

cat >"$folder/codes.py" <<'PY'
from flyte._internal.runtime.convert import convert_error_to_native, convert_from_native_to_error
from flyte.errors import CustomError

for name in ["RoomTaken", "BloomFilterFull", "UnknownCustomer", "InterruptedUpload", "TableTaken"]:
    raised = type(name, (Exception,), {})("said by the task")
    stored = convert_from_native_to_error(CustomError.from_exception(raised))  # what the task's process writes
    told = convert_error_to_native(stored)  # what its caller gets
    print(name, "->", type(told).__name__)
PY
seen=$("$folder/venv/bin/python" "$folder/codes.py")
echo "$seen"
expected='RoomTaken -> OOMError
BloomFilterFull -> OOMError
UnknownCustomer -> RuntimeUnknownError
InterruptedUpload -> TaskInterruptedError
TableTaken -> RuntimeUserError'
[ "$seen" = "$expected" ] || { echo "flyte now tells other errors" >&2; exit 1; }
