"""Work in processes of this machine, which end with the program that started them."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait

_MOST_ON_WINDOWS = 61  # a pool there waits for no more


def pool_of(jobs: int) -> ProcessPoolExecutor:
    """Return a pool of `jobs` processes, started anew each, on every system alike.

    Ctrl-C is for the program alone, which ends them; they end too where it is killed.
    """
    if os.name == "nt":
        jobs = min(jobs, _MOST_ON_WINDOWS)
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin)


def _begin() -> None:
    """Let a process end when the program is killed: it would wait for work for ever.

    Its libraries get one thread each: there is a process a core already.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
