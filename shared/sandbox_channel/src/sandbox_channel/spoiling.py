"""Answers about refunds that help nobody, as often as the payer of the trade asked for.

They come in turn, counted down: failed (nothing was done), silent (done, but no answer in time), broken (done, but
nobody can read the answer). So the last is always broken, and three of them make the merchant send a refund that was
not done once more, with the same number, and then ask twice about one that was.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from django.db.models import F
from django.http import HttpResponse, JsonResponse

from .conf import channel_settings
from .errors import Refusal
from .models import Refund, Trade
from .selectors import refund_answer

BROKEN, SILENT, FAILED = 1, 2, 0  # what is left to spoil, modulo 3


def refund_response(trade_no: str, act: Callable[[], Refund]) -> HttpResponse:
    """What the merchant is told of the refund that `act` makes or reads."""
    left = _take_spoilt_answer(trade_no)
    if not left:
        return JsonResponse(refund_answer(act()))
    if left % 3 == FAILED:
        return HttpResponse("<html>upstream went away {", status=500)
    with suppress(Refusal):  # who cannot read the answer does not learn of a refusal either
        act()
    if left % 3 == SILENT:
        time.sleep(channel_settings().silence_seconds)
    return HttpResponse('{"refund_no": "', content_type="application/json")


def _take_spoilt_answer(trade_no: str) -> int:
    """How many were left, this one included; 0: answer well."""
    trade = Trade.objects.filter(trade_no=trade_no, refund_unknown_answers_left__gt=0).first()
    if trade is None:
        return 0  # the usual case writes nothing
    left = trade.refund_unknown_answers_left
    # Two at once: the second finds another number and is answered well, which no merchant can hold against us.
    taken = Trade.objects.filter(pk=trade.pk, refund_unknown_answers_left=left)
    return left if taken.update(refund_unknown_answers_left=F("refund_unknown_answers_left") - 1) else 0
