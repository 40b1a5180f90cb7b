"""The guard beside a supervisor: when the supervisor is killed, it stops whatever the supervisor had started.

Runs as a file of its own, on the standard library alone, so that it costs little. It reads lines `+PID` and
`-PID` (leaders of process groups); the end of its input is the end of the supervisor, whatever ended it.
"""

import os
import signal
import sys
import time


def _signal_all(groups: set[int], number: int) -> None:
    for group in groups.copy():
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            groups.discard(group)


def main(grace: float) -> None:
    """Follow the list until the input ends; then end what is left, politely for `grace` seconds."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    deadline = time.monotonic() + grace
    _signal_all(groups, signal.SIGTERM)
    while groups and time.monotonic() < deadline:
        time.sleep(0.1)
        _signal_all(groups, 0)
    _signal_all(groups, signal.SIGKILL)


if __name__ == "__main__":
    main(float(sys.argv[1]))
