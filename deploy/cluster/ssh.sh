#!/bin/sh
# A scheduler on the first host of a file (a name a line), and a worker on each: 8 sites are crawled at once on each.
#     deploy/cluster/ssh.sh hosts.txt
# The same installation and the same data root are on every host, at the same paths. docs/scale.md explains the rest.
set -eu

HOSTS=${1:?name a file with a host a line}
PYTHON=${REMOTE_PYTHON:-/srv/khcn/.venv/bin/python}

exec "$PYTHON" -m dask ssh \
    --hostfile "$HOSTS" \
    --nworkers 1 \
    --nthreads "${SITES_AT_ONCE:-8}" \
    --memory-limit 0 \
    --remote-python "$PYTHON"
