"""`/admin/`: an operator reads what is stored, and nothing can be changed, whatever is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from order_service.config.admin import site
from tests.order_service.admin_stories import pages, stored_things
from tests.order_service.stories import OPERATOR
from tests.support.browsing import logged_in


@pytest.fixture
def operator() -> Client:
    return logged_in(OPERATOR)


def rows() -> dict[str, list[Any]]:
    """Everything that is stored in the models that are shown."""
    return {model._meta.label: list(model._default_manager.values()) for model in site._registry}


def test_every_model_has_its_list_and_its_rows(operator: Client) -> None:
    """Fault tried: a column that does not exist."""
    order = stored_things()
    assert b"Order service" in operator.get("/admin/").content
    for page in pages():
        answer = operator.get(page)
        assert answer.status_code == 200, (page, answer.content)
        for link in set(re.findall(rf'href="({page}[^"?]+/)[^"]*"', answer.content.decode())):
            assert operator.get(link).status_code == 200, link
    assert order.order_no.encode() in operator.get("/admin/recharge/order/").content


@pytest.mark.parametrize("page", ["recharge/order", "recharge/ordermove", "recharge/payment", "recharge/incident"])
def test_an_order_is_found_by_its_number(operator: Client, page: str) -> None:
    """Fault tried: the search not applied."""
    order, other = stored_things(), stored_things()
    found = operator.get(f"/admin/{page}/?q={order.order_no}").content
    assert order.order_no.encode() in found and other.order_no.encode() not in found
    assert b"0 results" in operator.get(f"/admin/{page}/?q=nobody").content


def test_what_an_event_says_is_not_shown(operator: Client) -> None:
    """Fault tried: `hidden` left out of the outbox."""
    stored_things()
    link = re.search(rb'href="(/admin/flextx_outbox/outboxmessage/\d+/)', operator.get(
        "/admin/flextx_outbox/outboxmessage/").content)  # fmt: skip
    assert link
    shown = operator.get(link[1].decode()).content
    assert b"OrderCompleted" in shown and b'<th scope="row">body</th>' not in shown


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_changed_whatever_is_sent(operator: Client, method: str) -> None:
    """Fault tried: `admin_view` without its look at the method."""
    order = stored_things()
    before = rows()
    csrf = {"csrfmiddlewaretoken": operator.cookies["csrftoken"].value}
    crafted = csrf | {
        "action": "delete_selected",
        "_selected_action": str(order.pk),
        "post": "yes",
        "status": "credited",
    }
    for page in ["/admin/", *pages()]:
        for place in (
            page,
            f"{page}add/",
            f"{page}{order.pk}/",
            f"{page}{order.pk}/change/",
            f"{page}{order.pk}/delete/",
        ):
            send = getattr(operator, method)
            answer = (
                send(place, crafted)
                if method == "post"
                else send(place, headers={"X-CSRFToken": csrf["csrfmiddlewaretoken"]})
            )
            assert answer.status_code in (404, 405), (place, answer.status_code)
    assert rows() == before


@pytest.mark.parametrize(
    "query",
    ["q=%00", "p=999999", "p=x", "body__contains=a", "owner_id__regex=(a%2B)%2B", "o=1", "status__exact=%ff", "e=1"],
)
def test_odd_questions_are_answered(operator: Client, query: str) -> None:
    """Nothing that can be asked is our fault, and only the list's own filters filter. Fault tried: lookup_allowed."""
    stored_things()
    answer = operator.get(f"/admin/recharge/order/?{query}")
    assert answer.status_code in (200, 302, 400, 404), (answer.status_code, answer.content)
    if "__contains" in query or "__regex" in query:
        assert answer.status_code == 400


@pytest.mark.parametrize("key", ["nobody", "%00", "9" * 40, "add", '["a"]', "x/y/z", "[" * 3_900])
@pytest.mark.parametrize("page", ["recharge/order", "flextx_inbox/inboxmessage", "flextx_saga/run"])
def test_a_row_that_is_not_there_is_not_found(operator: Client, page: str, key: str) -> None:
    answer = operator.get(f"/admin/{page}/{key}/")
    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"


def test_a_list_never_counts_or_reads_the_whole_table(operator: Client) -> None:
    """Fault tried: Django's own paginator."""
    asked: list[str] = []

    def note(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(statement)
        return execute(statement, params, many, context)

    stored_things()
    with connection.execute_wrapper(note):
        assert operator.get("/admin/recharge/order/").status_code == 200
    assert asked and all("LIMIT" in statement for statement in asked), asked


def test_the_pages_bring_their_own_style_and_nothing_from_elsewhere(operator: Client) -> None:
    """Fault tried: STATIC_URL of another host."""
    page = operator.get("/admin/recharge/order/")
    assert "default-src 'none'" in page["Content-Security-Policy"]
    text = page.content.decode()
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', text)
    assert len(files) >= 3 and not re.search(r'(?:src|href)="(?:https?:)?//', text)
    assert "<style" not in text and not re.search(r"<script(?![^>]*src)(?![^>]*json)", text)
    for file in files:
        assert Client().get(file).status_code == 200, file


@pytest.mark.parametrize(
    "path",
    ["../../../pyproject.toml", "..%2f..%2fetc/passwd", "admin/", "admin/css/none.css", "/etc/passwd", "a" * 300],
)
def test_no_other_file_is_served(path: str) -> None:
    assert Client().get(f"/static/{path}").status_code == 404


def test_there_are_no_users() -> None:
    """The admin brings no tables: nobody can be given a password."""
    tables = connection.introspection.table_names()
    assert not [table for table in tables if table.startswith(("auth_", "django_admin", "django_session"))]
