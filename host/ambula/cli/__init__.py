"""The `ambula` command: a thin layer over the library."""

import sys

from rich.console import Console

from ambula.errors import AmbulaError


def main() -> None:
    """Run the command line; a failure that a user can act on is one line on standard error and an exit code not 0."""
    try:
        from ambula.cli.app import app  # takes a moment, in which Ctrl-C may come

        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except AmbulaError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"ambula: {error}", markup=False)
        sys.exit(error.exit_code)
