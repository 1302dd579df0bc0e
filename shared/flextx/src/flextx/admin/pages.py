"""One model's two pages: its list, a bounded part of it at a time, and one row in full. Neither can change anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin, ShowFacets
from django.contrib.admin.utils import get_fields_from_path, quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import BinaryField, Field, JSONField, Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

ROWS_MAX = 1_000

if TYPE_CHECKING:  # Django's own classes take no parameters while they run
    _Paginator = Paginator[Any]
    _ModelAdmin = ModelAdmin[Any]
else:
    _Paginator = Paginator
    _ModelAdmin = ModelAdmin


class FirstRows(_Paginator):
    """Pages of the first thousand rows: how many there are in all is never counted. Who wants others searches."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin pages nothing else
        return rows[:ROWS_MAX].count()


class Rows(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        """One page has its limit too: there may be more by now than were counted."""
        super().get_results(request)
        self.result_list = self.result_list[: self.list_per_page]

    def url_for_result(self, result: Model) -> str:
        opts = result._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=(quote(id_in_url(result)),))


class ReadOnlyAdmin(_ModelAdmin):
    """What a service says of a model: `list_display`, `search_fields` (whole values of indexed columns), `hidden`."""

    hidden: tuple[str, ...] = ()
    actions = None
    list_per_page = list_max_show_all = 50
    paginator = FirstRows
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # they count every row there is
    sortable_by = ()
    ordering = ("-pk",)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        shown = self.admin_site.admin_view
        return [
            path("", shown(self.changelist_view), name=f"{name}_changelist"),
            path("<path:object_id>/", shown(self.row_view), name=f"{name}_change"),
        ]

    def row_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        row = self._row(unquote(object_id))
        fields = [field for field in self.opts.concrete_fields if field.name not in self.hidden]
        context = {
            **self.admin_site.each_context(request),
            "title": f"{self.opts.verbose_name} {id_in_url(row)}",
            "opts": self.opts,
            "values": [(field.attname, shown_value(field, row)) for field in fields],
        }
        return TemplateResponse(request, "flextx_admin/row.html", context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Whole values: a part of one would have to be looked for in every row."""
        term = search_term.strip()
        if not term:
            return queryset, False
        fitting = [name for name in self.search_fields if _fits(get_fields_from_path(self.model, name)[-1], term)]
        # One after another, so that each can use its own index.
        found = (queryset.filter(**{name: term}) for name in fitting)
        return next((rows for rows in found if rows.exists()), queryset.none()), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """By the list's own filters only."""
        return lookup.partition("__")[0] in self.list_filter

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever came through admin_view

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _row(self, text: str) -> Model:
        try:
            key = tuple(json.loads(text)) if self.opts.is_composite_pk else text
            row: Model = self.model._default_manager.get(pk=key)
            return row
        except (self.model.DoesNotExist, ValidationError, ValueError, TypeError, OverflowError, RecursionError):
            raise Http404("there is no such row") from None


def id_in_url(row: Model) -> str:
    return json.dumps([str(part) for part in row.pk]) if isinstance(row.pk, tuple) else str(row.pk)


def shown_value(field: Field[Any, Any], row: Model) -> str:
    value = getattr(row, field.attname)
    if isinstance(field, BinaryField):
        return f"{len(value)} bytes"
    if isinstance(field, JSONField):
        return json.dumps(value, indent=1, ensure_ascii=False)
    return "" if value is None else str(value)


def _fits(field: Field[Any, Any], term: str) -> bool:
    try:
        field.to_python(term)
    except ValidationError:
        return False
    return True
