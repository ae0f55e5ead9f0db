"""
The task that builds images. The SDK runs it when an image is not known yet: it hands over the image's spec, and the control plane
makes a virtual environment of it. What pip prints is this task's log.
"""

import asyncio
import http.client
import io
import json
import tarfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

import flyte
import flyte.storage

from . import login

env = flyte.TaskEnvironment(name="images")

# The last line says how it went.
_BUILT = "built"
_FAILED = "failed: "

# Seconds, for a control plane that is just being started again.
_TRIES_FOR = 30.0
_PAUSE = 0.3


@env.task
async def build_image(spec: str, context: str, target_image: str) -> str:
    body = _zip(await _read(spec), await _read(context) if context else None)
    await asyncio.to_thread(_build, target_image, body)
    return target_image


async def _read(uri: str) -> bytes:
    return b"".join([chunk async for chunk in flyte.storage.get_stream(uri)])


def _zip(spec: bytes, context: bytes | None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("spec.pb", spec)
        if context is not None:
            with tarfile.open(fileobj=io.BytesIO(context)) as tar:
                for member in tar:
                    if member.isfile():
                        zipped.writestr(member.name.removeprefix("./"), tar.extractfile(member).read())
    return out.getvalue()


def _build(name: str, body: bytes) -> None:
    """A control plane that is started again is asked again: what it had made of the image is not lost."""
    first_break = None
    while True:
        try:
            return _build_once(name, body)
        except _Broken as broken:
            first_break = first_break or time.monotonic()
            if time.monotonic() - first_break > _TRIES_FOR:
                raise broken.fault from None
            print(f"asking again: {broken.fault}", flush=True)
        time.sleep(_PAUSE)


class _Broken(Exception):
    """The conversation with the control plane broke off, or it is not there."""

    def __init__(self, fault: Exception):
        super().__init__(str(fault))
        self.fault = fault


def _build_once(name: str, body: bytes) -> None:
    url = login.address() + "/flyte/images?" + urllib.parse.urlencode({"name": name})
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/zip"})
    last = ""
    try:
        with urllib.request.urlopen(request) as answer:
            for line in answer:
                last = line.decode(errors="replace").rstrip()
                print(last, flush=True)
    except urllib.error.HTTPError as refused:
        if refused.code >= 500:
            raise _Broken(refused) from refused
        raise flyte.errors.RuntimeUserError("ImageRefused", _reason(refused.read().decode(errors="replace"))) from None
    except (OSError, http.client.HTTPException) as fault:
        raise _Broken(fault) from fault
    if last.startswith(_FAILED):
        raise flyte.errors.RuntimeUserError("ImageBuildFailed", last.removeprefix(_FAILED))
    if last != _BUILT:
        # Lines of an answer that is cut off simply end, without any fault.
        raise _Broken(OSError("the control plane's answer broke off"))


def _reason(problem: str) -> str:
    try:
        return json.loads(problem)["detail"]
    except (ValueError, KeyError, TypeError):
        return problem
