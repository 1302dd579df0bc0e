"""Logs: one JSON object a line on stderr, with the ids of what it is about. Code logs by `logging`, as everywhere."""

from flextx.logs.context import about, note, some

__all__ = ["about", "note", "some"]
