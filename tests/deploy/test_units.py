"""Units, crontab and logrotate say what their page says, and what this program understands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from crawler.cli import khcn
from crawler.exits import Exit
from tests.deploy.files import DEPLOY, INSTALLED, ROOT, UNITS, said, tool, unit
from tests.docs.pages import options_of, read
from tests.khcn import khcn as run

SERVICES = [path for path in UNITS if path.suffix == ".service"]
HARDENED = {
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "PrivateDevices": "true",
    "NoNewPrivileges": "true",
    "CapabilityBoundingSet": "",
    "SystemCallFilter": "@system-service",
}
CRON = (DEPLOY / "crontab.example").read_text("utf-8")
LINES = re.findall(r"^([*/\d]+ +[*/\d]+ +[*/\d]+ +[*/\d]+ +[*/\d]+) +(.+)$", CRON, re.MULTILINE)
VARIABLES = dict(re.findall(r"^([A-Z_]+)=(.*)$", CRON, re.MULTILINE))


def understood(words: list[str]) -> None:
    """Hold a command line against the command: the verb exists, and each option of it."""
    command, known = khcn, options_of(khcn)
    for word in words:
        if isinstance(command, click.Group) and word in command.list_commands(click.Context(command)):
            command = command.get_command(click.Context(command), word)
            known = options_of(command)
        elif word.startswith("-"):
            assert word in known, words
    assert not isinstance(command, click.Group), words


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_starts_what_the_program_understands(path):
    (line,) = unit(path)["Service"]["ExecStart"]

    assert line.startswith(f"{INSTALLED} ")
    understood(shlex.split(line)[1:])


def test_what_the_server_is_started_with_is_taken_by_it(tmp_path):
    (line,) = unit(DEPLOY / "systemd/khcn-serve.service")["Service"]["ExecStart"]
    done = run(*shlex.split(line)[1:], data=tmp_path)

    assert done.returncode == 4, done.stderr
    assert "there is no catalog" in done.stderr


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_may_do_no_more_than_it_needs(path):
    service = unit(path)["Service"]

    assert {key: service[key][0] for key in HARDENED} == HARDENED
    assert service["User"] == ["khcn"]
    assert "/srv/khcn/data" in service["ReadWritePaths"][0].split()
    assert {"MemoryMax", "CPUQuota", "TasksMax"} <= set(service)
    assert "password" not in path.read_text("utf-8").lower()


def test_codes_that_are_no_failure_of_a_unit_are_explained():
    codes = {path.stem: unit(path)["Service"].get("SuccessExitStatus", [""])[0].split() for path in SERVICES}
    text = read("docs/deploy.md")

    assert codes == {"khcn-crawl": ["5", "6", "8"], "khcn-serve": [], "khcn-status": ["6"], "khcn-verify": ["8"]}
    for code in {code for some in codes.values() for code in some}:
        assert f"{code} {Exit(int(code)).name}" in text


def test_each_job_has_a_timer_and_each_timer_a_job():
    jobs = {path.stem for path in SERVICES if unit(path)["Service"]["Type"] == ["oneshot"]}

    assert {path.stem for path in UNITS if path.suffix == ".timer"} == jobs
    assert all("RandomizedDelaySec" in unit(path)["Timer"] for path in UNITS if path.suffix == ".timer")


def test_systemd_understands_the_units(tmp_path):
    analyze = tool("systemd-analyze", "apt-get install systemd")
    program = Path(sys.executable).with_name("khcn")
    for path in UNITS:
        text = path.read_text("utf-8").replace(INSTALLED, str(program)).replace("User=khcn", "User=daemon")
        (tmp_path / path.name).write_text(re.sub("^Documentation=.*$", "", text, flags=re.MULTILINE))
    code, text = said(analyze, "verify", "--man=no", *(tmp_path / path.name for path in UNITS))

    mine = [line for line in text.splitlines() if "khcn" in line]
    assert (code, mine) == (0, [])


def test_a_unit_with_a_wrong_key_is_noticed(tmp_path):
    analyze = tool("systemd-analyze", "apt-get install systemd")
    (tmp_path / "khcn-x.service").write_text("[Service]\nExecStart=/bin/true\nProtectSysten=strict\n")

    assert "ProtectSysten" in said(analyze, "verify", "--man=no", tmp_path / "khcn-x.service")[1]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_systemd_finds_little_that_is_exposed(path):
    analyze = tool("systemd-analyze", "apt-get install systemd")
    code, text = said(analyze, "security", "--offline=true", "--threshold=30", path)
    if "unrecognized option" in text:
        pytest.skip("systemd-analyze is too old to look at units that are not loaded: systemd 250 or newer")

    assert code == 0, text


# --- cron -----------------------------------------------------------------------------------------


def test_cron_lines_start_what_the_program_understands():
    commands = [re.split(r"[;>]|2>>", line)[0].split() for _, line in LINES]

    assert len(LINES) == 4
    for words in commands:
        assert words[0] == "khcn"
        understood(words[1:])
    assert {"MAILTO", "PATH", "SHELL", "KHCN_DATA", "KHCN_CONTACT"} <= set(VARIABLES)
    assert not any("%" in line for _, line in LINES)  # to cron it is the end of a line


@pytest.mark.parametrize(("code", "mails"), [(0, False), (5, False), (6, False), (1, True), (3, True), (4, True)])
def test_a_cron_line_mails_what_concerns_the_machine(tmp_path, code, mails):
    (tmp_path / "khcn").write_text(f"#!/bin/sh\necho table; echo log >&2; exit {code}\n")
    (tmp_path / "khcn").chmod(0o755)
    for _, line in LINES:
        if "crawl --due" not in line:
            continue
        shell = line.replace("/var/log/khcn", str(tmp_path))
        environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SHELL": "/bin/sh"}
        done = subprocess.run(["/bin/sh", "-c", shell], env=environ, capture_output=True, text=True, check=False)

        assert bool(done.stdout) == mails
        assert f"exit code {code}" in done.stdout or not mails
        assert (tmp_path / "crawl.log").read_text() == "log\n"


def test_the_lines_of_cron_are_sound_shell(tmp_path):
    check = tool("shellcheck", "apt-get install shellcheck")
    for number, (_, line) in enumerate(LINES):
        (tmp_path / f"{number}.sh").write_text(f"#!/bin/sh\n{line}\n")

    assert said(check, *sorted(tmp_path.glob("*.sh"))) == (0, "")


# --- logrotate ------------------------------------------------------------------------------------


def test_no_line_of_a_log_is_lost_when_it_is_rotated_under_a_run(tmp_path):
    rotate = tool("logrotate", "apt-get install logrotate")
    if os.getuid() != 0:
        pytest.skip("logrotate changes owners: only as root")
    log = tmp_path / "crawl.log"
    text = (DEPLOY / "logrotate.conf").read_text("utf-8").replace("/var/log/khcn", str(tmp_path))
    (tmp_path / "conf").write_text(text.replace("khcn khcn", "root root"))
    (tmp_path / "conf").chmod(0o600)
    with log.open("a") as running:  # as `2>>` of a cron line opens it
        for number in range(3):
            running.write(f"{number}\n")
            running.flush()
            code, told = said(rotate, "--force", "--state", tmp_path / "state", tmp_path / "conf")
            assert code == 0, told
            with log.open("a") as next_run:
                next_run.write(f"next {number}\n")
            for old in tmp_path.glob("crawl.log-*"):
                old.rename(tmp_path / f"{old.name}.{number}")  # one name a day: as if a week had passed
        running.write("end\n")
    kept = "".join(path.read_text() for path in tmp_path.glob("crawl.log*"))

    assert sorted(kept.split("\n")) == sorted(["", "0", "1", "2", "end", "next 0", "next 1", "next 2"])


def test_logrotate_understands_the_example():
    rotate = tool("logrotate", "apt-get install logrotate")
    text = said(rotate, "--debug", DEPLOY / "logrotate.conf")[1]

    assert [line for line in text.splitlines() if "unknown" in line and "khcn" not in line] == []
    assert re.search(r"copytruncate", read("docs/deploy.md"))


def test_the_environment_of_the_units_is_that_of_the_program():
    known = set(re.findall(r'env\.get\("(KHCN_[A-Z_]+)"', (ROOT / "crawler/config.py").read_text("utf-8")))
    text = "".join(path.read_text("utf-8") for path in DEPLOY.rglob("*") if path.is_file())

    assert set(re.findall(r"KHCN_[A-Z_]+", text)) - {"KHCN_VERSION"} <= known
