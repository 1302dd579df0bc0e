"""An operator's browser at `/admin/`."""

from typing import Any

from django.test import Client

from tests.support.callers import Caller


def token_of(person: Caller) -> str:
    return person.authorization["Authorization"].removeprefix("Bearer ")


def log_in(browser: Client, person: Caller, wanted: str = "/admin/") -> Any:
    """As a browser does: the form's page first, for its CSRF token."""
    browser.get(f"/admin/login/?next={wanted}")
    sent = {"token": token_of(person), "csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    return browser.post(f"/admin/login/?next={wanted}", sent)


def logged_in(person: Caller) -> Client:
    """Whether he was let in or not."""
    browser = Client(enforce_csrf_checks=True)
    log_in(browser, person)
    return browser
