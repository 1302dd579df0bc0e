"""Tokens of every kind, good and bad, and the file of public keys that the shop reads."""

import hmac
import json
import os
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm
from jwt.utils import base64url_encode

PrivateKey = Ed25519PrivateKey | RSAPrivateKey


def ed25519_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def rsa_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: PrivateKey, kid: str) -> dict[str, Any]:
    if isinstance(key, Ed25519PrivateKey):
        return OKPAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "alg": "EdDSA"}
    return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "alg": "RS256"}


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def write_keys(file: Path, *entries: dict[str, Any]) -> None:
    """Beside first, then renamed, as a rotation under load does it."""
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps({"keys": entries}))
    os.replace(beside, file)


def good_claims() -> dict[str, Any]:
    now = int(time.time())
    return {"iss": "live-coins", "aud": ["shop"], "sub": "u-1", "scope": "user", "iat": now, "exp": now + 3600}


def signed(key: PrivateKey, kid: str | None, claims: dict[str, Any]) -> str:
    algorithm = "EdDSA" if isinstance(key, Ed25519PrivateKey) else "RS256"
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid else {})


def unsigned(kid: str, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none", headers={"kid": kid})


def signed_with_secret(secret: bytes, kid: str, claims: dict[str, Any]) -> str:
    """HS256 with a key that everybody knows as its secret. PyJWT refuses to make one, so it is made by hand."""
    parts = [{"alg": "HS256", "typ": "JWT", "kid": kid}, claims]
    text = b".".join(base64url_encode(json.dumps(part).encode()) for part in parts)
    return (text + b"." + base64url_encode(hmac.digest(secret, text, "sha256"))).decode()
