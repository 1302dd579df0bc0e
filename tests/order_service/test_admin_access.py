"""Who may read `/admin/`: an operator with a token, for as long as the token is good. Nobody else sees anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.order_service.admin_stories import pages, stored_things
from tests.order_service.stories import BUYER, OPERATOR, SERVICE, Person
from tests.support.browsing import log_in, logged_in, token_of

COOKIE = "order-service-operator"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def test_without_a_token_there_is_only_the_way_in(browser: Client) -> None:
    """Fault tried: row_view registered without admin_view."""
    order = stored_things()
    for page in ["/admin/", *pages(), f"/admin/recharge/order/{order.pk}/"]:
        answer = browser.get(page)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/"), page
        assert order.order_no.encode() not in answer.content


@pytest.mark.parametrize("person", [BUYER, SERVICE], ids=lambda person: person.scope)
def test_only_an_operators_token_opens_it(browser: Client, person: Person) -> None:
    """Fault tried: the scope not looked at."""
    answer = log_in(browser, person)
    assert answer.status_code == 403 and COOKIE not in browser.cookies
    browser.cookies[COOKIE] = token_of(person)  # and not by writing the cookie oneself either
    assert browser.get("/admin/").status_code == 302


@pytest.mark.parametrize("token", ["", "nonsense", "eyJ.eyJ.x", "x" * 5000, "\u00e9"])
def test_what_is_no_token_does_not(browser: Client, token: str) -> None:
    browser.get("/admin/login/")
    sent = {"token": token, "csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    answer = browser.post("/admin/login/", sent)
    assert answer.status_code == 403 and COOKIE not in browser.cookies
    assert token == "" or token.encode() not in answer.content


def test_the_form_cannot_be_sent_from_another_site(browser: Client) -> None:
    """Fault tried: csrf_protect and the middleware left out."""
    assert browser.post("/admin/login/", {"token": token_of(OPERATOR)}).status_code == 403
    assert COOKIE not in browser.cookies


def test_the_cookie_is_the_browsers_alone_and_ends_with_the_token(browser: Client) -> None:
    """Fault tried: max_age left out."""
    log_in(browser, OPERATOR)
    cookie = browser.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/admin/")
    assert 3000 < cookie["max-age"] <= 3600


def test_behind_tls_the_cookie_goes_no_other_way(browser: Client, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    log_in(browser, OPERATOR)
    assert browser.cookies[COOKIE]["secure"] is True


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("/admin/recharge/order/", "/admin/recharge/order/"),
        ("//evil.example/admin/", "/admin/"),
        ("https://evil.example", "/admin/"),
        ("/api/v1/orders", "/admin/"),
        ("/admin/\\evil.example", "/admin/"),
    ],
)
def test_logging_in_leads_nowhere_else(browser: Client, wanted: str, there: str) -> None:
    """Fault tried: `next` taken as it is."""
    answer = log_in(browser, OPERATOR, wanted)
    assert answer.status_code == 302
    assert answer["Location"].startswith(there) and "://" not in answer["Location"]


def test_logging_out_ends_it() -> None:
    operator = logged_in(OPERATOR)
    assert operator.get("/admin/").status_code == 200
    assert operator.get("/admin/logout/").status_code == 405
    operator.get("/admin/login/")
    sent = {"csrfmiddlewaretoken": operator.cookies["csrftoken"].value}
    assert operator.post("/admin/logout/", sent).status_code == 302
    assert operator.get("/admin/").status_code == 302
