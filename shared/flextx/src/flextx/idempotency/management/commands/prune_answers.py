"""`manage prune_answers`: first answers that are older than IDEMPOTENCY_ANSWER_SECONDS go, some at a time."""

from typing import Any

from django.core.management.base import BaseCommand

from flextx.idempotency.pruning import prune_answers

_AT_ONCE = 1000
_ROUNDS_MAX = 1000


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        gone = 0
        for _ in range(_ROUNDS_MAX):
            pruned = prune_answers(limit=_AT_ONCE)
            gone += pruned
            if pruned < _AT_ONCE:
                break
        self.stdout.write(f"{gone} answers pruned")
