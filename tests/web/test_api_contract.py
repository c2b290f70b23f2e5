"""The API keeps to its own document, asked for what it allows and for what it does not.

Opaque cursors, queries and addresses can not be described by a schema, so that right ones may be refused all the same:
that check is left out.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from starlette.testclient import TestClient

from archive.web.app import create_app
from tests.archive.example import make_example
from tests.web.served import API

schemathesis = pytest.importorskip("schemathesis")


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    make_example(root)
    app = create_app(root)
    with TestClient(app):
        yield _loaded(_running(app))


def _running(app):
    """Return an app that runs as long as another one: each call would begin and end it anew."""

    async def asked(scope, receive, send):
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for each in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{each}.complete"})

    return asked


def _loaded(app):
    loaded = schemathesis.openapi.from_asgi(f"{API}/openapi.json", app)
    # A target that is too long is refused before anybody looks at it.
    refused = ["400", "404", "405", "406", "414", "451", "503"]
    loaded.config.checks.negative_data_rejection.expected_statuses = refused
    return loaded


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_breaks_the_contract(case):
    response = case.call()

    assert response.status_code < 500
    case.validate_response(response, excluded_checks=[schemathesis.checks.CHECKS.get_one("positive_data_acceptance")])
