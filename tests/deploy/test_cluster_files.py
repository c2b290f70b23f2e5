"""The files for clusters say what the programs understand that they start."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml

from tests.deploy.files import DEPLOY, said, tool
from tests.docs.pages import COMMANDS, options_of, read

CLUSTER = DEPLOY / "cluster"


def test_the_shell_script_has_no_fault():
    code, told = said(tool("shellcheck", "apt install shellcheck"), CLUSTER / "ssh.sh")

    assert (code, told) == (0, "")


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("ssh", shlex.split((CLUSTER / "ssh.sh").read_text("utf-8").partition("exec")[2].replace("\\\n", " "))),
        *[
            (container["command"][1], container["args"])
            for part in ("worker", "scheduler")
            for made in yaml.safe_load_all((CLUSTER / "kubernetes.yaml").read_text("utf-8"))
            if made["kind"] == "DaskCluster"
            for container in made["spec"][part]["spec"]["containers"]
        ],
    ],
)
def test_dask_knows_the_options(verb, words):
    pytest.importorskip("distributed")
    import importlib

    command = importlib.import_module(f"distributed.cli.dask_{verb}").main

    given = {word for word in words if word.startswith("--")}
    assert given
    assert given <= {name for param in command.params for name in [*param.opts, *param.secondary_opts]}


def test_the_job_runs_a_command_that_there_is():
    (job,) = (
        made
        for made in yaml.safe_load_all((CLUSTER / "kubernetes.yaml").read_text("utf-8"))
        if made["kind"] == "CronJob"
    )
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    verb, *words = container["args"]

    assert {word for word in words if word.startswith("--")} <= options_of(COMMANDS[f"khcn {verb}"])


def test_every_file_is_on_the_page():
    files = {path.name for path in CLUSTER.iterdir() if path.is_file()}

    assert set(re.findall(r"^\| `([\w.]+\.(?:sh|py|yaml))` \|", read("docs/scale.md"), re.MULTILINE)) == files
