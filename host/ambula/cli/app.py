"""The list of commands, in groups; a command's module is loaded when the command is run or its help is asked for."""

import importlib
import re
from collections.abc import Iterator, MutableMapping
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ambula.base.version import SOFTWARE

# Of each command: the module, and what it is for in at most 63 characters, so that the list fits 80 columns.
GROUPS = {
    "To begin with": {
        "demo": ("demo_command", "Try Ambula without hardware, and see the report."),
    },
    "Nodes": {
        "flash": ("flash_command", "Put the firmware on a board, over USB."),
        "setup": ("setup_command", "Set up a flashed board as a participant's node, over USB."),
        "retire": ("retire_command", "Stop waiting for a node that was lost, or bring it back."),
        "bringup": ("bringup_command", "Measure what a new board can show, into one file."),
        "check": ("check_command", "Check the nodes and how they are worn, before they record."),
        "live": ("live_command", "Show what the nodes measure now."),
        "start": ("remote_commands", "Start recording on the nodes."),
        "stop": ("remote_commands", "Stop recording on the nodes."),
    },
    "Data from the nodes": {
        "scan": ("node_commands", "List the nodes nearby."),
        "sync": ("node_commands", "Copy the nodes' recordings into the store."),
        "status": ("status_command", "Show what the store has from each node."),
        "logs": ("logs_command", "List what happened to the nodes."),
    },
    "Results": {
        "summary": ("result_commands", "Show each day in figures."),
        "report": ("report_command", "Write the report for the person who wore the nodes."),
        "export": ("export_command", "Write epochs or days for other programs."),
        "cohort": ("cohort_command", "Make tables of many people's days."),
        "rescore": ("rescore_command", "Show what other rules of an epoch would change."),
    },
    "A participant": {
        "programme": ("programme_commands", "Show the walking programme and its next goal."),
        "note": ("programme_commands", "Record pain or a remark."),
        "zone": ("participant_commands", "Set a participant's time zone."),
        "height": ("participant_commands", "Set a participant's height, for walking speed."),
        "rename": ("participant_commands", "Give a participant another code."),
        "forget": ("participant_commands", "Remove a participant, data and keys, for good."),
    },
    "Safety of the data": {
        "backup": ("backup_commands", "Back up store and keys into one encrypted file."),
        "restore": ("backup_commands", "Put a backup's store and keys in their places."),
        "upgrade-store": ("upgrade_command", "Bring an older Ambula's store up to date."),
    },
    "Recordings of other devices": {
        "classify": ("recording_commands", "Classify a recording on this computer."),
        "replay": ("recording_commands", "Play a recording through two virtual nodes."),
        "evaluate": ("evaluate_command", "Score the classifier on labelled recordings."),
    },
}
MODULES = {name: module for group in GROUPS.values() for name, (module, _) in group.items()}
EXIT_CODES = {
    "0": "done",
    "1": "a fault in Ambula itself",
    "2": "wrong usage",
    "3": "bad input file or setting",
    "4": "the store cannot be used",
    "5": "no radio or no node",
    "6": "not an Ambula node",
    "7": "the virtual nodes failed",
    "8": "check: no-go, not ready; bringup: a figure fails",
    "9": "unsuitable board on USB",
    "10": "a part of Ambula is not installed",
    "130": "stopped by Ctrl-C",
    "141": "the program that read the output closed it",
}
_STYLE: dict[str, Any] = {"rich_markup_mode": None, "pretty_exceptions_enable": False}


class PlainCommand(TyperCommand):
    """A command whose help names what to type, and no type of Python: `--json true` would be an error."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the options."""
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            records = [p.get_help_record(ctx) for p in self.get_params(ctx) if p.param_type_name == kind]
            rows = [(re.sub(r" <[\w ]+>$", "", record[0]), record[1]) for record in records if record]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


class LazyCommands(MutableMapping[str, Any]):
    """The commands by name, each made when it is asked for, since most load numpy, and the list needs none of them."""

    def __getitem__(self, name: str) -> Any:
        from ambula.cli.common import stoppable

        module = importlib.import_module(f"ambula.cli.{MODULES[name]}")
        alone = typer.Typer(add_completion=False, **_STYLE)
        alone.command(name, cls=PlainCommand)(stoppable(getattr(module, name.replace("-", "_"))))
        return typer.main.get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)

    def __setitem__(self, name: str, value: Any) -> None:
        raise TypeError("commands stand in GROUPS")

    def __delitem__(self, name: str) -> None:
        raise TypeError("commands stand in GROUPS")


class Commands(TyperGroup):
    """The `ambula` command's group: lists its commands in groups and loads none for that."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = LazyCommands()

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        width = max(map(len, MODULES))
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), words) for name, (_, words) in group.items()])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write what the exit codes mean."""
        with formatter.section("Exit codes"):
            formatter.write_dl(list(EXIT_CODES.items()))


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ambula: posture, walking and cadence from two wearable nodes. For information, not for diagnosis.",
    **_STYLE,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(SOFTWARE)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass
