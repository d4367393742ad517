"""The wiring of a node, drawn from the pin table that the board file uses.

python hardware/wiring.py            # writes wiring.svg beside this file
python hardware/wiring.py --table    # prints the wires as a table, as BUILD.md has it
"""

import sys
from pathlib import Path

from wiring_drawing import draw
from wiring_nets import nets, read_pins, table

SVG = Path(__file__).with_name("wiring.svg")


def main(arguments: list[str]) -> int:
    """Write the drawing, or print the table; return the exit code."""
    try:
        pins = read_pins()
    except ValueError as e:
        print(e, file=sys.stderr)
        return 3
    if arguments == ["--table"]:
        print(table(pins), end="")
        return 0
    SVG.write_text(draw(pins), "utf-8")
    print(f"{SVG.name}: {len(nets(pins))} nets")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
