"""What the wiring asks of this machine's loopback ports: is one free, does a page answer; nothing outward."""

import http.client
import socket
from collections.abc import Iterable, Mapping

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: ignore TIME_WAIT
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def first_free(ports: Iterable[int]) -> int:
    """Return the first free one of `ports`; raises LookupError when none is."""
    for port in ports:
        if is_free(port):
            return port
    raise LookupError("none of the ports is free")


def status_of(port: int, path: str, *, headers: Mapping[str, str] | None = None, timeout: float = 5) -> int | None:
    """The HTTP status of a GET on 127.0.0.1, or None when nothing answers within `timeout` seconds."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
