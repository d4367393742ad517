"""The standard Bluetooth services that phones and apps know. Loaded only where the settings' `phone` wants them.

SPEC.md, "Standard services", gives bytes and sources. Anyone nearby can read them.
"""

import struct

import bluetooth

from node import FIRMWARE
from nodecore import activity, record
from nodecore.compat import const

# The scan response's part: an incomplete list of 16-bit services, with the one by which apps look for a foot pod.
FOUND_BY = b"\x03\x02\x14\x18"

_IS_RUNNING = const(0x04)
_RUNNING_IS_TOLD = const(0x0004)
_EMPTY_MV = const(3400)
_MV_A_PERCENT = const(8)


def services():
    """Return the table of Battery, Device Information, Running Speed and Cadence; `start` wants its handles."""
    read = bluetooth.FLAG_READ
    uuid = bluetooth.UUID
    return (
        (uuid(0x180F), ((uuid(0x2A19), read),)),
        (uuid(0x180A), ((uuid(0x2A24), read), (uuid(0x2A26), read))),
        (uuid(0x1814), ((uuid(0x2A53), bluetooth.FLAG_NOTIFY), (uuid(0x2A54), read))),
    )


def start(ble, handles, app):
    """Fill in the values that can be read; return the handle for `tell`."""
    (battery,), (model, revision), (measurement, feature) = handles
    app.measure()
    ble.gatts_write(battery, bytes((percent(app.battery_mv),)))
    ble.gatts_write(model, b"Ambula")
    ble.gatts_write(revision, b"%d.%d.%d" % FIRMWARE)
    ble.gatts_write(feature, struct.pack("<H", _RUNNING_IS_TOLD))
    return measurement


def tell(ble, measurement, rec):
    """Tell who has subscribed what an epoch's record says of the gait; raises OSError if the radio fails."""
    what = rec[record.ACTIVITY] & 15
    cadence = rec[record.CADENCE]
    # Walking speed at 1.70 m, as the host estimates it: 0.0061 m/spm x cadence^2 / 60, in 1/256 m/s.
    speed = cadence * cadence * 26 // 999 if what == activity.WALKING else 0
    flags = _IS_RUNNING if what == activity.RUNNING else 0
    strides_a_minute = (cadence + 1) // 2  # the service counts one foot's contacts; apps double them
    ble.gatts_write(measurement, struct.pack("<BHB", flags, speed, strides_a_minute), True)


def percent(mv):
    """Return the battery level of a lithium cell at `mv` on a straight line from 3.4 to 4.2 V: a rough guess."""
    return max(0, min(100, (mv - _EMPTY_MV) // _MV_A_PERCENT))
