import subprocess
import sys
from pathlib import Path

from hearth_runner import wire

PROTO = Path(__file__).parents[2] / "shared-model/src/main/protobuf"


def test_the_compiled_form_is_that_of_the_contract(tmp_path):
    compiled = tmp_path / "worker.binpb"
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"--descriptor_set_out={compiled}", "worker.proto"],
        check=True)
    assert wire.DESCRIPTORS.read_bytes() == compiled.read_bytes(), "make it anew: README.md says how"
