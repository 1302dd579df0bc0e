"""The order service as its users run it, on the stories' database."""

from pathlib import Path

from django.db import connection

from tests.support.web_process import WebProcess


def own_web(folder: Path, **environment: str) -> WebProcess:
    """gunicorn, whose log and fired crash points are kept in `folder`."""
    about = connection.settings_dict
    given = {
        "DATABASE_URL": f"postgresql://{about['USER']}@{about['HOST']}:{about['PORT']}/{about['NAME']}",
        "DATABASE_POOL_SIZE": "4",
        "FLEXTX_CRASH_DIR": str(folder / "crash"),
    }
    return WebProcess("order_service", given | environment, log=folder / "web.log")
