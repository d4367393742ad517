"""What Windows lacks, taken away from this Python, as far as a Linux can.

As a plugin of pytest it shows what a folder of tests would meet there: `python -m pytest -p tests.support.elsewhere
tests/unit`. Not emulated: Windows' paths, file locks, permissions and line ends.
"""

import sys

MODULES = ("fcntl", "termios", "pty", "tty", "pwd", "grp", "resource", "readline", "syslog")
FUNCTIONS = ("fork", "getuid", "geteuid", "getpgid", "killpg", "setsid", "chown", "fchmod", "mkfifo")


def take_away() -> None:
    """Remove modules, functions of `os` and Unix sockets, after all that uses them on a Linux was imported."""
    import asyncio
    import multiprocessing.spawn  # noqa: F401
    import os
    import socket
    import subprocess  # noqa: F401
    import tempfile  # noqa: F401
    import threading  # noqa: F401
    from concurrent.futures import process  # noqa: F401

    import platformdirs  # noqa: F401

    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in FUNCTIONS:
        delattr(os, name)
    pair, family = socket.socketpair, socket.AF_UNIX
    socket.socketpair = lambda _=None, *more: pair(
        family, *more
    )  # an event loop wakes itself by one, on Windows by TCP
    del socket.AF_UNIX, asyncio.start_unix_server, asyncio.open_unix_connection


def pytest_load_initial_conftests() -> None:
    """Take it away before any test or its `conftest.py` is imported; pytest itself asks for the user on a Linux."""
    from _pytest import tmpdir

    tmpdir.get_user_id = lambda: None
    take_away()
