"""The user's configuration: one TOML file, every key optional.

store = "~/ambula.db"        # where the data is kept
participant = "P01"          # the code under which a sync files what it fetches
zone = "Europe/Oslo"         # the participant's time zone (IANA), for the borders of days
"""

import importlib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs

from ambula.base.errors import InputError

_KEYS = {"store", "participant", "zone"}


@dataclass(frozen=True)
class Config:
    """What a user may set once for all commands; options on the command line win."""

    store: Path
    participant: str
    zone: str


def config_path() -> Path:
    """Return where the configuration is looked for; AMBULA_CONFIG names another file."""
    named = os.environ.get("AMBULA_CONFIG")
    return Path(named) if named else platformdirs.user_config_path("ambula") / "config.toml"


def load_config() -> Config:
    """Return the configuration; raises InputError if the file is not TOML or has an unknown key or a wrong value."""
    path = config_path()
    values: dict[str, object] = {}
    if path.exists():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as e:
            raise InputError(f"{path}: {e}") from e
    for key, value in values.items():
        if key not in _KEYS:
            raise InputError(f"{path}: unknown key {key!r}. Known keys: {', '.join(sorted(_KEYS))}")
        if not isinstance(value, str):
            raise InputError(f"{path}: {key} must be a text in quotes")
        if "\0" in value:
            raise InputError(f"{path}: {key} must not contain a zero character")
    if values.get("zone"):
        try:
            zone_info(str(values["zone"]))
        except InputError as e:
            raise InputError(f"{path}: {e}") from e
    default_store = platformdirs.user_data_path("ambula") / "ambula.db"
    try:
        store = Path(str(values.get("store", default_store))).expanduser()
    except RuntimeError as e:
        raise InputError(f"{path}: store: there is no such user: {e}") from e
    return Config(
        store=store,
        participant=str(values.get("participant", "P01")),
        zone=str(values.get("zone", "")),
    )


def zone_info(name: str) -> ZoneInfo:
    """Return the IANA zone called `name`; raises InputError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as e:
        raise InputError(f"no time zone {name!r}: use an IANA name such as Europe/Oslo or UTC") from e


def local_zone_name() -> str:
    """Return the IANA name of this computer's zone, or UTC if it is unknown."""
    named = os.environ.get("TZ", "")
    candidates = [named.lstrip(":")]
    if os.name == "nt":  # Windows has names of its own for zones
        candidates.append(importlib.import_module("tzlocal").get_localzone_name())
    link = Path("/etc/localtime")
    if link.is_symlink():
        candidates.append(str(link.resolve()).partition("zoneinfo/")[2])
    for name in candidates:
        if name:
            try:
                return ZoneInfo(name).key
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return "UTC"
