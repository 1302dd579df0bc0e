import json
import subprocess
import sys
import time

import jwt
import pytest

from stack.keys import make_keys
from stack.tokens import mint


def verified(layout, token):
    """As a service does: with the public key set, the audience and the issuer."""
    keys = jwt.PyJWKSet.from_json((layout.secrets / "jwks.json").read_text())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["EdDSA"], audience="order-service", issuer="live-coins")


@pytest.mark.parametrize("scope", ["user", "operator", "service"])
def test_a_token_says_who_and_what_for_an_hour(layout, scope):
    before = int(time.time())

    claims = verified(layout, mint(layout.secrets, subject="u-7", scope=scope))

    assert (claims["sub"], claims["scope"]) == ("u-7", scope)
    assert claims["aud"] == ["order-service", "account-service"]
    assert claims["exp"] - claims["iat"] == 3600
    assert before <= claims["iat"] <= time.time()


def test_another_systems_token_is_not_accepted(layout, tmp_path):
    make_keys(tmp_path / "other")

    foreign = mint(tmp_path / "other", subject="u-7", scope="user")

    with pytest.raises(KeyError):  # its key id is unknown here
        verified(layout, foreign)


def test_the_command_prints_the_token_and_nothing_else(layout):
    command = [sys.executable, "-m", "stack.tokens", str(layout.secrets), "--subject", "u-1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)

    assert verified(layout, done.stdout.strip())["sub"] == "u-1"
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
    assert json.loads(jwt.utils.base64url_decode(done.stdout.split(".")[0]))["alg"] == "EdDSA"
