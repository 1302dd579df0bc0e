"""The order service as its users run it, on the stories' database."""

from pathlib import Path

from django.db import connection

from tests.support.web_process import WebProcess


def own_web(folder: Path, **environment: str) -> WebProcess:
    """gunicorn, whose log and fired crash points are kept in `folder`."""
    given = {
        "DATABASE_URL": database_url(),
        "DATABASE_POOL_SIZE": "4",
        "FLEXTX_CRASH_DIR": str(folder / "crash"),
    }
    return WebProcess("order_service", given | environment, log=folder / "web.log")


class FeedProcess(WebProcess):
    """The feed, on the stories' database; its log is kept in `folder`."""

    def __init__(self, folder: Path, **environment: str) -> None:
        given = {"DATABASE_URL": database_url(), "DATABASE_POOL_SIZE": "5", "PROCESS_NAME": "order-feed"}
        super().__init__("order_service", given | environment, log=folder / "feed.log")

    def command(self) -> list[str]:
        return ["-m", "order_service.feed"]

    def feed_url(self, room_id: str = "room-1") -> str:
        return f"{self.url}/api/v1/rooms/{room_id}/feed"


def database_url() -> str:
    about = connection.settings_dict
    return f"postgresql://{about['USER']}@{about['HOST']}:{about['PORT']}/{about['NAME']}"
