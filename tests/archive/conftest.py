"""Storages for tests: a folder, and object storage over HTTP."""

from __future__ import annotations

import pytest

from archive.storage import attach
from tests.archive.stored import NUMBERS
from tests.archive.verify_samples import make_root


@pytest.fixture(scope="session")
def s3_endpoint():
    from tests.s3 import BUCKET, client, s3_server

    with s3_server() as endpoint:
        client(endpoint).create_bucket(Bucket=BUCKET)
        yield endpoint


@pytest.fixture
def s3_url(s3_endpoint, monkeypatch):
    from tests.s3 import BUCKET, KEYS

    for name, value in {**KEYS, "AWS_ENDPOINT_URL": s3_endpoint}.items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/lưu-trữ/{next(NUMBERS)}"


@pytest.fixture(params=["file", "s3"])
def storage_url(request, tmp_path):
    """The URL of an empty storage."""
    if request.param == "s3":
        return request.getfixturevalue("s3_url")
    (tmp_path / "lưu trữ").mkdir()
    return (tmp_path / "lưu trữ").as_uri()


@pytest.fixture
def far_root(tmp_path, storage_url):
    """A data root with one WARC file and all that follows from it, and a storage behind it."""
    data = tmp_path / "data"
    make_root(data)
    attach(data, storage_url)
    return data
