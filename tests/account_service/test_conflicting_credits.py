"""The same order told with other content is one of two mistakes: nothing is posted, and a person must look."""

from typing import Any

import pytest
from django.db import transaction

from account_service.ledger.errors import TransferConflict
from account_service.ledger.models import Account, Transfer
from account_service.ledger.requests import TransferRequest
from account_service.ledger.transfers import post_transfers
from flextx.inbox.models import DivertedKey, DivertedRecord
from tests.account_service.stories import balance_of, deliver, everything, order_of, record_of


@pytest.mark.parametrize("changes", [{"coins": 61}, {"owner_id": "u-2"}, {"coins": 61, "owner_id": "u-2"}])
def test_the_same_order_with_other_content_is_parked_for_a_person(changes: dict[str, Any]) -> None:
    """Fault tried: `_same` made to answer True."""
    event = order_of()
    deliver(record_of(event))
    before = everything()

    other = record_of(event.model_copy(update=changes))
    deliver(other, record_of(order_of("u-3")))

    row = DivertedRecord.objects.get()
    assert (row.key, row.offset, row.state, row.reason) == (event.order_no, other.offset, "parked", "TransferConflict")
    assert DivertedKey.objects.get().due_at is None
    assert list(Transfer.objects.filter(cause_id=event.order_no).values()) == before["Transfer"]
    assert list(Account.objects.filter(owner_id="u-1").values()) == [
        account for account in before["Account"] if account["owner_id"] == "u-1"
    ]
    assert not Account.objects.filter(owner_id="u-2", balance__gt=0).exists()
    assert balance_of("u-3") == 60  # others go on


@pytest.mark.parametrize("second", [{"amount": 61}, {"credit": ("user", "u-2", "COIN")}])
def test_one_batch_with_both_contents_posts_neither(second: dict[str, Any]) -> None:
    """Fault tried: the twin within the batch not compared."""
    first: dict[str, Any] = {"amount": 60, "debit": ("issuer", "system", "COIN"), "credit": ("user", "u-1", "COIN")}
    requests = [TransferRequest("recharge", "R-x", **fields) for fields in (first, first | second)]

    with pytest.raises(TransferConflict), transaction.atomic():
        post_transfers(requests)
    assert (Transfer.objects.count(), Account.objects.count()) == (0, 0)
