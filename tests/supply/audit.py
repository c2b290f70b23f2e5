"""``python -m tests.supply.audit``: is there a known vulnerability in what a fresh install brings?

Asks PyPI (or OSV) of each version in ``constraints.txt``, with pip-audit. Exits with 1 when one is known. Where
nobody answers nothing is known: it says so in capitals, and exits with 0, for a machine without a network has to
check the rest.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

CONSTRAINTS = Path(__file__).parents[2] / "constraints.txt"
QUESTION = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--timeout", "15")


class Judged(NamedTuple):
    """What came of it."""

    code: int
    lines: list[str]


def main(options: Sequence[str] = ()) -> int:
    """Ask, and say what is known; *options* go to pip-audit."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(CONSTRAINTS), *QUESTION, *options]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    judged = judge(asked.stdout, asked.stderr)
    print("\n".join(judged.lines), file=sys.stderr if judged.code else sys.stdout)
    return judged.code


def judge(answer: str, said: str) -> Judged:
    """Return what the JSON of pip-audit means, or the words with which it gave up.

    >>> judge('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', "").lines
    ['1 versions: no vulnerability is known']
    >>> judge("", "ModuleNotFoundError: No module named pip_audit").code
    0
    """
    try:
        found: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        why = said.strip().splitlines()[-1:] or ["it said nothing"]
        return Judged(0, [f"NOT AUDITED: pip-audit got no answer ({why[0][:300]}); run `make audit` with a network"])
    lines = [
        f"{each['name']} {each['version']}: {flaw['id']}{_mended(flaw)}; raise it in constraints.txt"
        for each in found
        for flaw in each.get("vulns", ())
    ]
    code = 1 if lines else 0
    unknown = [each["name"] for each in found if "skip_reason" in each]
    if unknown:
        lines.append(
            f"NOT AUDITED: {len(unknown)} of {len(found)}, of which the service knows nothing: {', '.join(unknown[:20])}"
            + (" ..." if len(unknown) > 20 else "")
        )
    if not code:
        lines.insert(0, f"{len(found) - len(unknown)} versions: no vulnerability is known")
    return Judged(code, lines)


def _mended(flaw: dict[str, Any]) -> str:
    versions = flaw.get("fix_versions") or []
    return f", mended in {', '.join(versions)}" if versions else ", not mended yet"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
