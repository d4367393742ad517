"""The `ambula` command: a thin layer over the library."""

import sys

from rich.console import Console

from ambula.cli.app import app
from ambula.errors import AmbulaError


def main() -> None:
    """Run the command line; a failure that a user can act on is one line on standard error and an exit code not 0."""
    try:
        app()
    except AmbulaError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"ambula: {error}", markup=False)
        sys.exit(error.exit_code)
