"""What the code knows best, as Markdown: its commands, its exit codes, its default plan. Pages hold marks for them."""

from collections.abc import Callable
from importlib import resources
from typing import Any

import typer

import ambula
from ambula.base import errors
from ambula.cli.app import app
from ambula.cli.common import Stopped
from ambula.cli.output import ReaderGone


def commands() -> str:
    """Return every command with its arguments and options, as the command line itself has them."""
    group: Any = typer.main.get_command(app)
    context = group.make_context("ambula", [], resilient_parsing=True)
    return "\n".join(_command(name, c, context) for name, c in sorted(group.commands.items()))


def exit_codes() -> str:
    """Return what each exit code means."""
    kinds = sorted((*errors.AmbulaError.__subclasses__(), Stopped, ReaderGone), key=lambda kind: kind.exit_code)
    known = {0: "Done.", 1: "A fault in Ambula itself: please report it.", 2: "Wrong usage of the command line."}
    known |= {8: "`ambula check`: no-go. `ambula bringup`: a figure fails."} | {
        kind.exit_code: _first(kind.__doc__) for kind in kinds
    }
    return "\n".join(["| code | meaning |", "|---|---|", *(f"| {code} | {known[code]} |" for code in sorted(known))])


def plan() -> str:
    """Return the default walking plan."""
    return f"```toml\n{resources.files(ambula).joinpath('programme/plan.toml').read_text('utf-8').strip()}\n```"


def _command(name: str, command: Any, context: Any) -> str:
    shown = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    arguments = [_argument(p) for p in shown if _is_argument(p)]
    lines = [f"## {name}", "", " ".join(_paragraphs(command.help)), ""]
    lines += [f"```text\n{' '.join(['ambula', name, *arguments, '[OPTIONS]'])}\n```", ""]
    lines += ["| option | takes | default | what for |", "|---|---|---|---|", *(_row(p, context) for p in shown), ""]
    return "\n".join(lines)


def _is_argument(p: Any) -> bool:
    return p.param_type_name == "argument"


def _argument(p: Any) -> str:
    name = p.display_name_raw.strip("[]")
    return name if p.required else f"[{name}]"


def _row(p: Any, context: Any) -> str:
    named = _argument(p) if _is_argument(p) else ", ".join(p.opts)
    takes = "" if _is_argument(p) or p.is_flag else _takes(p, context)
    default = "required" if p.required else _default(p.default)
    return "| " + " | ".join(c.replace("|", "\\|") for c in (f"`{named}`", takes, default, p.help or "")) + " |"


def _takes(p: Any, context: Any) -> str:
    if not p.metavar and (p.min is not None or p.max is not None):
        return f"{p.min} to {p.max}" if p.max is not None else f"{p.min} or more"
    told = p.metavar or p.display_type(context).strip("<>")
    return {"str": "text", "path": "file"}.get(told, f"`{told}`")


def _default(value: Any) -> str:
    if value in (None, False, "") or callable(value):
        return ""
    return f"`{getattr(value, 'value', value)}`"


def _paragraphs(text: str) -> list[str]:
    return [" ".join(p.split()) for p in text.split("\n\n")]


def _first(text: str | None) -> str:
    return _paragraphs(text or "")[0]


FILLED: dict[str, Callable[[], str]] = {
    "<!-- made: commands -->": commands,
    "<!-- made: exit codes -->": exit_codes,
    "<!-- made: plan -->": plan,
}
