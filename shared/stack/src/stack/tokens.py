"""`python -m stack.tokens FOLDER --subject u-1 --scope user`: the only place where tokens are made.

The services hold the public half of the key and can verify, never mint.
"""

import argparse
import time
from pathlib import Path

import jwt

from stack.errors import Refusal
from stack.keys import public_jwk, signing_key
from stack.layout import Layout
from stack.options import SCOPES, Options

ISSUER = "live-coins"
AUDIENCE = ["order-service", "account-service"]
LIFETIME_SECONDS = 3600


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stack.tokens", description=__doc__)
    parser.add_argument("folder", type=Path, help="where stack.keys has put the keys")
    parser.add_argument("--subject", required=True)
    parser.add_argument("--scope", choices=SCOPES, default="user")
    arguments = parser.parse_args()
    print(mint(arguments.folder, subject=arguments.subject, scope=arguments.scope))


def token(options: Options) -> int:
    """`make token`: stdout holds the token and nothing else."""
    layout = Layout(options.run_dir)
    if not layout.system_file.exists():
        raise Refusal(f"there is no system in {layout.run_dir}; start one with: make up")
    print(mint(layout.secrets, subject=options.subject, scope=options.scope))
    return 0


def mint(secrets_folder: Path, *, subject: str, scope: str) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "scope": scope,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
    }
    headers = {"kid": public_jwk(secrets_folder)["kid"]}
    return jwt.encode(claims, signing_key(secrets_folder), algorithm="EdDSA", headers=headers)


if __name__ == "__main__":
    main()
