"""The list of commands."""

import typer

import ambula
from ambula.cli import (
    check_command,
    cohort_command,
    demo_command,
    evaluate_command,
    export_command,
    flash_command,
    live_command,
    logs_command,
    node_commands,
    participant_commands,
    programme_commands,
    recording_commands,
    remote_commands,
    report_command,
    result_commands,
    setup_command,
)
from ambula.cli.common import stoppable

_EXIT_CODES = (
    "Exit codes: 0 done, 2 wrong usage, 3 bad input file or setting, 4 store, 5 no radio or no node, "
    "6 not an Ambula node, 7 virtual nodes, 8 check: no-go, "
    "9 board on USB that does not fit, 130 stopped by Ctrl-C; 1 is a fault in Ambula itself."
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ambula: posture, walking and cadence from two wearable nodes. For information, not for diagnosis.",
    epilog=_EXIT_CODES,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ambula {ambula.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


for command in (
    flash_command.flash,
    setup_command.setup,
    node_commands.scan,
    node_commands.sync,
    remote_commands.start,
    remote_commands.stop,
    live_command.live,
    node_commands.status,
    logs_command.logs,
    result_commands.summary,
    report_command.report,
    export_command.export,
    check_command.check,
    programme_commands.programme,
    programme_commands.note,
    participant_commands.zone,
    participant_commands.height,
    participant_commands.rename,
    participant_commands.forget,
    demo_command.demo,
    recording_commands.classify,
    recording_commands.replay,
    evaluate_command.evaluate,
    cohort_command.cohort,
):
    app.command()(stoppable(command))
