"""SIGTERM and SIGINT mean: finish what is under way, take nothing new."""

import signal
from threading import Event
from types import FrameType


def stop_on_signals() -> Event:
    """An event that is set by the first SIGTERM or SIGINT. Call it from the main thread."""
    stop = Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    return stop
