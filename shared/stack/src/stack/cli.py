"""The commands, once the virtual environment is there."""

import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from stack.bench import bench
from stack.compose import demo_compose
from stack.demo import demo
from stack.demo_crash import demo_crash
from stack.demo_gift import demo_gift
from stack.down import destroy, down
from stack.errors import Failure, Refusal
from stack.kafka import kafka, kafka_stop
from stack.lint import lint
from stack.manage import manage
from stack.options import Options, read_options
from stack.progress import say
from stack.reconcile import reconcile
from stack.status import status
from stack.testing import soak, test
from stack.tokens import token
from stack.up import up

COMMANDS: dict[str, Callable[[Options], int]] = {
    "up": up,
    "down": down,
    "status": status,
    "destroy": destroy,
    "demo": demo,
    "demo-gift": demo_gift,
    "demo-crash": demo_crash,
    "demo-compose": demo_compose,
    "kafka": kafka,
    "kafka-stop": kafka_stop,
    "token": token,
    "reconcile": reconcile,
    "manage": manage,
    "test": test,
    "soak": soak,
    "bench": bench,
    "lint": lint,
}


def main() -> int:
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        return _command()(read_options())
    except (Refusal, Failure) as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted")
        return 130


def _command() -> Callable[[Options], int]:
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in COMMANDS:
        raise Refusal(f"name one of: {', '.join(COMMANDS)}")
    return COMMANDS[name]


def _as_interrupt(signal_number: int, frame: FrameType | None) -> NoReturn:
    """What is half started is taken down again, whoever asks to stop."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
