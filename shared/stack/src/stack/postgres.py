"""One PostgreSQL cluster per system: three databases, and a role for each that cannot enter the others."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

from stack.cluster import Cluster
from stack.environments import DATABASES
from stack.errors import Failure
from stack.keys import POSTGRES_PASSWORD
from stack.layout import HOST, Layout, System

INITDB_SECONDS_MAX = 120
START_SECONDS_MAX = 60
SETTINGS = """\
# Written by every `make up`.
hba_file = '{hba_file}'
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '128MB'
# Money: what was committed is on the disk.
fsync = on
full_page_writes = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
logging_collector = off
"""
ACCESS = f"host all all {HOST}/32 scram-sha-256\n"


def initialise(cluster: Cluster, layout: Layout) -> None:
    """Beside first, renamed when complete: an interrupted initdb leaves no half cluster."""
    unfinished = cluster.folder / "unfinished"
    password_file = cluster.folder / "password"
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file.unlink(missing_ok=True)
    unfinished.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(layout.secret(POSTGRES_PASSWORD))
    if cluster.user is not None:
        for path in (unfinished, password_file):
            os.chown(path, cluster.user.uid, cluster.user.gid)
    try:
        _initdb(cluster, unfinished, password_file, layout.log("initdb"))
    finally:
        password_file.unlink()
    unfinished.rename(cluster.data)


def _initdb(cluster: Cluster, data: Path, password_file: Path, log: Path) -> None:
    command: list[str | Path] = [
        *(cluster.programs / "initdb", "--pgdata", data, "--username", "postgres", "--pwfile", password_file),
        *("--auth", "scram-sha-256", "--encoding", "UTF8"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
    ]
    user, group = (cluster.user.uid, cluster.user.gid) if cluster.user else (None, None)
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=INITDB_SECONDS_MAX,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
    if done.returncode != 0:
        raise Failure("PostgreSQL's data folder could not be made", log=log)


def configure(cluster: Cluster, system: System) -> None:
    """Beside the data folder: that one belongs to PostgreSQL's user, so root does not write into it."""
    settings = SETTINGS.format(host=HOST, port=system.port("postgres"), hba_file=cluster.access_file)
    for file, text in ((cluster.settings_file, settings), (cluster.access_file, ACCESS)):
        file.write_text(text)
        file.chmod(0o644)


def superuser_url(system: System) -> str:
    password = system.layout.secret(POSTGRES_PASSWORD)
    return f"postgresql://postgres:{password}@{HOST}:{system.port('postgres')}/postgres"


def wait_until_it_accepts(system: System) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            psycopg.connect(superuser_url(system), connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise Failure(f"PostgreSQL did not start: {error}", log=system.layout.log("postgres")) from None
        time.sleep(0.05)


def create_databases(system: System) -> None:
    """Each owned by the role of its name. What is there already is kept; passwords follow the secrets."""
    with psycopg.connect(superuser_url(system), connect_timeout=5, autocommit=True) as connection:
        for name in DATABASES:
            _create_role(connection, name, system.layout.secret(f"{name}-database-password"))
            _create_database(connection, name)


def _create_role(connection: psycopg.Connection, name: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER PASSWORD {}")
    connection.execute(statement.format(verb, sql.Identifier(name), sql.Literal(password)))


def _create_database(connection: psycopg.Connection, name: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(name)))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
