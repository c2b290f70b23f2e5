"""Whether this installation can do the work: found out by doing it on a small scale.

Each check gives findings; none of them changes the archive. ``khcn doctor`` prints them.
"""
