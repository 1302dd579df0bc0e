"""`/livez`: the process answers. `/readyz`: what it needs answers too."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from flextx.http.problems import only_read
from flextx.outages import RETRY_ALL


@only_read
def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@only_read
def readyz(request: HttpRequest) -> JsonResponse:
    """503 while the database is away or its tables are not those this code expects."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = _missing_migrations()
    except RETRY_ALL as away:
        return JsonResponse({"status": "database away", "detail": type(away).__name__}, status=503)
    if missing:
        _missing_migrations.cache_clear()
        return JsonResponse({"status": "run prepare: migrations are missing", "missing": list(missing)}, status=503)
    return JsonResponse({"status": "ok"})


@lru_cache(maxsize=1)
def _missing_migrations() -> tuple[str, ...]:
    """Asked of the database once: a migration is not undone under a running process."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan)
