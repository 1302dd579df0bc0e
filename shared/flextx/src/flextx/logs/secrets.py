"""No secret in any log: what is named like one is masked, and so is what looks like one, in every line."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"
_NAMED_SO = re.compile(r"authori[sz]ation|token|secret|password|signature|cookie|api_?key|^body$", re.IGNORECASE)
_LOOKS_SO = (
    # A signed token: three parts, the first an object.
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), MASK),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(://[^\s/:@]*):[^\s/@]+@"), rf"\1:{MASK}@"),
    # password=..., "token": "...", Sandbox-Signature: ...
    (
        re.compile(
            r"((?:authorization|token|secret|password|signature|cookie)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]{4,}",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
)
_DEPTH_MAX = 6


def without_secrets(_logger: object, _method: str, line: dict[str, Any]) -> dict[str, Any]:
    """A processor of structlog's."""
    return {name: _masked(name, value, 0) for name, value in line.items()}


def _masked(name: str, value: Any, depth: int) -> Any:
    if _NAMED_SO.search(name) or depth > _DEPTH_MAX:
        return MASK
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, dict):
        return {inner: _masked(str(inner), each, depth + 1) for inner, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked("", each, depth + 1) for each in value]
    return value if value is None or isinstance(value, bool | int | float) else masked_text(str(value))


def masked_text(text: str) -> str:
    for pattern, instead in _LOOKS_SO:
        text = pattern.sub(instead, text)
    return text
