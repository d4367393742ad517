"""Virtual time of the simulated board: it jumps while nobody watches, stands still, or runs with the wall clock.

A controller outside (the host's simulator) writes lines to standard input:

    run MS      pass virtual time at full speed up to MS (UTC ms), then stand still and wait for the next line
    step MS     pass virtual time up to MS, but wait with open ears: standing still, `@? MS HEARD` tells until when the
                firmware waits and how many events of its radio it has taken, and a further one wakes it
    live        run with the wall clock from now on, until the next `run`: for when a laptop is near; what is left of
                the firmware's start, its sensor's self-test, still passes at full speed
    tap         the wearer double-taps the node
    battery MV  the cell's voltage from now on
    usb IN      1: a computer is plugged in; 0: it is not
    power       tell what the power model wants, since power-up: `@= BUS_BYTES RADIO_MS`, then the ms spent in each
                state of the firmware's, then how often it was entered
    heap        collect, and tell how many bytes are free and in use: `@= FREE ALLOCATED`
    quit        pull the plug, now

and reads lines from standard output: `@ MS` when time stands still at MS, `@.. MS` now and then on the way. Everything
else on standard output is the firmware's own. What the tick, sleep and the watchdog do on a board, and which of it is
emulated: README.md beside this file, "Tick and sleep".
"""

import gc
import select
import sys
import time

import machine
import simulation
from micropython import const

_RUN = const(114)  # "r", and so on
_STEP = const(115)
_LIVE = const(108)
_TAP = const(116)
_BATTERY = const(98)
_USB = const(117)
_POWER = const(112)
_HEAP = const(104)
_QUIT = const(113)

_PROGRESS_MS = 1800000
_WATCHDOG_MS = 60000
_HALF_DAY_S = 43200
_TAP_MS = 20  # a tap that nobody has read yet keeps the board awake


