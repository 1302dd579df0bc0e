"""A record as a row and back, whatever its bytes are: text as text, the rest as base64."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from flextx.inbox.models import DivertedRecord
from flextx.transports.protocol import Record

KEY_CHARACTERS_MAX = 200
_SHOWN = 80


def stored_key(key: str) -> str:
    """The key, or what stands in for one that cannot be stored: its beginning and a digest."""
    if storable(key, KEY_CHARACTERS_MAX):
        return key
    shown = printable(key)[:_SHOWN]
    return f"{shown}~sha256:{hashlib.sha256(_raw(key)).hexdigest()}"


def storable(text: str, characters_max: int) -> bool:
    """Is this text that the database takes?"""
    return len(text) <= characters_max and text == printable(text)


def printable(text: str) -> str:
    """The text without what the database refuses: NUL and lone surrogates."""
    return text.encode(errors="backslashreplace").decode().replace("\x00", "\\x00")


def row_of(consumer: str, record: Record) -> DivertedRecord:
    key = stored_key(record.key)
    return DivertedRecord(
        consumer=consumer,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=key,
        raw_key=None if key == record.key else _raw(record.key),
        headers=[[_encoded(_raw(name)), _encoded(value)] for name, value in record.headers],
        body=record.body,
    )


def record_of(row: DivertedRecord) -> Record:
    key = row.key if row.raw_key is None else bytes(row.raw_key).decode(errors="surrogatepass")
    headers = [(_decoded(name).decode(errors="surrogatepass"), _decoded(value)) for name, value in row.headers]
    return Record(row.topic, row.partition, row.offset, key, headers, bytes(row.body))


def _raw(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _encoded(value: bytes) -> Any:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\x00"
    return {"base64": base64.b64encode(value).decode()} if "\x00" in text else text


def _decoded(value: Any) -> bytes:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else str(value).encode()
