"""A scheduler here and workers as jobs of Slurm, until Ctrl-C: python deploy/cluster/slurm.py 10

Prints the address for ``khcn crawl --all --cluster ADDRESS``. Needs ``pip install dask-jobqueue``. Partition, account
and network are those of ~/.config/dask/jobqueue.yaml (jobqueue.slurm: queue, account, interface).
"""

from __future__ import annotations

import signal
import sys

JOB = {
    "cores": 8,  # sites crawled at once by a job; each waits for its server most of the time
    "processes": 1,
    "memory": "8GB",
    "job_cpu": 2,
    "walltime": "24:00:00",  # a site that is under way then is gone on with by another job
    "worker_extra_args": ["--lifetime", "23h45m", "--lifetime-stagger", "10m"],
    "job_extra_directives": ["--signal=B:TERM@120"],
}


def main(jobs: int) -> None:
    """Start the jobs, and wait."""
    from dask_jobqueue import SLURMCluster

    with SLURMCluster(**JOB) as cluster:
        cluster.scale(jobs=jobs)
        print(cluster.scheduler_address, flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
