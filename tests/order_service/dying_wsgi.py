"""The order service's WSGI application, which dies before a chosen statement of its next POST with a key.

`DYING_DIR` holds the plan: `die-at` a number, which is taken away when it is followed; `statements` what was last seen.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from order_service.config.wsgi import application as service

FOLDER = Path(os.environ["DYING_DIR"])


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if "HTTP_IDEMPOTENCY_KEY" not in environ:
        return service(environ, start_response)
    from django.db import connection

    with connection.execute_wrapper(_Counting()):
        return service(environ, start_response)


class _Counting:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        self.seen.append(str(sql)[:60])
        plan = FOLDER / "die-at"
        if plan.exists() and int(plan.read_text()) == len(self.seen):
            plan.unlink()
            os._exit(137)
        (FOLDER / "statements").write_text("\n".join(self.seen))
        return execute(sql, *rest)
