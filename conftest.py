"""The archive in which the examples of docstrings look around."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

EXAMPLES = ("archive.open_archive", "archive.archive.")


@pytest.fixture(scope="session")
def example_archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, object]]:
    """A data root, and its archive open for reading; see :mod:`tests.archive.example`."""
    from archive import open_archive
    from tests.archive.example import make_example

    root = tmp_path_factory.mktemp("example") / "data"
    make_example(root)
    with open_archive(root) as archive:
        yield root, archive


@pytest.fixture(autouse=True)
def _example(request: pytest.FixtureRequest) -> None:
    if isinstance(request.node, pytest.DoctestItem) and request.node.name.startswith(EXAMPLES):
        root, archive = request.getfixturevalue("example_archive")
        request.getfixturevalue("doctest_namespace").update(root=root, archive=archive)
