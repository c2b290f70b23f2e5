"""A command's end of a Dask cluster: calls go out, answers come back, a worker that dies loses none."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.catalog.engine import parse_url, sqlite_path
from archive.errors import ConfigError, KhcnError
from crawler.cluster.code import code_mark
from crawler.cluster.work import Answer, Call, Met, deaf_plugin, do, end, logged, meet, other_code
from crawler.owner import boot

logger = logging.getLogger(__name__)

LOCAL = "local"
CONNECT_S = 10.0
"""Seconds to wait for a scheduler."""
WORKERS_S = 60.0
"""Seconds to wait for the first worker: some clusters start one when they are asked."""
COUNT_S = 2.0
"""So often the workers are counted: they come and go."""
END_S = 5.0
"""Seconds that workers have to hear that a command has ended."""
DEATHS = 5
"""A call is given to other workers so often again, each time after several of them died at it."""
AHEAD = 2
"""Calls a thread of a worker that are handed out at once: the next one lies there when one is done."""

Told = Callable[[dict[str, Any]], object]


class WorkersDied(KhcnError):
    """Worker after worker died at one call."""


@dataclass(frozen=True, slots=True)
class Work:
    """Something to do: a function that workers can import, and what it is called with."""

    what: str
    """Names it: a site, a file. It is shown to whoever looks at the cluster."""
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


class Cluster:
    """A connection to a scheduler; used by one thread."""

    def __init__(self, client: Any, root: Path) -> None:
        self.run = uuid.uuid4().hex
        """Id of this command on the cluster."""
        self.is_here = True
        """Whether all workers are on this machine."""
        self._client = client
        self._root = root
        self._waiting: deque[tuple[Any, Work]] = deque()
        self._given: dict[Any, tuple[Any, Work]] = {}
        self._threads, self._counted = 1, float("-inf")

    @property
    def threads(self) -> int:
        """Calls that the workers can do side by side, as of a moment ago."""
        if time.monotonic() < self._counted + COUNT_S:
            return self._threads
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        self._threads = max(1, sum(int(worker["nthreads"]) for worker in workers))
        self._counted = time.monotonic()
        return self._threads

    def check(self) -> None:
        """Look at all workers. Raises ConfigError when there is none, or one has other code or another data root."""
        try:
            self._client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError:
            raise ConfigError(
                f"{self._client.scheduler.address}: no worker came within {WORKERS_S:.0f} s; "
                "start some with `dask worker ADDRESS`"
            ) from None
        probe = self._root / f".cluster-{self.run}"
        self._root.mkdir(parents=True, exist_ok=True)
        probe.touch()
        try:
            met = self._client.run(meet, self._root, probe.name, on_error="return")
        finally:
            probe.unlink(missing_ok=True)
        for worker, told in sorted(met.items()):
            if isinstance(told, OSError):
                continue  # it dies just now; who takes its place looks at each call itself
            if not isinstance(told, Met):
                raise ConfigError(
                    f"the worker {worker} can not run khcn ({told}); install the same version there, then restart it"
                )
            if told.mark != code_mark():
                raise other_code(f"the worker {worker}", told.mark, code_mark())
            if not told.sees:
                raise ConfigError(
                    f"the worker {worker} does not see the data root {self._root}; "
                    "mount the same folder at that path on every machine"
                )
            self.is_here = self.is_here and told.boot == boot()

    def check_shared(self, *urls: str) -> None:
        """Raise ConfigError for a database in a file, when workers are on other machines."""
        for url in urls:
            if not self.is_here and (path := sqlite_path(parse_url(url))) is not None:
                raise ConfigError(
                    f"{path}: SQLite can not be used by several machines at once; "
                    "name a PostgreSQL in KHCN_CATALOG_URL and KHCN_FRONTIER_URL"
                )

    def first(self, key: Any, work: Work) -> None:
        """Put something before all that waits, while results are taken."""
        self._waiting.appendleft((key, work))

    def results(
        self, works: Mapping[Any, Work], at_once: int | None = None, begin: Callable[[Any], object] = lambda key: None
    ) -> Iterator[tuple[Any, Answer]]:
        """Yield the answer of each, with its key, as they come; at most *at_once* are under way.

        *begin* is told what is handed out. Where worker after worker
        died the answer is WorkersDied. Raises ConfigError when the scheduler is gone, or a worker can not run khcn.
        """
        from distributed import as_completed

        self._waiting = deque(works.items())
        deaths: dict[Any, int] = {}
        done = as_completed(loop=self._client.loop)
        try:
            while self._waiting or self._given:
                self._hand_out(done, at_once or AHEAD * self.threads, begin)
                future = next(done)
                key, work = self._given.pop(future)
                if (answer := self._answer(future)) is not None:
                    deaths.pop(key, None)
                    yield key, answer
                    continue
                deaths[key] = deaths.get(key, 0) + 1
                logger.warning("workers died", extra={"work": work.what, "times": deaths[key]})
                if deaths[key] < DEATHS:
                    self._waiting.appendleft((key, work))
                    continue
                told = (
                    f"{work.what}: one worker after the other died at it; look into their logs and at their memory, "
                    "then run the same command again"
                )
                yield key, Answer(error=WorkersDied(told))
        except KeyboardInterrupt:
            raise  # whoever catches it may stop the rest in order
        except BaseException:
            self.drop()
            raise

    def _hand_out(self, done: Any, at_once: int, begin: Callable[[Any], object]) -> None:
        while self._waiting and len(self._given) < at_once:
            key, work = self._waiting.popleft()
            begin(key)
            call = Call(self.run, work.what, code_mark(), work.function, work.arguments)
            # Named by what it is about; what it is called with, and with it a password, is no part of the name.
            name = f"{work.what}-{uuid.uuid4().hex}"
            future = self._client.submit(do, call, key=name, pure=False)
            self._given[future] = (key, work)
            done.add(future)

    def _answer(self, future: Any) -> Answer | None:
        """Return what came of a call; null when workers died at it. Raises ConfigError."""
        from distributed.scheduler import KilledWorker

        if future.status == "cancelled":
            raise ConfigError(
                f"{self._client.scheduler.address}: the scheduler went away; start it again, then run the same command"
            )
        try:
            answer = future.result()
        except KilledWorker:
            return None
        except Exception as error:  # it never raises itself: so the worker could not even begin
            raise ConfigError(
                f"a worker can not run khcn ({type(error).__name__}: {error}); install the same version there"
            ) from None
        finally:
            future.release()
        assert isinstance(answer, Answer)
        return answer

    def stop(self) -> int:
        """Tell workers to end what they do for this command in order, and begin nothing more; return how much that is.

        Answers still come from :meth:`results`.
        """
        self._waiting.clear()
        self._end()
        return len(self._given)

    def left(self, timeout_s: float) -> Iterator[tuple[Any, Answer]]:
        """Yield, after :meth:`stop`, the answers that come within so many seconds."""
        from distributed import as_completed

        with suppress(TimeoutError):
            for future in as_completed(list(self._given), loop=self._client.loop, timeout=timeout_s):
                key, _ = self._given.pop(future)
                with suppress(ConfigError):
                    if (answer := self._answer(future)) is not None:
                        yield key, answer

    def drop(self) -> None:
        """Forget all calls under way."""
        given, self._given = list(self._given), {}
        if given:
            with logged("calls under way not forgotten"):
                self._client.cancel(given, force=True)

    @contextmanager
    def following(self, told: Told) -> Iterator[None]:
        """Have *told* called, in another thread, with each event that the calls of this command tell."""
        self._client.subscribe_topic(self.run, lambda event: told(event[1]))
        try:
            yield
        finally:
            with logged("progress of workers still followed"):
                self._client.unsubscribe_topic(self.run)

    def close(self) -> None:
        """End what is still done for this command."""
        self.drop()
        self._end()

    def _end(self) -> None:
        with logged("workers not told to end"):
            self._client.sync(self._tell_all, callback_timeout=END_S)

    async def _tell_all(self) -> None:
        await self._client._run(end, self.run, on_error="ignore")


@contextmanager
def cluster(address: str, root: Path, *, workers: int, threads: int = 1) -> Iterator[Cluster]:
    """Connect to the scheduler at *address*, or with ``local`` start *workers* processes; look at the workers.

    Raises ConfigError when the library is missing, the scheduler can not be reached, or a worker can not be used.
    """
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"--cluster needs the Python package {error.name}; install it with the extra: pip install 'khcn[cluster]'"
        ) from None
    _quiet()
    with ExitStack() as stack:
        where = _start(stack, distributed, workers, threads) if address == LOCAL else address
        try:
            if address != LOCAL:
                asyncio.run(_greet(address))
            client = stack.enter_context(
                distributed.Client(where, timeout=CONNECT_S, set_as_default=False, name="khcn")
            )
        except (OSError, TimeoutError, ValueError, TypeError) as error:
            raise ConfigError(
                f"--cluster {address}: no scheduler answers there ({error or type(error).__name__}); start one with "
                "`dask scheduler`, write its address as tcp://HOST:8786, or use `--cluster local`"
            ) from None
        if address == LOCAL:
            client.register_plugin(deaf_plugin())
        made = Cluster(client, root)
        stack.callback(made.close)
        made.check()
        yield made


async def _greet(address: str) -> None:
    """Connect once, and let go: a client that fails to leaves threads behind."""
    from distributed.comm import connect
    from distributed.security import Security

    comm = await connect(address, timeout=CONNECT_S, **Security().get_connection_args("client"))
    comm.abort()


def _start(stack: ExitStack, distributed: Any, workers: int, threads: int) -> Any:
    import tempfile

    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="khcn-cluster-"))
    return stack.enter_context(
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=threads,
            processes=True,
            dashboard_address=None,
            memory_limit=0,  # a crawl bounds its memory itself
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        )
    )


def _quiet() -> None:
    """Let the library log as every other: by the log of this command, and only what is grave."""
    for name in ("distributed", "tornado"):
        found = logging.getLogger(name)
        found.handlers.clear()
        found.propagate = True
        found.setLevel(max(logging.getLogger().level, logging.CRITICAL))
