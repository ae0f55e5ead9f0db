"""Which control plane to connect to."""

import threading


class Endpoints:
    """
    The control planes that a replica may connect to, and the one whose turn it is. What the control planes say replaces
    what they said before; what the replica was started with is never forgotten. Thread-safe.
    """

    def __init__(self, given: str):
        self._given = given.split(",")
        self._known = self._given
        self._current = self._given[0]
        self._lock = threading.Lock()

    def current(self) -> str:
        return self._current

    def learn(self, told) -> None:
        with self._lock:
            self._known = list(dict.fromkeys([*told, *self._given, self._current]))

    def next(self) -> None:
        """The current one does not answer: the next one's turn, round and round."""
        with self._lock:
            self._current = self._known[(self._known.index(self._current) + 1) % len(self._known)]
