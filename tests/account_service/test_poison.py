"""A credit that the ledger's database refuses, as after a migration by mistake, and an operator who sees to it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from pytest_django import Settings

from account_service.ledger.models import Transfer
from account_service.ledger.reconcile import compare_skipped_records
from flextx.inbox.diversion import retry_due_key
from flextx.inbox.models import DivertedKey, DivertedRecord
from flextx.operate.models import OperatorAction
from flextx.reconciliation import Findings
from tests.account_service.stories import CONSUMER, OPERATOR, OWNER, balance_of, deliver, order_of, record_of

PARKED = "/api/v1/parked"
TRIES = 3


@pytest.fixture(autouse=True)
def few_tries(settings: Settings) -> None:
    settings.FLEXTX = settings.FLEXTX | {"CONSUMER_TRIES_MAX": TRIES, "RETRY_FIRST_SECONDS": 50}


@contextmanager
def refused_by_the_database(order_no: str) -> Iterator[None]:
    """A real defect: no transfer for this order can be stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE ledger_transfer ADD CONSTRAINT by_mistake CHECK (cause_id <> '{order_no}') NOT VALID"
        )
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE ledger_transfer DROP CONSTRAINT by_mistake")


def try_again() -> None:
    DivertedKey.objects.filter(due_at__isnull=False).update(due_at="2000-01-01T00:00:00Z")
    assert retry_due_key(CONSUMER, "consumer-1/test")


def parked_after_its_tries(*, batches: int) -> DivertedRecord:
    """An order's record is parked, its second, halfway, waits behind it, and a hundred others a batch are credited."""
    poison = order_of("u-1", 60)
    with refused_by_the_database(poison.order_no):
        for number in range(batches):
            others = [record_of(order_of(f"buyer-{number}-{each}", 7)) for each in range(100)]
            deliver(*([record_of(poison)] if number in (0, batches // 2) else []), *others)
        assert DivertedRecord.objects.earliest("id").tries == 1  # its first try, with all others after it
        assert Transfer.objects.filter(kind="recharge", amount=7).count() == 100 * batches
        for _ in range(TRIES - 1):
            try_again()
    return DivertedRecord.objects.get(state="parked")


def test_an_operator_sees_it_repairs_and_has_it_tried_again() -> None:
    """Fault tried: the account service without flextx.operate's addresses; retry that makes nothing due."""
    row = parked_after_its_tries(batches=10)

    (item,) = OPERATOR.get(f"{PARKED}?about={row.key}").json()["results"]
    assert (item["id"], item["reason"], item["tries"]) == (f"inbox-{row.pk}", "IntegrityError", TRIES)
    assert "Traceback" in item["last_error"] and "by_mistake" in item["last_error"]
    OWNER.get(PARKED).refuses(403, "permission_denied")
    OWNER.post(f"{PARKED}/inbox-{row.pk}/retry", {}).refuses(403, "permission_denied")
    assert not OperatorAction.objects.exists()

    OPERATOR.post(f"{PARKED}/inbox-{row.pk}/retry", {"reason": "constraint dropped"}).json(200)
    try_again()

    assert balance_of("u-1") == 60 and Transfer.objects.filter(cause_id=row.key).count() == 1
    assert list(DivertedRecord.objects.order_by("id").values_list("state", flat=True)) == ["handled", "handled"]
    assert not DivertedKey.objects.exists() and OPERATOR.get(PARKED).json()["results"] == []
    (done,) = OPERATOR.get(f"/api/v1/operator-actions?subject=inbox-{row.pk}").json()["results"]
    assert (done["action"], done["who"], done["reason"]) == ("retry", "op-1", "constraint dropped")
    assert (done["before"]["state"], done["after"]["state"]) == ("parked", "waiting")


def test_a_skipped_one_stays_a_difference_until_it_is_resolved() -> None:
    """Fault tried: reconcile without compare_skipped_records."""
    row = parked_after_its_tries(batches=1)
    OPERATOR.post(f"{PARKED}/inbox-{row.pk}/skip", {"reason": "paid out by hand"}).json(200)

    assert differences() == [("skipped_message", f"inbox-{row.pk}")]
    OPERATOR.post(f"{PARKED}/inbox-{row.pk}/resolve", {"reason": "ticket 7"}).json(200)
    assert differences() == []


def differences() -> list[tuple[str, str]]:
    findings = Findings()
    compare_skipped_records(findings)
    return [(each.name, each.id) for each in findings.differences]
