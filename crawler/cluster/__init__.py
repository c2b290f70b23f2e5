"""Work on many machines: Dask hands out what one machine does alone (docs/scale.md).

Only :mod:`crawler.cluster.client` knows Dask; what runs on a worker is in :mod:`crawler.cluster.work` and is the same
code that one machine runs.
"""
