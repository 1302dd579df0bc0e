"""The classes of differences between gifts, their runs and the rooms' feeds. What viewers saw, only a person mends."""

from flextx.reconciliation import declare

_BY_HAND = "GET /api/v1/runs/{run_id} of the gift and its statement lines say what happened"
GIFT_DIFFERS_FROM_RUN = declare(
    "gift_differs_from_run",
    meaning="A gift says another end than the run that sends it or takes it back",
    what_to_do=f"Rows were changed by hand or restored in part: {_BY_HAND}",
)
SHOWN_AND_NOT_PAID = declare(
    "shown_and_not_paid",
    meaning="A room shows the effect of a gift that was refused or given back",
    what_to_do=f"{_BY_HAND}; the coins are where the ledger says, the effect has to be retracted by a developer",
)
PAID_AND_NOT_SHOWN = declare(
    "paid_and_not_shown",
    meaning="A gift is sent, but its effect was never shown",
    what_to_do=f"{_BY_HAND}; POST /api/v1/gifts/{{id}}/undo gives the coins back",
)
RETRACTED_AND_NOT_UNDONE = declare(
    "retracted_and_not_undone",
    meaning="An effect was retracted, but its gift was not taken back",
    what_to_do=f"{_BY_HAND}; POST /api/v1/gifts/{{id}}/undo gives the coins back",
)
SHOWN_WITHOUT_GIFT = declare(
    "shown_without_gift",
    meaning="A room's feed shows a gift that does not exist",
    what_to_do="Was the database restored in part? Find the gift in the backup, or who wrote the event",
)
