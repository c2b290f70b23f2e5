"""Databases for tests: SQLite, and a PostgreSQL that all tests of a run share."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import engines

# A commit is judged the same each time; --hypothesis-profile=search is for who looks for what was not thought of.
# How long an example takes tells of the machine, and of what else it does.
_AT_ANY_PACE: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, database=None, **_AT_ANY_PACE)
settings.register_profile("search", print_blob=True, **_AT_ANY_PACE)
settings.load_profile("same")

# A shell has what it starts in the background pass over Ctrl-C, and so would every command that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server; the test is skipped, and says why, where none can run."""
    try:
        from tests.postgres import PREFIX, start
    except ImportError as error:
        pytest.skip(f"NO POSTGRESQL TESTED: {error}; pip install -e '.[dev,postgres]'")
    # Not below pytest's own folder: that is closed to the user as whom the server runs when root tests.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    folder = Path(tempfile.gettempdir()) / f"{PREFIX}{run[:12]}"
    try:
        try:
            return start(folder)
        except subprocess.SubprocessError:
            return start(folder)  # on a busy machine it may not have answered in the time it is given
    except Exception as error:
        pytest.skip(f"NO POSTGRESQL TESTED: its server does not start here: {error!r}")


@pytest.fixture(scope="session")
def _schemas(postgres) -> list[str]:
    return []  # empty ones, to be used again: to make one takes longer than most tests


@pytest.fixture
def postgres_urls(postgres, _schemas) -> Iterator[Callable[[], str]]:
    """What gives the URL of an empty schema."""
    used: list[str] = []

    def take() -> str:
        used.append(_schemas.pop() if _schemas else postgres.new_schema())
        return used[-1]

    yield take
    _schemas.extend(url for url in used if postgres.clear(url))


@pytest.fixture
def postgres_url(postgres_urls) -> str:
    """The URL of an empty schema."""
    return postgres_urls()


@pytest.fixture(params=ENGINES)
def each_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run the test on either engine (:mod:`tests.engines`)."""
    if request.param == "sqlite":
        yield
        return
    engines.use(request.getfixturevalue("postgres_urls"))
    yield
    engines.use(None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave those tests to SQLite that open dozens of databases each, or fill a large one."""

    def is_left_out(item: pytest.Item) -> bool:
        told = getattr(item, "callspec", None)
        on_server = told is not None and told.params.get("each_engine") == "postgresql"
        is_generated = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
        return on_server and (is_generated or item.get_closest_marker("many_databases") is not None)

    items[:] = [item for item in items if not is_left_out(item)]
