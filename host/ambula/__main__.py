"""`python -m ambula` is the `ambula` command."""

from ambula.cli import main

main()
