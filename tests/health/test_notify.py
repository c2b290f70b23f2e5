"""Who is told what, once: to somebody who really listens."""

from __future__ import annotations

import logging
import os
import signal
from datetime import timedelta

import pytest

from archive.errors import ConfigError
from archive.health.ledger import Ledger
from crawler.notify import WAITS_S, read_addresses, tell
from tests.health.made import NOW, row
from tests.health.receiver import receiver

DAY = timedelta(days=1)


@pytest.fixture
def heard():
    with receiver() as listening:
        yield listening


def told(root, addresses, *rows, at=NOW, waits=None):
    """Look at rows and tell what changed; return how much waits still."""
    with Ledger(root) as ledger:
        ledger.look(rows, at)
        return tell(ledger, read_addresses(addresses), at, wait=(waits if waits is not None else []).append)


def test_all_sites_are_in_one_digest_and_nothing_is_sent_when_nothing_changed(tmp_path, heard):
    rows = [row("ha_tinh", "answers"), row("nghe_an", "robots", "certificate")]

    assert told(tmp_path, heard.address(), *rows) == 0
    assert told(tmp_path, heard.address(), *rows, at=NOW + DAY) == 0
    assert told(tmp_path, heard.address(), row("ha_tinh", ok=("answers",)), at=NOW + 2 * DAY) == 0
    first, second = heard.posted
    assert (first["title"], second["title"]) == ("khcn: 3 broke", "khcn: 1 mended")
    assert [line.partition(" [")[0] for line in heard.lines()] == [
        "BROKE  ha_tinh: answers is broken",
        "BROKE  nghe_an: robots is broken",
        "BROKE  nghe_an: certificate is broken",
        "MENDED ha_tinh: answers is well",
    ]
    assert "since 2025-06-12" in second["message"]


def test_an_address_that_refuses_is_tried_again_after_longer_times(tmp_path, heard):
    heard.statuses = [500, 503]
    waits = []

    assert told(tmp_path, heard.address(), row("ha_tinh", "answers"), waits=waits) == 0
    assert (waits, heard.refused, len(heard.posted)) == (list(WAITS_S), 2, 1)


def test_what_can_not_be_delivered_is_kept_for_the_next_run_and_for_that_address_only(tmp_path, heard, caplog):
    with receiver() as other:
        other.statuses = [500] * (1 + len(WAITS_S))
        both = f"{heard.address()} {other.address()}"

        assert told(tmp_path, both, row("ha_tinh", "answers")) == 1
        assert told(tmp_path, both, row("ha_tinh", "answers"), at=NOW + DAY) == 0

        assert len(heard.posted) == len(other.posted) == 1
        assert "it may have come before" in other.posted[0]["message"]
    assert "kept for the next run" in caplog.text


def test_nobody_listens_and_the_run_goes_on(tmp_path):
    with receiver() as gone:
        address = gone.address()

    assert told(tmp_path, address, row("ha_tinh", "answers")) == 1


def test_what_broke_and_was_mended_meanwhile_comes_together(tmp_path, heard):
    told(tmp_path, "", row("ha_tinh", "answers"))
    told(tmp_path, "", row("ha_tinh", ok=("answers",)), at=NOW + DAY)

    assert told(tmp_path, heard.address(), at=NOW + 2 * DAY) == 0
    assert [body["title"] for body in heard.posted] == ["khcn: 1 broke, 1 mended"]


def test_what_nobody_could_be_told_for_a_month_is_dropped_and_said(tmp_path, heard, caplog):
    told(tmp_path, "", row("ha_tinh", "answers"))

    assert told(tmp_path, heard.address(), at=NOW + 31 * DAY) == 0
    assert heard.posted == []
    assert "dropped" in caplog.text


def test_a_new_address_is_not_told_what_others_were(tmp_path, heard):
    told(tmp_path, heard.address(), row("ha_tinh", "answers"))
    with receiver() as other:
        told(tmp_path, f"{heard.address()} {other.address()}", row("nghe_an", "answers"))

        assert [line.split()[1] for line in other.lines()] == ["nghe_an:"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_it_is_sent_a_notice_is_not_lost_and_keeps_its_id(tmp_path, heard, when):
    child = os.fork()
    if child == 0:
        with Ledger(tmp_path) as ledger:
            ledger.look([row("ha_tinh", "answers")], NOW)
            (address,) = read_addresses(heard.address())

            def send(title, body):
                if when == "after":
                    address.send(title, body)
                os.kill(os.getpid(), signal.SIGKILL)

            tell(ledger, [type(address)(address.id, address.shown, send)], NOW)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL

    assert told(tmp_path, heard.address(), row("ha_tinh", "answers"), at=NOW + DAY) == 0

    ids = {line.partition("id ")[2].split("]")[0].split(";")[0] for line in heard.lines()}
    assert (len(heard.posted), len(ids)) == ({"before": 1, "after": 2}[when], 1)
    assert heard.lines()[-1].endswith("; it may have come before]")
    assert told(tmp_path, heard.address(), row("ha_tinh", "answers"), at=NOW + 2 * DAY) == 0
    assert len(heard.posted) == {"before": 1, "after": 2}[when]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("nonsense", "address 1 is none that apprise knows"),
        ("json://127.0.0.1/x nix://geheim", 'address 2, of the kind "nix", is none'),
        ("https://", 'address 1, of the kind "https", is none'),
        ("mailto://", 'address 1, of the kind "mailto", is none'),
    ],
)
def test_what_is_no_address_is_said_without_what_is_secret_in_it(value, said):
    with pytest.raises(ConfigError, match=r"^KHCN_NOTIFY: ") as error:
        read_addresses(value)

    assert said in str(error.value)
    assert "geheim" not in str(error.value)


def test_addresses_stand_behind_each_other():
    spaced = read_addresses(" json://127.0.0.1:1/a\n json://127.0.0.1:2/b ")

    assert len(spaced) == len(read_addresses("json://127.0.0.1:1/a, json://127.0.0.1:2/b")) == 2
    assert read_addresses("  ") == []


def test_no_secret_is_in_the_log_nor_in_the_ledger(tmp_path, heard, caplog):
    heard.statuses = [500] * 3
    address = f"json://user:geheim77@127.0.0.1:{heard.port}/geheim88?+X-Token=geheim99"

    with caplog.at_level(logging.DEBUG):
        told(tmp_path, address, row("ha_tinh", "answers"))
        told(tmp_path, address, at=NOW + DAY)

    written = (tmp_path / "status/ledger.jsonl").read_text("utf-8")
    told_in_log = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert len(heard.posted) == 1
    assert "geheim" not in told_in_log + written
    assert "address 1 of KHCN_NOTIFY (json)" in told_in_log


def test_a_title_of_a_site_can_not_break_a_digest(tmp_path, heard):
    told(tmp_path, heard.address(), row("ha_tinh", "<b>\n&amp;"))

    assert len(heard.posted) == 1
