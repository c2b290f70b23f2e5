"""The check of dependencies, asked of a service of our own: nothing of the network is needed."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.supply import audit

FLAW = {
    "id": "GHSA-test-test-test",
    "summary": "x",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "warcio"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}


class _Service(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_flawed = asked["package"]["name"] == "warcio" and self.server.knows_flaw
        body = json.dumps({"vulns": [FLAW]} if is_flawed else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    """What asks a service of two versions, one of them perhaps with a flaw."""
    pytest.importorskip("pip_audit", reason="pip-audit is not installed; pip install -e '.[dev]'")
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("warcio==1.8.0\nlxml==6.1.0\n")
    monkeypatch.setattr(audit, "CONSTRAINTS", constraints)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    def of(*, knows_flaw: bool, is_there: bool = True) -> tuple[int, str]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
        server.knows_flaw = knows_flaw
        if is_there:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        else:
            server.server_close()
        code = audit.main(["-s", "osv", "--osv-url", f"http://127.0.0.1:{server.server_port}"])
        if is_there:
            server.shutdown()
            server.server_close()
        return code, "".join(capsys.readouterr())

    return of


def test_a_known_flaw_fails_the_check_and_says_what_to_do(ask):
    code, said = ask(knows_flaw=True)

    assert code == 1
    assert "warcio 1.8.0: GHSA-test-test-test, mended in 99.0; raise it in constraints.txt" in said


def test_without_a_flaw_it_passes(ask):
    assert ask(knows_flaw=False) == (0, "2 versions: no vulnerability is known\n")


def test_where_nobody_answers_it_passes_and_says_so_loudly(ask):
    code, said = ask(knows_flaw=False, is_there=False)

    assert code == 0
    assert said.startswith("NOT AUDITED: ")
    assert "make audit" in said


def test_what_the_service_does_not_know_is_named():
    answer = {"dependencies": [{"name": "a", "skip_reason": "not found"}, {"name": "b", "version": "1", "vulns": []}]}

    judged = audit.judge(json.dumps(answer), "")

    assert judged.code == 0
    assert judged.lines == [
        "1 versions: no vulnerability is known",
        "NOT AUDITED: 1 of 2, of which the service knows nothing: a",
    ]
