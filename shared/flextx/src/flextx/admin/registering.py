"""How a service names what its operators can read, one line a model; and what every service with flextx has."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model

from flextx.admin.pages import ReadOnlyAdmin
from flextx.admin.site import OperatorsSite


def show(
    site: OperatorsSite,
    model: str,
    columns: str,
    *,
    search: str = "",
    filters: str = "",
    hidden: str = "",
    ordering: str = "-pk",
    related: str = "",
) -> None:
    """`model`: "recharge.Order"; the rest are names of fields, separated by spaces. Filters have choices."""
    shown: type[Model] = apps.get_model(model)
    said = {
        "list_display": tuple(columns.split()),
        "search_fields": tuple(search.split()),
        "list_filter": tuple(filters.split()),
        "hidden": tuple(hidden.split()),
        "ordering": tuple(ordering.split()),
        "list_select_related": tuple(related.split()),
    }
    site.show(shown, type(f"{shown.__name__}Page", (ReadOnlyAdmin,), said))


def show_toolkit(site: OperatorsSite) -> None:
    """Whatever of flextx is installed. What an event says is not shown: only where it went and what became of it."""
    for model, columns, options in _TOOLKIT:
        if apps.is_installed("flextx." + model.partition(".")[0].removeprefix("flextx_")):
            show(site, model, columns, **options)


_STEP = "run_id number name kind side state tries started_at settled_at"
_SENT = "id topic key sequence event_type state failures deaths resent occurred_at sent_at partition offset"
_TAKEN_IN = "event_id event_type topic partition offset key sequence received_at"
_ASIDE = "id topic partition offset key state tries reason diverted_at handled_at"
_ACTION = "id subject action who confirmed_by why state asked_at done_at"
_TOOLKIT: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("flextx_outbox.OutboxMessage", _SENT, {"search": "key event_id", "filters": "state", "hidden": "body"}),
    ("flextx_inbox.InboxMessage", _TAKEN_IN, {"search": "event_id", "ordering": "-received_at"}),
    ("flextx_inbox.InboxPosition", "consumer topic partition next_offset log_id updated_at", {}),
    ("flextx_inbox.DivertedRecord", _ASIDE, {"search": "key", "filters": "state", "hidden": "body headers"}),
    ("flextx_inbox.SkippedType", "consumer event_type skipped last_at", {}),
    ("flextx_workers.Heartbeat", "name kind pid host started_at beat_at", {}),
    ("flextx_saga.Run", "run_id saga business_key state reason created_at moved_at next_due_at", {
        "search": "run_id business_key", "filters": "state",
    }),
    ("flextx_saga.StepSide", _STEP, {"search": "run_id command_id", "filters": "state"}),
    ("flextx_recovery.Job", "id name once_key state tries due_at created_at finished_at", {
        "search": "once_key", "filters": "state",
    }),
    ("flextx_operate.OperatorAction", _ACTION, {"search": "subject who", "filters": "state"}),
    ("flextx_participant.ParticipantRun", "run_id initiator last_reply_sequence first_asked_at", {"search": "run_id"}),
    ("flextx_participant.Barrier", "id run_id step side outcome code duplicates decided_at", {"search": "run_id"}),
)  # fmt: skip
