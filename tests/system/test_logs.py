"""What the processes of a whole system write: JSON lines to be searched by order, and no secret in any of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from stack.layout import Layout
from tests.system.gifts import open_room, recharge, send_gift, when
from tests.system.world import World, payment_of, wait_for

SECRET_LENGTH_MIN = 16
A_TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")


class Logs:
    """What the two services' processes have written since this was made."""

    def __init__(self, world: World) -> None:
        self._folder = world.run_dir / "logs"
        self._before = {path: path.stat().st_size for path in self._paths()}

    def _paths(self) -> list[Path]:
        kinds = ("web", "feed", "relay-*", "consumer-*", "recovery-*", "settle*")
        return [path for kind in kinds for path in self._folder.glob(f"*-{kind}.log") if path.name[0] in "oa"]

    def text(self, path: Path) -> str:
        return path.read_bytes()[self._before.get(path, 0) :].decode()

    def lines(self) -> dict[str, list[dict[str, Any]]]:
        """By process. Every line is a JSON object, or this fails."""
        return {path.stem: [_parsed(path, line) for line in self.text(path).splitlines()] for path in self._paths()}

    def about(self, name: str) -> set[str]:
        """The kinds of process that wrote of this id."""
        found = (stem for stem, lines in self.lines().items() if any(name in json.dumps(line) for line in lines))
        return {stem.rstrip("-0123456789") for stem in found}


def _parsed(path: Path, line: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError:
        raise AssertionError(f"{path.name}: not JSON: {line!r}") from None
    assert {"time", "level", "logger", "event", "process"} <= set(parsed), (path.name, parsed)
    return dict(parsed)


@pytest.fixture
def logs(world: World) -> Logs:
    return Logs(world)


def test_an_order_is_found_in_every_process_it_went_through(world: World, logs: Logs, person: str) -> None:
    """Fault tried: `some` without ids."""
    order = recharge(world, person)
    order_no = order["order_no"]
    wanted = {"order-web", "order-relay", "account-consumer", "account-relay", "order-consumer"}
    wait_for(lambda: logs.about(order_no), lambda kinds: wanted <= kinds, seconds=60, what="the order in the logs")
    callbacks = [
        line
        for line in logs.lines()["order-web"]
        if line["event"] == "request" and "callbacks" in line["route"] and line.get("order_no") == order_no
    ]
    assert callbacks and callbacks[0]["status"] == 200 and callbacks[0]["request_id"]


def test_no_secret_and_no_token_is_in_any_log(world: World, person: str) -> None:
    """Refused requests too: they carry most. Fault tried: a middleware that prints the headers."""
    order = recharge(world, person)
    when(world, send_gift(world, person, open_room(world, person)))
    token, forged = world.token(person), world.token(person, "operator")[:-8] + "AAAAAAAA"
    shown = opens_the_admin(world, world.token("op-1", "operator"))
    assert order["order_no"] in shown
    signature = refused_requests(world, order, token, forged)

    written = "\n".join(path.read_text(errors="replace") for path in (world.run_dir / "logs").glob("[oa]*.log*"))
    assert order["order_no"] in written
    secrets = {token, forged, signature, *stored_secrets(world)}
    assert len(secrets) > 10
    assert [secret for secret in secrets if secret in written] == []
    assert A_TOKEN.findall(written) == []  # whoever it was minted for


def opens_the_admin(world: World, token: str) -> str:
    """The list of orders, as a browser gets it that was let in with this token."""
    home = f"{world.env['ORDER_URL']}/admin/"
    form = world.http.request("GET", f"{home}login/", timeout=30)
    csrf = form.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    sent = urlencode({"token": token, "csrfmiddlewaretoken": csrf})
    headers = {"Cookie": f"csrftoken={csrf}", "Content-Type": "application/x-www-form-urlencoded"}
    let_in = world.http.request("POST", f"{home}login/", body=sent, headers=headers, redirect=False, timeout=30)
    assert let_in.status == 302, let_in.data
    cookie = let_in.headers["Set-Cookie"].partition(";")[0]
    page = world.http.request("GET", f"{home}recharge/order/", headers={"Cookie": cookie}, timeout=30)
    assert page.status == 200
    return page.data.decode()


def refused_requests(world: World, order: dict[str, Any], token: str, forged: str) -> str:
    """Tokens and signatures that are nearly right, and in the wrong place; the answer is the last signature."""
    assert world.orders("GET", f"/orders/{order['order_no']}", token=forged)[0] == 401
    assert world.orders("GET", f"/orders/{token}", token=token)[0] == 404
    assert world.orders("GET", f"/orders?cursor={token}", token=token)[0] == 400
    assert world.accounts("POST", "/accounts/nobody/freeze", token=token, json={"reason": token})[0] == 403
    body = payment_of(order, "another-merchant", trade_no=f"t-{order['owner_id']}")
    assert world.callback(body)[0] == 422
    headers = world.signed(body, secret="not the secret")
    assert world.orders("POST", "/payments/callbacks/sandbox", body=body, headers=headers)[0] == 403
    return headers["Sandbox-Signature"]


def stored_secrets(world: World) -> set[str]:
    """Every line of every secret file but the public keys, and the password in each database address."""
    files = [file for file in Layout(world.run_dir).secrets.iterdir() if file.name != "jwks.json"]
    lines = {line for file in files for line in file.read_text().splitlines()}
    return {
        line for line in lines | {world.env["SANDBOX_SECRET"]} if len(line) >= SECRET_LENGTH_MIN and "---" not in line
    }
