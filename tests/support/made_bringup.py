"""The file of a bring-up of a board that does not exist, with values by hand."""

from ambula.bringup.figures import Value
from ambula.bringup.order import ROW_OF
from ambula.bringup.reading import Reading
from ambula.bringup.results import BoardFacts, Bringup

DEVICE = "0102030405064333"


def made(device: str = DEVICE, platform: str = "esp32", **values: Value | None) -> Bringup:
    """Return a bring-up with these values; None: the figure was not measured, for want of an instrument."""
    board = BoardFacts(device, platform, "made up", "1.29.0", "v1.29.0 made up", "0.1.0", "00" * 32)
    bringup = Bringup(board)
    for row in dict.fromkeys(ROW_OF[name] for name in values):
        own = {name: value for name, value in values.items() if ROW_OF[name] == row}
        bringup.take(row, {n: Reading(v, why="" if v is not None else "no instrument") for n, v in own.items()})
    return bringup
