"""The version, where nothing heavy has to be imported to know it."""

VERSION = "0.1.0"
"""Version of this software, as in ``pyproject.toml`` (a test compares)."""
