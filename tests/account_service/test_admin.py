"""`/admin/` of the account service; who may read it and how is told in the order service's stories."""

from __future__ import annotations

import re

import pytest

from account_service.config.admin import site
from tests.account_service.stories import credit
from tests.support.browsing import logged_in
from tests.support.callers import Caller

OPERATOR = Caller("op-1", "operator")


def test_every_model_has_its_list_and_its_rows() -> None:
    """Fault tried: a column that does not exist."""
    credit("u-1", 60)
    browser = logged_in(OPERATOR)
    assert b"Account service" in browser.get("/admin/").content
    for model in site._registry:
        page = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        answer = browser.get(page)
        assert answer.status_code == 200, page
        for link in set(re.findall(rf'href="({page}[^"?]+/)[^"]*"', answer.content.decode())):
            assert browser.get(link).status_code == 200, link


def test_an_accounts_rows_are_found_by_their_owner() -> None:
    credit("u-1", 60)
    credit("u-2", 600)
    found = logged_in(OPERATOR).get("/admin/ledger/account/?q=u-2").content
    assert b"u-2" in found and b"u-1" not in found


@pytest.mark.parametrize("scope", ["user", "service"])
def test_nobody_else_reads_it(scope: str) -> None:
    """Fault tried: the scope not looked at."""
    credit("u-1", 60)
    answer = logged_in(Caller("u-1", scope)).get("/admin/ledger/account/")
    assert answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
