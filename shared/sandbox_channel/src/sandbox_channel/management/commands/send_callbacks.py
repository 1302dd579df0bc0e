import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from sandbox_channel.callbacks import CallbackSender


class Command(BaseCommand):
    help = "Tells the merchant of payments until each is acknowledged; ends on SIGTERM or SIGINT."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def stop_soon(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, stop_soon)
        signal.signal(signal.SIGINT, stop_soon)
        CallbackSender().run(stop)
