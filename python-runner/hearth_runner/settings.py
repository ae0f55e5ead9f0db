"""What its host tells a replica, by environment variables."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    replica: int
    join_token: str
    endpoint: str
    """host:port of the control plane's gRPC, then of others that share its database, separated by commas"""
    bundles_endpoint: str
    """address of the control plane's HTTP interface, which also speaks Flyte's protocol"""
    slots: int
    home: Path
    """own folder: the working folder of tasks"""
    memory_bytes: int = 0
    """declared for the replica; 0 = not declared"""
    orphan_after: float = 300.0
    """seconds; without a control plane for so long, the replica ends itself"""
    stop_within: float = 25.0
    """seconds that running executions may go on after SIGTERM"""

    @staticmethod
    def from_environment() -> "Settings":
        return Settings(
            replica=int(_required("HEARTH_REPLICA_ID")),
            # Tasks see this environment: what proves that we are this replica is none of their business.
            join_token=os.environ.pop("HEARTH_JOIN_TOKEN", ""),
            endpoint=_required("HEARTH_WORKER_ENDPOINT"),
            bundles_endpoint=_required("HEARTH_BUNDLES_ENDPOINT"),
            slots=int(os.environ.get("HEARTH_SLOTS", "1")),
            home=Path(os.environ.get("HEARTH_WORKER_HOME", ".")).absolute(),
            memory_bytes=int(os.environ.get("HEARTH_MEMORY_BYTES") or 0),
        )


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SystemExit(f"{name} is not set: this program is started by a Hearth control plane, not by hand")
    return value
