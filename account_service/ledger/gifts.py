"""A gift's money: held when it is sent, given to the host when it was shown, and taken back if a person says so.

Each runs behind the barrier, in the inbox transaction of its command; what it returns goes into the reply.
"""

from __future__ import annotations

from typing import Any

from account_service.ledger.accounts import COIN, LITCHI, escrow, issuer, sink, user
from account_service.ledger.errors import AccountUnknown, AlreadyReversed, HostSpent, InsufficientFunds, NotSettled
from account_service.ledger.freezes import check_may_spend
from account_service.ledger.locks import lock_accounts, make_accounts
from account_service.ledger.models import Account, Transfer
from account_service.ledger.requests import TransferRequest, opposite
from account_service.ledger.transfers import check_posted, post_and_tell
from contracts import ChargeGift, RefundGift, ReverseGift, SettleGift

GiftCommand = ChargeGift | RefundGift | SettleGift | ReverseGift


def charge_gift(command: ChargeGift) -> dict[str, Any]:
    """The sender's coins into the sender's escrow. Raises AccountFrozen, AccountUnknown, InsufficientFunds.

    Whatever settling could fail on is settled here: the host's account is made before the coins are taken.
    """
    check_may_spend(command.sender_id)
    if not Account.objects.filter(kind=Account.Kind.USER, owner_id=command.sender_id, asset=COIN).exists():
        raise AccountUnknown()
    make_accounts([user(command.host_id, LITCHI)])
    return post_and_tell(_charge(command))


def refund_gift(command: RefundGift) -> dict[str, Any]:
    """What was held goes back. The barrier lets this run only for a gift that was charged."""
    charge = _charge(command)
    check_posted(charge)
    return post_and_tell(opposite(charge, "gift_refund", closes=charge.transfer_id))


def settle_gift(command: SettleGift) -> dict[str, Any]:
    """What was held is spent, and the host has the income: both or neither, whatever is frozen meanwhile."""
    check_posted(_charge(command))
    return post_and_tell(_settle(command), _income(command))


def reverse_gift(command: ReverseGift) -> dict[str, Any]:
    """Take a settled gift back, transfer by transfer, last first. Raises NotSettled, AlreadyReversed, HostSpent."""
    charge, settle, income = _charge(command), _settle(command), _income(command)
    # Locked before looking, so that two who take the same gift back see each other.
    lock_accounts([income.credit, charge.debit, charge.credit])
    if not Transfer.objects.filter(pk=settle.transfer_id).exists():
        raise NotSettled()
    check_posted(charge, settle, income)
    if Transfer.objects.filter(reverses_transfer_id=settle.transfer_id).exists():
        raise AlreadyReversed()
    into_escrow = opposite(settle, "undo_gift_settle")
    try:
        return post_and_tell(
            opposite(income, "undo_gift_income", to_debt=command.to_debt),
            into_escrow,
            opposite(charge, "undo_gift_charge", closes=into_escrow.transfer_id),
        )
    except InsufficientFunds as spent:  # the escrow holds what was just put there: only the host can lack something
        raise HostSpent() from spent


def _charge(gift: GiftCommand) -> TransferRequest:
    return TransferRequest(
        "gift_charge", gift.gift_id, gift.coins, debit=user(gift.sender_id), credit=escrow(gift.sender_id)
    )


def _settle(gift: GiftCommand) -> TransferRequest:
    return TransferRequest(
        "gift_settle",
        gift.gift_id,
        gift.coins,
        debit=escrow(gift.sender_id),
        credit=sink(),
        closes=_charge(gift).transfer_id,
    )


def _income(gift: GiftCommand) -> TransferRequest:
    host = user(gift.host_id, LITCHI)
    return TransferRequest("gift_income", gift.gift_id, gift.litchi, debit=issuer(LITCHI), credit=host)
