"""Rules and dashboard ask for metrics that there are, and fire when they should."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import yaml

from archive.metrics import METRICS
from tests.deploy.files import DEPLOY, parsed, said, tool
from tests.docs.pages import code_names, first_cells, read, section

PROMETHEUS = DEPLOY / "prometheus"
FOREIGN = {"node_textfile_mtime_seconds"}
"""Of node_exporter."""
RULES = [rule for group in parsed("prometheus/alerts.yml")["groups"] for rule in group["rules"]]
BOARD = json.loads((DEPLOY / "grafana/khcn.json").read_text("utf-8"))
NEED = "apt-get install prometheus"


def asked(expression: str) -> set[str]:
    """Return the metrics that an expression asks for; a histogram's by its own name."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", expression)
    found = set(re.findall(r"\b(?:khcn|node)_\w+", bare))
    parts = {name: re.sub("_(bucket|sum|count)$", "", name) for name in found}
    return {part if part in METRICS else name for name, part in parts.items()}


def expressions() -> Iterator[tuple[str, str]]:
    """Yield each panel of the dashboard with what it asks."""
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def test_rules_ask_for_metrics_that_there_are():
    for rule in RULES:
        assert asked(rule["expr"]) <= {*METRICS, *FOREIGN}, rule["alert"]


def test_every_alert_is_documented_and_says_what_to_do():
    documented = code_names(first_cells(section(read("docs/deploy.md"), "Metrics and alerts")))

    assert {name for name in documented if name.startswith("Khcn")} == {rule["alert"] for rule in RULES}
    assert all({"summary", "action"} == set(rule["annotations"]) for rule in RULES)
    assert {rule["labels"]["severity"] for rule in RULES} == {"critical", "warning"}


def test_every_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not():
    cases = [case for test in parsed("prometheus/alerts_test.yml")["tests"] for case in test["alert_rule_test"]]
    fires = {case["alertname"] for case in cases if case.get("exp_alerts")}

    assert fires == {rule["alert"] for rule in RULES}
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == fires


def test_promtool_accepts_rules_and_configuration():
    promtool = tool("promtool", NEED)

    assert said(promtool, "check", "rules", PROMETHEUS / "alerts.yml")[0] == 0
    assert said(promtool, "check", "config", PROMETHEUS / "prometheus.yml")[0] == 0


def test_alerts_fire_when_they_should():
    code, text = said(tool("promtool", NEED), "test", "rules", PROMETHEUS / "alerts_test.yml")

    assert code == 0, text


def test_the_dashboard_asks_for_metrics_that_there_are_and_shows_all_of_them():
    shown = {name for _, expression in expressions() for name in asked(expression)}

    assert shown == set(METRICS)


def test_promtool_understands_what_the_dashboard_asks(tmp_path):
    promtool = tool("promtool", NEED)
    asked_for = [re.sub(r"\$\w+", "x", expression) for _, expression in expressions()]
    rules = [{"record": f"r{number}", "expr": expression} for number, expression in enumerate(asked_for)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    code, text = said(promtool, "check", "rules", tmp_path / "rules.yml")

    assert code == 0, text


def test_the_dashboard_is_one_that_grafana_can_lay_out():
    ids = [panel["id"] for panel in BOARD["panels"]]
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        assert panel["type"] in {"stat", "table", "timeseries", "state-timeline"}
        assert {"title", "targets", "gridPos", "fieldConfig", "options", "datasource"} <= set(panel)
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken
        taken |= cells

    assert len(set(ids)) == len(ids)
    assert isinstance(BOARD["schemaVersion"], int)
    variables = {each["name"] for each in BOARD["templating"]["list"]}
    assert set(re.findall(r"\$\{?(\w+)", json.dumps(BOARD))) - {"__all"} == variables


@pytest.mark.parametrize("name", ["grafana/datasource.yml", "grafana/dashboards.yml"])
def test_grafana_is_told_where_things_are(name):
    assert parsed(name)["apiVersion"] == 1