class VirtualTime:
    """The one time of the board: `now_ms` is UTC in ms by a perfect clock, `tick_ms` what the board counts."""

    def __init__(self, start_ms, tick_ppm=0, tick_noon_ppm=None):
        self.now_ms = start_ms
        # How much faster than true time the board's tick runs while it sleeps, at midnight and at noon; in between
        # linear, as temperature might have it.
        self._tick_ppm = tick_ppm
        self._tick_noon_ppm = tick_ppm if tick_noon_ppm is None else tick_noon_ppm
        self._ahead_ms = self._ahead_ns = 0  # of the tick
        self.tapped = False
        self.battery_mv = 4000
        self.radio = None  # set by boot: the bluetooth stand-in
        self.radio_ms = 0
        self.on_usb = False
        self._fed_ms = start_ms
        self._is_up = False  # the firmware's main loop has begun
        self._granted_ms = start_ms
        self._live = self._stepping = False
        self._live_from_ms = 0
        self._wall_from_ms = 0
        self._reported_ms = start_ms
        self._spent_us = 0  # less than a millisecond
        self._radio_on = False
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def spend_us(self, us):
        """The chip is busy with its bus or its flash: nothing else runs, not even an IRQ of the radio."""
        us += self._spent_us
        self.now_ms += us // 1000
        if self._radio_on:
            self.radio_ms += us // 1000
        self._spent_us = us % 1000

    def feed(self):
        """The watchdog, which boot has armed, is content for another minute."""
        self._fed_ms = self.now_ms
        self._is_up = True

    @property
    def tick_ms(self):
        """What the board counts: ESP-IDF times light sleep by a calibration that cuts off parts of a cycle."""
        return self.now_ms + self._ahead_ms

    def true_ms(self, ms):
        """Return how long a sleep of `ms` by the board's tick takes."""
        return ms - ms * self._ppm() // 1000000

    def _ppm(self):
        second = self.now_ms // 1000 % (2 * _HALF_DAY_S)
        to_midnight_s = min(second, 2 * _HALF_DAY_S - second)
        return self._tick_ppm + (self._tick_noon_ppm - self._tick_ppm) * to_midnight_s // _HALF_DAY_S

    def sleep_ms(self, ms):
        """Be `time.sleep_ms` to a driver whose chip needs a pause; the radio's IRQs run in it, if it is on."""
        self.pass_ms(ms, self.radio is not None and self.radio.BLE().active(), False)

    def pass_ms(self, ms, radio_on, asleep=True):
        """Let at most `ms` pass; the radio, or in sleep a tap, may end it early. IRQs of the radio run inside it."""
        if self.now_ms - self._fed_ms > _WATCHDOG_MS:
            machine.reset("watchdog")
        began_ms = self.now_ms
        target_ms = began_ms + ms
        self._radio_on = radio_on
        try:
            while not self._live and target_ms > self._granted_ms:
                if self._stepping:
                    if self._stand_listening(target_ms, radio_on):
                        break
                else:
                    self._stand_still()
            if self._stepping:
                self.now_ms = max(self.now_ms, min(target_ms, self._granted_ms))
            elif self._live and not (self._is_up or asleep):
                self.now_ms = target_ms
                self._start_wall_clock()
            elif self._live:
                self._follow_wall_clock(target_ms, radio_on, asleep)
            else:
                self._jump(min(target_ms, self.now_ms + _TAP_MS) if asleep and self.tapped else target_ms)
        except OSError:
            sys.exit(0)  # nobody holds the other ends any longer: the plug is pulled, and no firmware may go on
        if asleep:
            self._ahead_ns += (self.now_ms - began_ms) * self._ppm()
            self._ahead_ms += self._ahead_ns // 1000000
            self._ahead_ns %= 1000000
        if radio_on:
            self.radio_ms += self.now_ms - began_ms
            self.radio.dispatch()

    def _jump(self, target_ms):
        self.now_ms = target_ms
        if target_ms - self._reported_ms >= _PROGRESS_MS:
            self._reported_ms = target_ms
            print("@..", target_ms)

    def _stand_still(self):
        self.now_ms = max(self.now_ms, self._granted_ms)
        print("@", self.now_ms)
        self._obey(sys.stdin.readline())

    def _start_wall_clock(self):
        self._live_from_ms = self.now_ms
        self._wall_from_ms = time.ticks_ms()

    def _follow_wall_clock(self, target_ms, radio_on, asleep):
        stream = self.radio.event_stream() if radio_on else None
        if stream is not None:
            self._poll.register(stream, select.POLLIN)
        while self._live and not (asleep and self.tapped):
            wall_ms = time.ticks_diff(time.ticks_ms(), self._wall_from_ms)
            self.now_ms = max(self.now_ms, self._live_from_ms + wall_ms)
            if self.now_ms >= target_ms:
                break
            ready = self._poll.poll(target_ms - self.now_ms)
            if any(r[0] is sys.stdin for r in ready):
                self._obey(sys.stdin.readline())
            elif ready:
                break  # the radio has something to say
        if stream is not None:
            self._poll.unregister(stream)

    def _stand_listening(self, target_ms, radio_on):
        """Wait for the next line, or for the radio; return whether it was the radio."""
        self.now_ms = max(self.now_ms, self._granted_ms)
        stream = self.radio.event_stream() if radio_on else None
        if stream is not None:
            self._poll.register(stream, select.POLLIN)
        print("@?", target_ms, self.radio.heard())
        ready = [r[0] for r in self._poll.poll()]
        if stream is not None:
            self._poll.unregister(stream)
        if sys.stdin in ready:
            self._obey(sys.stdin.readline())
            return False
        return True

    def _obey(self, line):
        """Do what a line says, by its first letter: words would stay on the heap that the firmware is measured in."""
        words = line.split()
        what = ord(words[0][0]) if words else _QUIT
        number = int(words[1]) if len(words) > 1 else 0
        if what == _QUIT:
            sys.exit(0)
        if what == _RUN or what == _STEP:
            self._live = False
            self._stepping = what == _STEP
            self._granted_ms = number
        elif what == _LIVE:
            self._live = True
            self._stepping = False
            self._start_wall_clock()
        elif what == _TAP:
            self.tapped = True
        elif what == _POWER:
            power = simulation.power
            power.enter(power.state)
            print("@=", machine.bus_bytes, self.radio_ms, *power.spent_ms, *power.entered)
        elif what == _USB:
            self.on_usb = number == 1
        elif what == _BATTERY:
            self.battery_mv = number
        elif what == _HEAP:
            gc.collect()
            print("@=", gc.mem_free(), gc.mem_alloc())
