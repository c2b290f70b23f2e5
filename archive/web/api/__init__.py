"""``/api/v1``: what the archive holds, for programs. What each address gives: ``docs/api.md``."""
