"""What addresses are compared without, under the name that crawling knows it by (:mod:`archive.sessions`)."""

from archive.sessions import without_junk

__all__ = ["without_junk"]
