"""The errors, by room. Each message is one line: what, where, what to do.

The command line returns a code for each, which scripts may rely on: 0 done, 1 a fault in Ambula itself, 2 wrong usage
(as every command line has it), 3 to 10 as below (8: `check` says no-go), 130 stopped by Ctrl-C, 141 no reader.
"""


class AmbulaError(Exception):
    """Any failure that a user can act on; `exit_code` is what the command line returns."""

    exit_code = 1


class InputError(AmbulaError):
    """A file or a setting that the user named is not what it should be, or a result cannot be written there."""

    exit_code = 3


class StoreError(AmbulaError):
    """The store cannot be opened, is not a store, is from a newer Ambula, or is locked."""

    exit_code = 4


class TransportError(AmbulaError):
    """No radio, no such node, link lost, or no answer in time."""

    exit_code = 5


class ProtocolError(AmbulaError):
    """A peer that answers, but not as an Ambula node would."""

    exit_code = 6


class SimulatorError(AmbulaError):
    """The virtual nodes cannot run here, or one of them died."""

    exit_code = 7


class BoardError(AmbulaError):
    """A board on USB that cannot be flashed or set up as it is."""

    exit_code = 9


class MissingPart(AmbulaError):
    """A library that this needs is not installed here, or one that the system must have."""

    exit_code = 10
