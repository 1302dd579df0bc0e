"""The classes of differences in the ledger, and between it and the order service. No repair here moves a coin."""

from account_service.ledger.order_service_api import announce_again
from account_service.ledger.repairs import tell_again
from flextx.reconciliation import declare

_FREEZE = "POST /api/v1/accounts/{owner_id}/freeze, then find out who wrote past the service"
_RUN = "GET /api/v1/runs/{run_id} at both services says what was asked and what was done"

# Orders
MISSING_CREDIT = declare(
    "missing_credit",
    meaning="An order is paid, and its coins never came",
    what_to_do="Repaired by announcing it again; if it stays, see GET /api/v1/parked?about={id} here",
    repair=announce_again,
)
CREDIT_NOT_TOLD = declare(
    "credit_not_told",
    meaning="The coins of an order were credited, and the order service does not know",
    what_to_do="Repaired by telling it again; if it stays: GET /api/v1/parked?about={id} at the order service",
    repair=tell_again,
)
CREDIT_WITHOUT_ORDER = declare(
    "credit_without_order",
    meaning="Coins were credited for an order that is not completed or does not exist",
    what_to_do=f"{_FREEZE}; was the order service's database restored? Then it reads the log again first",
)
WRONG_AMOUNT = declare(
    "wrong_amount", meaning="An order was credited with other coins than were bought", what_to_do=_FREEZE
)
WRONG_OWNER = declare(
    "wrong_owner", meaning="An order's coins were credited to somebody other than its buyer", what_to_do=_FREEZE
)
REFUND_WITHOUT_ORDER = declare(
    "refund_without_order",
    meaning="An order's coins were taken back, and the order does not say that it was refunded",
    what_to_do=f"Compare with the channel's refund; {_RUN}",
)
REFUND_NOT_TAKEN = declare(
    "refund_not_taken",
    meaning="An order is refunded, and its coins were never taken back",
    what_to_do=f"{_RUN}; was the account service's database restored? Then its log is to be read again first",
)

# Gifts
CHARGE_WITHOUT_GIFT = declare(
    "charge_without_gift", meaning="Coins were taken for a gift that does not exist", what_to_do=_RUN
)
GIFT_DIFFERS_FROM_LEDGER = declare(
    "gift_differs_from_ledger", meaning="A gift's end and what became of its coins do not fit", what_to_do=_RUN
)
GIFT_CHARGED_WRONGLY = declare(
    "gift_charged_wrongly", meaning="A gift took other coins than it costs, or somebody else's", what_to_do=_RUN
)
GIFT_INCOME_WRONG = declare(
    "gift_income_wrong", meaning="A gift's income is another than was due, or another host's", what_to_do=_RUN
)

# The books themselves
BALANCE_DIFFERS = declare(
    "balance_differs",
    meaning="A stored balance or count is not the sum of the account's transfers",
    what_to_do=_FREEZE,
)
STATEMENT_DIFFERS = declare(
    "statement_differs",
    meaning="A statement line says another balance than the transfers before it",
    what_to_do=_FREEZE,
)
UNKNOWN_KIND = declare(
    "unknown_kind", meaning="A transfer is of a kind that this service does not post", what_to_do=_FREEZE
)
ESCROW_DIFFERS = declare(
    "escrow_differs", meaning="An escrow account holds something else than what is held", what_to_do=_FREEZE
)
ASSET_NOT_CONSERVED = declare(
    "asset_not_conserved", meaning="All legs of an asset do not add up to nothing", what_to_do=_FREEZE
)
DEBT_ABOVE_ZERO = declare(
    "debt_above_zero", meaning="A debt account is above zero", what_to_do=f"A constraint was taken away: {_FREEZE}"
)
DEBT_NOT_REPAID = declare(
    "debt_not_repaid",
    meaning="An owner owes coins and holds some: the last credit did not settle the debt",
    what_to_do="The next credit settles it; who credited past the service?",
)
_HALF = "They commit together: rows were deleted or restored in part. Restore from one backup; " + _RUN
GIFT_HALF_SETTLED = declare(
    "gift_half_settled", meaning="Of a settled gift one of the two transfers is missing", what_to_do=_HALF
)
GIFT_HALF_UNDONE = declare(
    "gift_half_undone", meaning="Of a gift taken back one of the three transfers is missing", what_to_do=_HALF
)
REFUND_HALF_TAKEN = declare(
    "refund_half_taken", meaning="Of a refund's taking one of the two transfers is missing", what_to_do=_HALF
)
