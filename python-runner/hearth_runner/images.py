"""
The task that builds images. The SDK runs it when an image is not known yet: it hands over the image's spec, and the control plane
makes a virtual environment of it. What pip prints is this task's log.
"""

import asyncio
import io
import json
import tarfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile

import flyte
import flyte.storage

from . import login

env = flyte.TaskEnvironment(name="images")

_FAILED = "failed: "


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
    url = login.address() + "/flyte/images?" + urllib.parse.urlencode({"name": name})
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/zip"})
    last = ""
    try:
        with urllib.request.urlopen(request) as answer:
            for line in answer:
                last = line.decode(errors="replace").rstrip()
                print(last, flush=True)
    except urllib.error.HTTPError as refused:
        raise flyte.errors.RuntimeUserError("ImageRefused", _reason(refused.read().decode(errors="replace"))) from None
    if last.startswith(_FAILED):
        raise flyte.errors.RuntimeUserError("ImageBuildFailed", last.removeprefix(_FAILED))


def _reason(problem: str) -> str:
    try:
        return json.loads(problem)["detail"]
    except (ValueError, KeyError, TypeError):
        return problem
