"""What a person may say to `make`, read once from the environment and checked before anything starts."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.errors import Refusal

PROJECT = Path(__file__).resolve().parents[4]
PORT_BASE_DEFAULT = 8700
PORTS_USED = 7
REPLICAS_MAX = 16
SERVER = r"[\w.\[\]:-]+:\d{1,5}"
SCOPES = ("user", "operator", "service")
# These would change their meaning in the supervisor's configuration, which has no way to escape them.
UNUSABLE_IN_PATHS = "\"'\\#;%\n\r\t"


@dataclass(frozen=True, slots=True)
class Options:
    port_base: int
    run_dir: Path
    relays: int
    consumers: int
    recoveries: int
    transport: str
    kafka_servers: str
    once: bool
    subject: str
    scope: str
    output_format: str
    repair: bool
    service: str
    do: str
    duration_seconds: int
    rate: int
    seed: int
    kill_every_seconds: float


def read_options(environ: Mapping[str, str] = os.environ) -> Options:
    return Options(
        port_base=_number(environ, "PORT_BASE", PORT_BASE_DEFAULT, 1024, 65_536 - PORTS_USED),
        run_dir=run_dir(environ),
        relays=_number(environ, "RELAYS", 1, 1, REPLICAS_MAX),
        consumers=_number(environ, "CONSUMERS", 1, 1, REPLICAS_MAX),
        recoveries=_number(environ, "RECOVERIES", 1, 1, REPLICAS_MAX),
        transport=_choice(environ, "TRANSPORT", ("embedded", "kafka")),
        kafka_servers=_servers(environ),
        once=_choice(environ, "ONCE", ("0", "1")) == "1",
        subject=environ.get("SUB") or "u-1",
        scope=_choice(environ, "SCOPE", SCOPES),
        output_format=_choice(environ, "FORMAT", ("text", "json")),
        repair=_choice(environ, "REPAIR", ("0", "1")) == "1",
        service=_choice(environ, "SERVICE", ("order", "account")),
        do=environ.get("DO") or "",
        duration_seconds=_number(environ, "DURATION_SECONDS", 60, 5, 1800),
        rate=_number(environ, "RATE", 8, 1, 50),
        seed=_number(environ, "SEED", 1, 0, 999_999),
        kill_every_seconds=_seconds(environ, "KILL_EVERY_SECONDS", 1.5, 0.2, 60),
    )


def run_dir(environ: Mapping[str, str] = os.environ) -> Path:
    # Relative to the project, not to wherever `make -C` was called from; links are followed so that
    # the same folder has one name, by which its processes are found again.
    path = (PROJECT / (environ.get("RUN_DIR") or ".run")).resolve()
    if any(character in UNUSABLE_IN_PATHS for character in f"{path}{PROJECT}"):
        raise Refusal(f"neither RUN_DIR nor the project's path may contain any of \" ' \\ # ; %: {path}")
    return path


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text[:6]) <= most and len(text) <= 6):
        raise Refusal(f"{name} is a number from {least} to {most}, not {text!r}")
    return int(text)


def _seconds(environ: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = environ.get(name) or str(default)
    if not (re.fullmatch(r"\d{1,3}(\.\d{1,3})?", text, flags=re.ASCII) and least <= float(text) <= most):
        raise Refusal(f"{name} is a number of seconds from {least} to {most}, not {text!r}")
    return float(text)


def _choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = environ.get(name) or choices[0]
    if text not in choices:
        raise Refusal(f"{name} is one of {', '.join(choices)}, not {text!r}")
    return text


def _servers(environ: Mapping[str, str]) -> str:
    text = environ.get("KAFKA_BOOTSTRAP_SERVERS") or ""
    if text and not re.fullmatch(rf"{SERVER}(,{SERVER})*", text, flags=re.ASCII):
        raise Refusal(f"KAFKA_BOOTSTRAP_SERVERS is host:port,host:port, not {text!r}")
    return text
