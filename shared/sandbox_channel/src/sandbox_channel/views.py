"""Parse, one service call, map the answer. Refusals are answered by the middleware."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from .conf import channel_settings
from .errors import OrderClosed
from .guards import body_of, only, signed
from .misbehaviour import Misbehaviour, misbehaviour
from .models import Callback, Prepay
from .money import shown_amount
from .parsing import prepay_terms, refund_terms
from .refunds import accept_refund
from .selectors import known_prepay, known_refund, told_of, trade_answer
from .services import accept_prepay, close_order, pay_order, take_unknown_answer
from .spoiling import refund_response


@only("POST")
@signed
def prepay(request: HttpRequest) -> HttpResponse:
    terms = prepay_terms(body_of(request))
    accepted = accept_prepay(terms=terms, pay_url=_pay_url(request, terms.order_no))
    return JsonResponse({"prepay_id": accepted.prepay_id, "pay_url": accepted.pay_url})


def _pay_url(request: HttpRequest, order_no: str) -> str:
    path = reverse("pay", args=[order_no])
    public_url = channel_settings().public_url
    return f"{public_url}{path}" if public_url else request.build_absolute_uri(path)


@only("GET")
@signed
def trade(request: HttpRequest, order_no: str) -> HttpResponse:
    if take_unknown_answer(order_no):
        return HttpResponse("<html>upstream went away {", status=500)
    return JsonResponse(told_of(order_no))


@only("POST")
@signed
def close(request: HttpRequest, order_no: str) -> HttpResponse:
    return JsonResponse(close_order(order_no=order_no))


@only("POST")
@signed
def refunds(request: HttpRequest) -> HttpResponse:
    terms = refund_terms(body_of(request))
    return refund_response(terms.trade_no, lambda: accept_refund(terms=terms))


@only("GET")
@signed
def refund(request: HttpRequest, refund_no: str) -> HttpResponse:
    known = known_refund(refund_no)
    return refund_response(known.trade.trade_no, lambda: known)


@only("GET", "HEAD", "POST")
def pay(request: HttpRequest, order_no: str) -> HttpResponse:
    """The payer's side: nobody signs here, as nobody would ask a payer to."""
    if request.method != "POST":
        return _page(request, known_prepay(order_no))
    return _pay_by_form(request, order_no) if _is_browser(request) else _pay_by_program(request, order_no)


def _pay_by_program(request: HttpRequest, order_no: str) -> HttpResponse:
    paid = pay_order(order_no=order_no, misbehave=misbehaviour(body_of(request)))
    return JsonResponse(trade_answer(paid))


def _pay_by_form(request: HttpRequest, order_no: str) -> HttpResponse:
    """The form has a button and no fields. No CSRF token either: see MIDDLEWARE in the settings."""
    try:
        pay_order(order_no=order_no, misbehave=Misbehaviour())
    except OrderClosed as refusal:
        return _page(request, known_prepay(order_no), status=refusal.status)
    # Seen again by GET, so that reloading the page does not offer to pay once more.
    return HttpResponse(status=303, headers={"Location": reverse("pay", args=[order_no])})


def _is_browser(request: HttpRequest) -> bool:
    # Not request.accepts(): every client that sends */* would be taken for a browser.
    return "text/html" in request.headers.get("Accept", "")


def _page(request: HttpRequest, prepay: Prepay, status: int = 200) -> HttpResponse:
    answer = trade_answer(prepay)
    shown = {"prepay": prepay, "status": answer["status"], "amount": shown_amount(prepay)}
    response = render(request, "sandbox_channel/pay.html", shown, status=status)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
    response["Cache-Control"] = "no-store"
    return response


@only("GET", "HEAD")
def livez(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@only("GET", "HEAD")
def readyz(request: HttpRequest) -> HttpResponse:
    try:
        Callback.objects.exists()  # the file is there and `prepare` has made the tables
    except DatabaseError:
        return _json_error(503, "not_ready", "The database cannot be read; was `prepare` run?")
    return JsonResponse({"status": "ok"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json_error(400, "bad_request", "The request cannot be understood.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json_error(404, "not_found", "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _json_error(500, "internal", "The channel failed. Ask again.")


def _json_error(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
