"""`python -m stack.keys FOLDER [--owner UID:GID]`: every secret of one system, made once.

What is there already is kept, so a second call changes nothing. Services are told file names only.
"""

import argparse
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.utils import base64url_encode

SIGNING_KEY = "signing-key.pem"  # read by stack.tokens alone
JWKS = "jwks.json"  # what the services verify with
POSTGRES_PASSWORD = "postgres-password"  # nosec B105: the name of a file
SANDBOX_SECRET = "sandbox-secret"  # nosec B105: likewise
RANDOM = (
    "order-service-django-key",
    "account-service-django-key",
    "sandbox-channel-django-key",
    "order_service-database-password",
    "account_service-database-password",
    "message_log-database-password",
    POSTGRES_PASSWORD,
    SANDBOX_SECRET,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stack.keys", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--owner", type=_owner, help="UID:GID that the folder and its files are given to")
    arguments = parser.parse_args()
    make_keys(arguments.folder, owner=arguments.owner)


def make_keys(folder: Path, *, owner: tuple[int, int] | None = None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in RANDOM:
        # 48 random bytes, in letters that need no quoting in a URL or a shell.
        _write_once(folder / name, lambda: secrets.token_urlsafe(48).encode())
    _write_once(folder / SIGNING_KEY, _new_signing_key)
    _write_once(folder / JWKS, lambda: json.dumps({"keys": [public_jwk(folder)]}).encode())
    if owner is not None:
        for path in (folder, *folder.iterdir()):
            os.chown(path, *owner)


def signing_key(folder: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key((folder / SIGNING_KEY).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{folder / SIGNING_KEY} holds no Ed25519 key")
    return key


def public_jwk(folder: Path) -> dict[str, Any]:
    raw = signing_key(folder).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    point = base64url_encode(raw).decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": point, "kid": _key_id(point), "alg": "EdDSA", "use": "sig"}


def _key_id(point: str) -> str:
    """RFC 7638's thumbprint: the same key always gets the same name, wherever it is computed."""
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": point}, separators=(",", ":"), sort_keys=True)
    return base64url_encode(sha256(members.encode()).digest()).decode()


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_once(path: Path, make: Callable[[], bytes]) -> None:
    """Complete or absent: written beside, 0600 from the first byte, then linked, which never overwrites."""
    if path.exists():
        return
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(make())
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # made by another call meanwhile: that one counts
        os.link(unfinished, path)
    unfinished.unlink()


def _owner(text: str) -> tuple[int, int]:
    uid, _, gid = text.partition(":")
    return int(uid), int(gid)


if __name__ == "__main__":
    main()
