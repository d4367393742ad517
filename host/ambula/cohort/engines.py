"""Runs the batches in processes of this machine or on a Dask cluster. Results are in part files on the disk."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from ambula.base.errors import AmbulaError, InputError
from ambula.base.optional_imports import library
from ambula.base.processes import pool_of
from ambula.cohort.parts import Batch, Done

_AHEAD = 2  # batches a worker that wait for it
_PATIENCE_S = 10  # for a scheduler that is about to start
Work = Callable[[Batch], tuple[str, Done]]


def here(work: Work, batches: Iterator[Batch], jobs: int) -> Iterator[tuple[str, Done]]:
    """Yield what each batch came to, done by `jobs` processes, 1: in this one, in whatever order they end.

    Raises AmbulaError where a process is killed, as the system does where memory runs out.
    """
    if jobs == 1:
        yield from map(work, batches)
        return
    pool = pool_of(jobs)
    try:
        waiting: set[Future[tuple[str, Done]]] = {pool.submit(work, batch) for batch in islice(batches, jobs * _AHEAD)}
        while waiting:
            ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            waiting |= {pool.submit(work, batch) for batch in islice(batches, len(ended))}
            yield from (future.result() for future in ended)
    except BrokenProcessPool as e:
        why = 'out of memory, or a script without `if __name__ == "__main__":` around it'
        raise AmbulaError(f"a worker ended ({why}?): run it again, with fewer jobs; it goes on") from e
    finally:
        pool.shutdown(cancel_futures=True)


def on_dask(work: Work, batches: Iterator[Batch], jobs: int, scheduler: str | None) -> Iterator[tuple[str, Done]]:
    """Yield the same, done by the Dask cluster at `scheduler`, or by one of `jobs` processes made for it.

    The cluster's workers must see the same files under the same names. Raises InputError where Dask is missing
    or the scheduler cannot be reached.
    """
    dask: Any = library("distributed", "distributed")
    try:
        cluster: Any = scheduler or dask.LocalCluster(
            n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
        )
        client: Any = dask.Client(cluster, timeout=_PATIENCE_S)
    except OSError as e:
        raise InputError(f"no Dask scheduler at {scheduler}: start one with `dask scheduler`, or leave it out") from e
    try:
        ahead = max(jobs, len(client.ncores())) * _AHEAD
        running = dask.as_completed([client.submit(work, batch, pure=False) for batch in islice(batches, ahead)])
        for future in running:
            yield future.result()
            for batch in islice(batches, 1):
                running.add(client.submit(work, batch, pure=False))
    finally:
        client.close()
        if not scheduler:
            cluster.close()
