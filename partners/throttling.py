"""How often a partner may ask: a fixed window per caller and class of route, counted atomically in Redis."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView

WINDOW_MS = 60_000
# Redis is on the same network: an answer that takes longer counts as none.
TIMEOUT_SECONDS = 0.25
# After a failure requests are served uncounted for so long before Redis is asked again.
REST_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a caller has used of its window: requests so far, requests allowed, seconds until the next."""

    count: int
    limit: int
    reset: int

    @property
    def is_over(self) -> bool:
        return self.count > self.limit

    def headers(self) -> dict[str, str]:
        """The RateLimit-* headers of every answer."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(self.limit - self.count, 0)),
            "RateLimit-Reset": str(self.reset),
        }


class Counter:
    """Counts in Redis. When it does not answer, nothing is counted for a while, and that is logged once."""

    def __init__(self, location: str) -> None:
        self._redis = Redis.from_url(
            location,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._rests_until = 0.0
        self._is_down = False

    def count(self, name: str) -> tuple[int, int] | None:
        """Count one request; return how many the window has and its milliseconds left, None without Redis.

        One MULTI of INCR, PEXPIRE NX and PTTL: no two callers get the same number, and no counter is left
        without an end. The window starts with its first request and uses no clock but that of Redis.
        """
        if time.monotonic() < self._rests_until:
            return None
        key = f"factcheck:rate:{name}"
        try:
            with self._redis.pipeline(transaction=True) as pipe:
                pipe.incr(key)
                pipe.pexpire(key, WINDOW_MS, nx=True)
                pipe.pttl(key)
                used, _, left = pipe.execute()
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            if not self._is_down:
                log.warning("rate limits are off: Redis does not answer", error=str(error))
            self._is_down = True
            return None
        if self._is_down:
            log.info("rate limits are on again")
            self._is_down = False
        return int(used), max(int(left), 0)


_counters: dict[str, Counter] = {}


def counter() -> Counter:
    """This process's counter of the configured Redis."""
    location = str(settings.CACHES["default"]["LOCATION"])
    if location not in _counters:
        _counters[location] = Counter(location)
    return _counters[location]


class KeyThrottle(BaseThrottle):
    """Counts per key, or per client address for anonymous readers, and per the view's `route_class`."""

    usage: Usage | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request and leave the usage on it for the headers; True when Redis does not answer."""
        who, limit = _caller(request)
        counted = counter().count(f"{who}:{getattr(view, 'route_class', 'other')}")
        if counted is None:
            return True
        self.usage = Usage(counted[0], limit, -(-counted[1] // 1000))
        request._request.META["factcheck.usage"] = self.usage
        return not self.usage.is_over

    def wait(self) -> float | None:
        """Seconds until the next window."""
        return self.usage.reset if self.usage else None


def _caller(request: Request) -> tuple[str, int]:
    if request.auth is not None:
        return f"key:{request.auth.pk}", settings.RATE_KEY_PER_MINUTE
    return f"from:{network(request.META.get('REMOTE_ADDR', ''))}", settings.RATE_ANONYMOUS_PER_MINUTE


def network(address: str) -> str:
    """Whom an address stands for: itself, or its /64, of which one IPv6 client owns every address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False).network_address)
    return str(ip)
