"""A replica of a Hearth pool that hosts Flyte tasks: one long-lived process, started as ``python -m hearth_runner``."""

__version__ = "0.1.0"
