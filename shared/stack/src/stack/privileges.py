"""PostgreSQL refuses to run as root, so root runs it as an unprivileged user, who must reach its files."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from stack.errors import Failure

UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class User:
    name: str
    uid: int
    gid: int


def unprivileged_user() -> User | None:
    """None: we are not root, and everything runs as the one who called."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise Failure(f"PostgreSQL cannot run as root, and there is no user {UNPRIVILEGED!r} to run it as") from None
    return User(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_reach(path: Path, user: User) -> bool:
    """Whether `user` may pass through every folder down to `path`, and enter or execute it.

    By the mode bits. Where an access list says otherwise, initdb fails with its own message, nothing worse.
    """
    resolved = path.resolve()
    return all(_may_execute(part.stat(), user) for part in (*resolved.parents, resolved))


def _may_execute(status: os.stat_result, user: User) -> bool:
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
