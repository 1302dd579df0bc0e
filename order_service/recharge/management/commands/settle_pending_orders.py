"""`manage settle_pending_orders`: run one settler; several may run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flextx.recovery.worker import RecoveryWorker
from flextx.signals import stop_on_signals
from flextx.workers.arguments import add_name
from order_service.recharge.settling import PendingOrders, UncreditedOrders


class Command(BaseCommand):
    help = "Ask the channel about unpaid orders, close what has expired, announce again what was not credited."

    def add_arguments(self, parser: CommandParser) -> None:
        add_name(parser, "settler", unique="among living settlers")
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        sources = (PendingOrders(name=options["name"]), UncreditedOrders())
        RecoveryWorker(name=options["name"], kind="settler", sources=sources).run(
            stop_on_signals(), once=options["once"]
        )
