"""The project with other site files, for a run of the command."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SITES = ROOT / "spiders" / "sites"


def other_sites(folder: Path, *, only: tuple[str, ...] = (), **added: str) -> str:
    """Return the ``PYTHONPATH`` under which ``khcn`` reads its site files from *folder*.

    They are those of the project (or *only* some of them), each with the TOML *added* at its end.
    A name that the project does not have makes a new file of the text alone.
    """
    sites = folder / "sites"
    sites.mkdir(parents=True)
    for path in SITES.glob("*.toml"):
        if not only or path.stem in only:
            (sites / path.name).write_text(path.read_text("utf-8") + "\n" + added.pop(path.stem, ""), "utf-8")
    for name, text in added.items():
        (sites / f"{name}.toml").write_text(text, "utf-8")
    real = str(ROOT / "settings.py")
    (folder / "settings.py").write_text(
        f"import runpy\nglobals().update(runpy.run_path({real!r}))\nSITES_DIR = {str(sites)!r}\n"
    )
    return str(folder)
