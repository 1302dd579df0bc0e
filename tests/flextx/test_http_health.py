"""http.health: alive is not the same as ready."""

import os

import psycopg
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from flextx.http import health
from tests.flextx.test_http_problems import database_away

pytestmark = pytest.mark.usefixtures("shop")


def ready() -> tuple[int, str]:
    response = Client(raise_request_exception=False).get("/readyz")
    return response.status_code, response.json()["status"]


def test_alive_and_ready() -> None:
    assert Client().get("/livez").json() == {"status": "ok"}
    assert ready() == (200, "ok")


def test_without_its_database_a_service_is_alive_but_not_ready() -> None:
    """Fault tried: readyz without its except."""
    with database_away():
        assert ready() == (503, "database away")
        assert Client().get("/livez").status_code == 200
    assert ready() == (200, "ok")


def test_a_connection_cut_since_the_last_request_is_noticed() -> None:
    """Fault tried: ensure_connection() instead of a query."""
    assert ready() == (200, "ok")
    cut_this_threads_connection()

    assert ready() == (503, "database away")
    connection.close()  # Django does so after each request
    assert ready() == (200, "ok")


def cut_this_threads_connection() -> None:
    session = connection.connection.info.backend_pid
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True, connect_timeout=5) as server:
        server.execute("SELECT pg_terminate_backend(%s, 5000)", [session])


def test_with_migrations_missing_a_service_is_not_ready() -> None:
    """Fault tried: readyz without _missing_migrations; missing ones remembered for ever."""
    health._missing_migrations.cache_clear()
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("shop", "0002_runs")
    try:
        response = Client().get("/readyz")
        assert response.status_code == 503 and response.json()["missing"] == ["shop.0002_runs"]
    finally:
        recorder.record_applied("shop", "0002_runs")
    assert ready() == (200, "ok")
