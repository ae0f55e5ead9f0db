"""
Where this replica calls the control plane's HTTP interface. The address holds what proves that we are this replica, because
over plain HTTP the SDK shows no credentials of any other kind. Tasks do not find it in their environment.
"""

from urllib.parse import quote

_address = ""


def keep(control_plane: str, replica: int, join_token: str) -> None:
    global _address
    _address = f"{control_plane}/flyte/as/{quote(f'{replica}:{join_token}', safe='')}"


def address() -> str:
    return _address
