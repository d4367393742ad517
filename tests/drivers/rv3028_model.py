"""A register-level model of the RV-3028-C7, from Micro Crystal's application manual, with its own numbers.

In time that the test moves. What the chip does, and which of it is modelled: firmware/boards/sim/README.md, "Clock".
"""

import math

BUSY_MS = 63
POWER_UP_MS = 66
CHARGED_V = 3.0  # 3.3 V less a Schottky diode
LEAST_V = 2.0  # below it level switching does not switch over


class Rv3028Model:
    """Time is moved by the test: `pass_ms`. All I2C goes through the three memory calls of `machine.I2C`."""

    def __init__(self, utc_s: int = 0) -> None:
        self.eeprom = {0x37: 0x10}
        self.supply = True
        self.backup_v = 0.0
        self.fails = 0  # how many transactions fail from now on
        self.steps_ms_a_read = 0  # time that passes with each byte read
        self._power_up(utc_s)

    def _power_up(self, utc_s: int = 0) -> None:
        self.ms = utc_s * 1000  # the counter with its prescaler
        self.registers = bytearray(64)
        self.registers[0x0E] = 0x01
        self.busy_ms = POWER_UP_MS
        self._is_loading = True  # the mirror, from the EEPROM
        self._commands: list[int] = []

    def pass_ms(self, ms: int) -> None:
        """Let time pass."""
        self.ms += ms
        self.busy_ms = max(0, self.busy_ms - ms)
        if self._is_loading and not self.busy_ms:
            self._is_loading = False
            self.registers[0x37] = self.eeprom[0x37]
        if self.registers[0x37] & 0x20:
            time_constant_ms = 100 * (3, 5, 9, 15)[self.registers[0x37] & 3] * 1000
            self.backup_v += (CHARGED_V - self.backup_v) * (1 - math.exp(-ms / time_constant_ms))

    def cut_supply(self, backup_is_good: bool = True) -> None:
        """Take the supply away and bring it back; without a switch-over, or a backup, the chip starts afresh."""
        mode = self.registers[0x37] >> 2 & 3
        if not backup_is_good or self.backup_v < LEAST_V or mode not in (1, 3):
            self._power_up()

    # ---- machine.I2C

    def readfrom_mem_into(self, address: int, register: int, buf: bytearray) -> None:
        self._on_bus(address)
        for i in range(len(buf)):
            buf[i] = self._get(register + i)

    def readfrom_mem(self, address: int, register: int, count: int) -> bytes:
        buf = bytearray(count)
        self.readfrom_mem_into(address, register, buf)
        return bytes(buf)

    def writeto_mem(self, address: int, register: int, data: bytes) -> None:
        self._on_bus(address)
        for i, value in enumerate(data):
            self._set(register + i, value)

    def _on_bus(self, address: int) -> None:
        if address != 0x52:
            raise OSError(19)
        if self.fails:
            self.fails -= 1
            raise OSError(19)  # on the esp32 port whatever goes wrong on the bus is ENODEV

    def _get(self, register: int) -> int:
        self.pass_ms(self.steps_ms_a_read)
        if 0x1B <= register <= 0x1E:
            return self.ms // 1000 >> 8 * (register - 0x1B) & 0xFF
        if register == 0x0E:
            return self.registers[register] | (0x80 if self.busy_ms else 0)
        return self.registers[register]

    def _set(self, register: int, value: int) -> None:
        if 0x1B <= register <= 0x1E:
            shift = 8 * (register - 0x1B)
            seconds = self.ms // 1000 & ~(0xFF << shift) | value << shift
            self.ms = seconds * 1000 + self.ms % 1000
        elif register == 0x0E:
            self.registers[register] &= value  # flags can be cleared, not set
        elif register == 0x10:
            if value & 1:
                self.ms -= self.ms % 1000
            self.registers[register] = value & ~1
        elif register == 0x27:
            self._command(value)
        elif register == 0x37 and self.registers[0x0F] & 0x08 == 0:
            pass  # the automatic refresh would overwrite it; the manual wants EERD set
        else:
            self.registers[register] = value

    def _command(self, value: int) -> None:
        if self.busy_ms:
            return
        if value == 0x11 and self._commands[-1:] == [0x00]:
            self.eeprom[0x37] = self.registers[0x37]
            self.busy_ms = BUSY_MS
        self._commands.append(value)
