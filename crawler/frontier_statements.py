"""The frontier's SQL. ``:site`` is the number of the site in ``frontier_sites``.

States are written as numbers (see :mod:`crawler.frontier_tables`): a partial index is used only by a
statement that says its condition word by word.
"""

from __future__ import annotations

from collections.abc import Sequence

SITE = "SELECT no, indexed FROM frontier_sites WHERE site = :site"
NEW_SITE = "INSERT INTO frontier_sites (site) VALUES (:site) ON CONFLICT DO NOTHING"
CRAWL = "SELECT crawl FROM frontier_sites WHERE no = :site"
MODE = "SELECT mode FROM frontier_sites WHERE no = :site"
BEGIN = "UPDATE frontier_sites SET crawl = :crawl, mode = :mode, indexed = :last WHERE no = :site"
END = "UPDATE frontier_sites SET crawl = NULL WHERE no = :site AND crawl = :crawl"
GIVE_UP = "UPDATE frontier_sites SET crawl = NULL WHERE no = :site"
TOUCH = "UPDATE frontier_sites SET commits = commits + 1 WHERE no = :site"

CHANGES = {
    "insert": """
        INSERT INTO frontier_rows (seq, site, key, state, priority, attempts, next, url, request, cause)
        VALUES (:seq, :site, :key, :state, :priority, :attempts, :next, :url, :request, :cause)
        ON CONFLICT (seq) DO NOTHING""",  # a commit whose answer was lost with the server is made once more
    "again": """
        UPDATE frontier_rows
        SET state = :state, priority = :priority, attempts = :attempts, next = :next,
            url = :url, request = :request, cause = :cause, until = NULL
        WHERE seq = :seq""",
    "release": "UPDATE frontier_rows SET state = 0, until = NULL WHERE seq = :seq",
    "done": "UPDATE frontier_rows SET state = 3 WHERE seq = :seq",
    "fail": "UPDATE frontier_rows SET state = 4, attempts = :attempts, next = :next, cause = :cause WHERE seq = :seq",
}
"""What is buffered, by kind."""

LAST = "SELECT max(seq) FROM frontier_rows WHERE seq >= :first AND seq < :end"
RECENT = "SELECT key, seq FROM frontier_rows WHERE seq > :indexed AND seq < :end"
INDEX = """
    INSERT INTO frontier_keys (site, key, seq)
    SELECT site, key, seq FROM frontier_rows WHERE seq > :indexed AND seq < :end ORDER BY key"""
INDEXED = "UPDATE frontier_sites SET indexed = :last WHERE no = :site"
PLACE = "SELECT seq FROM frontier_keys WHERE site = :site AND key = :key"
STATE = "SELECT state FROM frontier_rows WHERE seq = :seq"
COUNTS = "SELECT state, count(*) FROM frontier_rows WHERE seq >= :first AND seq < :end GROUP BY state"
NEXT = """
    SELECT seq, key, url, request, priority, attempts, cause, next FROM frontier_rows
    WHERE site = :site AND state = 0 ORDER BY priority DESC, seq LIMIT :count"""
SET_LEASED = "UPDATE frontier_rows SET state = 2, until = :until WHERE seq = :seq"
WAKE = "UPDATE frontier_rows SET state = 0 WHERE site = :site AND state = 1 AND next <= :now"
WAKES = "SELECT min(next) FROM frontier_rows WHERE site = :site AND state = 1"
RELEASE_ALL = "UPDATE frontier_rows SET state = 0, until = NULL WHERE site = :site AND state = 2"
TAKE_BACK = RELEASE_ALL + " AND until <= :now"
FAILED_NOW = """
    SELECT seq, key, url, request, priority, attempts, cause, next FROM frontier_rows
    WHERE site = :site AND state > 3 AND state = 4 AND seq > :last ORDER BY seq LIMIT :count"""
OPEN_NOW = """
    SELECT seq, key, url, request, priority, attempts, cause, next FROM frontier_rows
    WHERE seq > :last AND seq < :end AND state < 3 ORDER BY seq LIMIT :count"""

DUE_AGAIN = """
    UPDATE frontier_rows SET state = 0, until = NULL
    WHERE site = :site AND state > 3 AND (next IS NULL OR next <= :now)"""
NOT_DUE = "UPDATE frontier_rows SET state = 5 WHERE site = :site AND state > 3"
FORGET_DONE = "DELETE FROM frontier_rows WHERE seq >= :low AND seq < :high AND state = 3"
FORGET_KEYS = "DELETE FROM frontier_keys WHERE site = :site"


def keys_among(keys: Sequence[int]) -> tuple[str, dict[str, int]]:
    """Return a statement that selects those of *keys* which the site has, and its values."""
    # For 1, 2, 4, ... keys, the last one repeated, so that the driver meets few statements and knows them again.
    size = 1 << (len(keys) - 1).bit_length()
    names = [f"k{n}" for n in range(size)]
    padded = [*keys, *([keys[-1]] * (size - len(keys)))]
    marks = ", ".join(f":{name}" for name in names)
    statement = f"SELECT key FROM frontier_keys WHERE site = :site AND key IN ({marks})"  # noqa: S608
    return statement, dict(zip(names, padded, strict=True))
