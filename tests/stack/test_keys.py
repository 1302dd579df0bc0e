import json
import os
import stat
import subprocess
import sys

from stack.keys import RANDOM, make_keys, public_jwk


def test_every_secret_is_made_for_its_owner_alone(layout):
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in layout.secrets.iterdir()}

    assert modes == dict.fromkeys([*RANDOM, "signing-key.pem", "jwks.json"], 0o600)
    assert stat.S_IMODE(layout.secrets.stat().st_mode) == 0o700
    assert len({layout.secret(name) for name in RANDOM}) == len(RANDOM)


def test_a_second_call_changes_nothing(layout):
    before = {file.name: file.read_bytes() for file in layout.secrets.iterdir()}

    make_keys(layout.secrets)

    assert {file.name: file.read_bytes() for file in layout.secrets.iterdir()} == before


def test_a_lost_file_is_made_anew_and_the_others_stay(layout):
    kept = layout.secret("sandbox-secret")
    (layout.secrets / "postgres-password").unlink()

    make_keys(layout.secrets)

    assert len(layout.secret("postgres-password")) == 64
    assert layout.secret("sandbox-secret") == kept


def test_the_key_set_holds_the_public_half_only(layout):
    (key,) = json.loads((layout.secrets / "jwks.json").read_text())["keys"]

    assert key == public_jwk(layout.secrets)
    assert set(key) == {"kty", "crv", "x", "kid", "alg", "use"}  # no "d": that would be the private half
    assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "EdDSA")


def test_the_command_gives_the_keys_to_the_owner_that_is_named(tmp_path):
    folder = tmp_path / "volume"
    folder.mkdir()
    # Only root may give files away; anyone may "give" them to themselves.
    uid, gid = (54_321, 54_322) if os.geteuid() == 0 else (os.geteuid(), os.getegid())

    command = [sys.executable, "-m", "stack.keys", str(folder), "--owner", f"{uid}:{gid}"]
    subprocess.run(command, check=True, timeout=30)

    given = {(file.stat().st_uid, file.stat().st_gid) for file in (folder, *folder.iterdir())}
    assert given == {(uid, gid)}
    assert (folder / "jwks.json").exists()
