"""What monitoring reads: `GET /metrics`. A service adds its own figures with `register`, in a module `metrics.py`."""

from flextx.metrics.registry import register

__all__ = ["register"]
