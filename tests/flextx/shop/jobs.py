"""The shop's jobs: one effect each time, unless a Fault row says otherwise."""

from typing import Any
from uuid import UUID

from flextx.recovery.jobs import Again, job
from tests.flextx.shop.effects import effect
from tests.flextx.shop.models import Effect

NO_RUN = UUID(int=0)


@job("shop.sweep")
def sweep(payload: dict[str, Any]) -> Again | None:
    """`times`: how often it wants to be called in all."""
    effect(NO_RUN, payload["thing"], "sweep")
    done = Effect.objects.filter(what="sweep").count()
    return Again(0.01) if done < payload.get("times", 1) else None
