"""Taking things down is bounded in time, and so need not be interruptible: half a system is what nobody asked for.

Fault tried: `uninterrupted` left out of the story's process; it then ends before it has taken anything down.
"""

import signal
import subprocess
import sys

import pytest

STORY = """
from stack.interrupts import uninterrupted

@uninterrupted()
def take_down():
    print("taking down", flush=True)
    input()  # until the story goes on
    print("taken down", flush=True)

try:
    take_down()
    print("asked again", flush=True)
    input()
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_who_asks_again_gets_it_by_waiting(asked):
    with subprocess.Popen([sys.executable, "-c", STORY], stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "taking down\n"
        process.send_signal(asked)
        process.stdin.write("\n")
        process.stdin.flush()

        assert process.stdout.readline() == "taken down\n"

        assert process.stdout.readline() == "asked again\n"
        process.send_signal(signal.SIGINT)  # heard again from here on
        assert process.stdout.readline() == "stopped\n"
