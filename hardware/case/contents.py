"""What goes into the case: each part's size and place, and where the size is from.

Millimetres. x runs along the body, the USB socket at -x, which is down when worn; y across; z away from the skin, 0 at
the skin. "assumed" says that no source gave the figure: measure yours before printing, and change it here.
"""

from dataclasses import dataclass

FLOOR_Z = 1.6  # inside of the base
BOARDS_Z = FLOOR_Z + 1.2  # on pads, so that solder joints and the cell's wires have room below
CAVITY_X, CAVITY_Y = 53.2, 38.8
CEILING_Z = 14.4
LEFT, BACK = -CAVITY_X / 2, -CAVITY_Y / 2  # where the cavity begins
FENCE = 1.2
GAP = 0.2  # between a board and a fence


@dataclass(frozen=True)
class Content:
    """The room of a part, a box or an upright cylinder in it: lowest corner, size, mass, free room at its sides."""

    name: str
    corner: tuple[float, float, float]
    size: tuple[float, float, float]
    mass_g: float
    source: str
    clearance: float = GAP
    is_round: bool = False

    @property
    def end(self) -> tuple[float, float, float]:
        """The opposite corner."""
        x, y, z = (a + b for a, b in zip(self.corner, self.size, strict=True))
        return x, y, z


XIAO_Y = BACK + 0.4
IMU_Y = XIAO_Y + 17.8 + FENCE + 2 * GAP
RTC_X = LEFT + 0.4 + 25.4 + FENCE + 2 * GAP
USB_Y = XIAO_Y + 17.8 / 2
USB_Z = BOARDS_Z + 1.2 + 3.26 / 2
LED_X, LED_Y = 19.6, -9.6
BUTTON_X, BUTTON_Y = 19.6, -2.0
MOTOR_X, MOTOR_Y = 19.9, 7.9

CONTENTS = (
    Content(
        "XIAO ESP32C3",
        (LEFT + GAP, XIAO_Y, BOARDS_Z),
        (21.0, 17.8, 4.5),
        3.0,
        "21 x 17.8 mm: RIOT's page of the board; height of board and socket, and mass, assumed",
    ),
    Content(
        "USB-C socket",
        (LEFT + GAP - 1.05, USB_Y - 8.94 / 2, BOARDS_Z + 1.2),
        (1.05, 8.94, 3.26),
        0.0,
        "stands out 1.05 mm: Seeed's KiCad footprint; 8.94 x 3.26 mm: usual shell of a USB-C socket, assumed",
        0.3,
    ),
    Content(
        "LSM6DS3TR-C breakout",
        (LEFT + 0.4, IMU_Y, BOARDS_Z),
        (25.4, 17.78, 4.6),
        2.0,
        "25.4 x 17.78 mm: Adafruit's board file of product 4503; height with its plug sockets, and mass, assumed",
    ),
    Content(
        "RV-3028 breakout",
        (RTC_X, -12.7, BOARDS_Z),
        (25.4, 25.4, 5.0),
        3.0,
        "about 25 x 25 mm: Core Electronics' video of the board; height with the supercapacitor, and mass, assumed",
    ),
    Content(
        "cell",
        (LEFT + 2.4, -15.0, 8.2),
        (37.0, 30.0, 5.3),
        10.5,
        "503035 is 5.0 x 30 x 35 mm by the usual size code; 2 mm for its protection board, 0.3 mm play, mass assumed",
    ),
    Content(
        "antenna",
        (-24.0, -BACK - 0.7, 2.0),
        (45.0, 0.5, 8.0),
        0.5,
        "assumed: no source gave the size of the flat antenna that comes with the board",
        0.05,
    ),
    Content("LED", (LED_X - 1.5, LED_Y - 1.5, 11.9), (3.0, 3.0, 4.1), 0.2, "3 mm LED, T-1 outline", 0.1, True),
    Content(
        "LED's flange", (LED_X - 1.95, LED_Y - 1.95, 10.8), (3.9, 3.9, 1.0), 0.0, "3 mm LED, T-1 outline", 0.0, True
    ),
    Content(
        "button", (BUTTON_X - 3.0, BUTTON_Y - 3.0, 9.7), (6.0, 6.0, 4.3), 0.3, "6 x 6 x 4.3 mm, as it is sold", 0.2
    ),
    Content(
        "haptic motor",
        (MOTOR_X - 5.0, MOTOR_Y - 5.0, 11.6),
        (10.0, 10.0, 2.7),
        1.0,
        "10 x 2.7 mm, as it is sold; optional",
        is_round=True,
    ),
    Content(
        "haptic driver",
        (MOTOR_X - 5.0, MOTOR_Y - 4.0, 8.3),
        (10.0, 8.0, 2.6),
        0.5,
        "assumed: a piece of strip board; optional",
        0.1,
    ),
    Content(
        "divider resistors",
        (LEFT + GAP + 21.0 + GAP + FENCE + GAP, XIAO_Y + 2.0, BOARDS_Z),
        (2.5, 13.2, 2.5),
        0.4,
        "two of 0.25 W end to end, 6.3 x 2.4 mm each: usual axial outline",
        0.1,
    ),
)

# Outside: the largest plug that the opening has to take.
PLUG_SIZE = (12.35, 6.5)  # across y and z: largest overmold that the USB Type-C specification allows
