"""The `ambula` command: a thin layer over the library."""

import errno
import sys

from ambula.base.errors import AmbulaError


def main() -> None:
    """Run the command line; a failure that a user can act on is one line on standard error and an exit code not 0."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(130)


def _run() -> None:
    from ambula.cli import output  # takes a moment, in which Ctrl-C may come

    output.prepare()
    try:
        from ambula.cli.app import app

        try:
            app()
        except OSError as error:  # of --help and --version, which the library writes
            if error.errno != errno.ENOSPC or error.filename:
                raise
            output.out.give_up(error)
    except AmbulaError as error:
        if words := str(error):
            output.err.line(f"ambula: {words}", whole=True)
        sys.exit(error.exit_code)
