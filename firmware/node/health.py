"""Checks the sensor once per start, before the first sample; then it is unloaded. SPEC.md, "Health"."""

import node
from nodecore import protocol


def examine(board):
    """Return the sensor's self-test (3 x mg), its noise (3 x 0.1 mg) and the flags of SPEC.md; zeros if it is deaf.

    Takes two seconds, and the node should lie still. Never raises.
    """

    def wait(ms):
        until_ms = board.now_ms() + ms
        while board.now_ms() < until_ms:
            board.idle_ms(until_ms - board.now_ms())

    try:
        from drivers import lsm6ds3tr_c_check as check

        board.imu.wait()
        moved_mg, passed = check.self_test(board.imu, wait)
        flags = protocol.SELF_TESTED | (protocol.SELF_TEST_PASSED if passed else 0)
        noise = [min(one, 0xFFFF) for one in check.noise(board.imu, wait)]
        return tuple(moved_mg + noise + [flags])
    except Exception:
        return (0,) * 7  # the program restarts the sensor, and logs a fault if it stays silent
    finally:
        node.unload("drivers.lsm6ds3tr_c_check")
