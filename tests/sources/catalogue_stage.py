"""Where the catalogue's behaviours are played: origins, name servers, certificates, and a look at the memory."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pytest

from sources.fetching import Egress, Fetched, Limits, connecting
from tests.sources.authority import Authority
from tests.sources.catalogue import Played
from tests.sources.loopback import AGENT, PUBLIC, REAL_DIAL, Origin, Script, Visit, answer, read_leniently
from tests.sources.spellings import INNER, ipv6_forms, number_forms

SECONDS = 1.0
LIMITS = Limits(connect_seconds=SECONDS, deadline_seconds=SECONDS)
PATH = "/news/notice"
AT_HOME = "93.184.216.4"  # the one public address at which somebody is: the stage's first origin
REAL_PEER = connecting._peer


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedEgress(Egress):
    """Notes how long each fetch took, in seconds."""

    took: list[float] = field(default_factory=list)

    def fetch(
        self, url: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Fetched:
        began = time.monotonic()
        try:
            return Egress.fetch(self, url, method=method, body=body, headers=headers or {})
        finally:
            self.took.append(time.monotonic() - began)


@dataclass
class Stage:
    """Origins, name servers and certificates of one behaviour, and the egress that may reach them."""

    serve: Callable[..., Origin]
    authority: Authority
    patch: pytest.MonkeyPatch
    allow: set[tuple[str, int]] = field(default_factory=set)
    origins: list[Origin] = field(default_factory=list)
    answers: Callable[[str], Sequence[str]] = lambda host: [PUBLIC]
    dialled: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    at_home: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.patch.setattr(connecting, "dial", self._dial)
        self.patch.setattr(connecting, "_peer", lambda sock: AT_HOME if sock in self.at_home else REAL_PEER(sock))

    def _dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append(address)
        if (address, port) in {origin.pair for origin in self.origins}:
            return REAL_DIAL(address, port, seconds)
        if address == AT_HOME:
            self.at_home.append(REAL_DIAL(*self.origins[0].pair, seconds))
            return self.at_home[-1]
        raise ConnectionRefusedError("the tests stay on this machine")

    def egress(self) -> TimedEgress:
        return TimedEgress(
            user_agent=AGENT, allow=frozenset(self.allow), limits=LIMITS, resolve=self.answers, took=self.took
        )

    def plain(self, script: Script | bytes, **options: object) -> Origin:
        origin = self.serve(script, **options)
        self.origins.append(origin)
        self.allow.add(origin.pair)
        return origin

    def secure(self, script: Script | bytes, context: ssl.SSLContext) -> str:
        origin = self.plain(script, tls=context)
        self.allow.add(("localhost", origin.port))
        self.answers = lambda host: ["127.0.0.1"]
        return origin.url(PATH, scheme="https", host="localhost")

    def named(self, host: str, script: Script | bytes, *answers: Sequence[str]) -> str:
        self.plain(script)
        in_turn = cycle(answers)
        self.answers = lambda host: next(in_turn)
        return f"http://{host}{PATH}"


def urls_on(stage: Stage, played: Played) -> list[str]:
    """Set the stage; where to go."""
    if played.stage in SECURE:
        return [SECURE[played.stage](stage, played.script)]
    if played.stage in NAME_SERVERS:
        return [stage.named("news.example", played.script, *NAME_SERVERS[played.stage])]
    return SETTINGS[played.stage](stage, played.script)


NAME_SERVERS: dict[str, tuple[Sequence[str], ...]] = {
    "1,000 addresses": ([*[PUBLIC] * 3, *[AT_HOME] * 997],),
    "mixed": ([PUBLIC, "10.0.0.5"],),
    "alternating": (["127.0.0.1"], [PUBLIC]),
    "mapped": (["::ffff:127.0.0.1"],),
    "scoped": ([PUBLIC, "fe80::1%eth0"],),
    "inner CNAME": (["192.168.1.5"],),
}


def by_name(stage: Stage, script: Script | bytes) -> str:
    """A server that has the right certificate for whoever names the host, and another one for all others."""
    unnamed, named = stage.authority.server("other.example"), stage.authority.server("localhost")

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.context = named if name == "localhost" else unnamed

    unnamed.sni_callback = choose
    return stage.secure(script, unnamed)


def self_signed(stage: Stage, script: Script | bytes) -> str:
    """A certificate of an authority that nobody knows."""
    (folder := stage.authority.folder / "own").mkdir()
    return stage.secure(script, Authority(folder).server("localhost"))


def downgrade(stage: Stage, script: Script | bytes) -> str:
    """From https to http."""
    plain = stage.plain(script).url("/moved")
    return stage.secure(answer(b"", f"Location: {plain}", status="302 Found"), stage.authority.server("localhost"))


SECURE: dict[str, Callable[[Stage, Script | bytes], str]] = {
    "secure": lambda stage, script: stage.secure(script, stage.authority.server("localhost")),
    "expired": lambda stage, script: stage.secure(script, stage.authority.server("localhost", days=-1)),
    "wrong host": lambda stage, script: stage.secure(script, stage.authority.server("other.example")),
    "revoked": lambda stage, script: stage.secure(script, stage.authority.server("localhost", revoked=True)),
    "huge chain": lambda stage, script: stage.secure(script, stage.authority.server("localhost", padding=1_000_000)),
    "self-signed": self_signed,
    "by name": by_name,
    "downgrade": downgrade,
}


def each_vector(stage: Stage, script: Script | bytes) -> list[str]:
    """Pages that redirect to inner addresses, each in another spelling."""
    spelt = [form for dotted in INNER for form in (*number_forms(dotted), *ipv6_forms(dotted))]
    locations = [f"http://{form}/".encode() for form in spelt[:: len(spelt) // 20]]

    def leads_inside(visit: Visit) -> None:
        location = locations[int(visit.path.rpartition("/")[2])]
        visit.send(b"HTTP/1.1 302 Found\r\nLocation: %b\r\n\r\n" % location)

    stage.answers = read_leniently
    origin = stage.plain(leads_inside)
    return [origin.url(f"/news/{number}") for number in range(len(locations))]


def rebinding(stage: Stage, script: Script | bytes) -> list[str]:
    """A page that redirects to a name which is public when first asked for, and inner from then on."""
    in_turn = cycle([[PUBLIC], ["127.0.0.1"]])
    stage.answers = lambda host: next(in_turn)
    return [stage.plain(script).url(PATH)]


def failing(error: OSError | None) -> Callable[[Stage, Script | bytes], list[str]]:
    """A name server that answers with an error, or not at all."""

    def resolve(host: str) -> Sequence[str]:
        if error:
            raise error
        time.sleep(SECONDS + 0.2)
        return [PUBLIC]

    def urls(stage: Stage, script: Script | bytes) -> list[str]:
        stage.answers = resolve
        return [f"http://away.example{PATH}"]

    return urls


SETTINGS: dict[str, Callable[[Stage, Script | bytes], list[str]]] = {
    "plain": lambda stage, script: [stage.plain(script).url(PATH)],
    "each vector": each_vector,
    "rebinding": rebinding,
    "TLS on the plain port": lambda stage, script: [
        stage.plain(script, tls=stage.authority.server("127.0.0.1")).url(PATH)
    ],
    "plain on the TLS port": lambda stage, script: [stage.plain(script, reads=False).url(PATH, scheme="https")],
    "no such name": failing(socket.gaierror(socket.EAI_NONAME, "Name or service not known")),
    "server failure": failing(socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")),
    "no reply": failing(None),
    "underscore": lambda stage, script: [stage.named("my_news.example", script, [AT_HOME])],
    "IDN": lambda stage, script: [stage.named("nachrichten-bücher.example", script, [AT_HOME])],
}


class Memory:
    """The most that this process and its reading child hold from now on, over what they hold now, in megabytes."""

    def __init__(self, child: Callable[[], int | None]) -> None:
        self._child = child
        before = child()
        for pid in (os.getpid(), before):
            if pid:
                Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._own = status_of(os.getpid(), "VmRSS")
        self._childs = status_of(before, "VmRSS") if before else 0

    def growth(self) -> tuple[float, float]:
        """Of this process and of its child; 0 for a child that was ended meanwhile, as its own limits demand."""
        after = self._child()
        child = status_of(after, "VmHWM") - self._childs if after else 0
        return status_of(os.getpid(), "VmHWM") - self._own, child


def status_of(pid: int, name: str) -> float:
    """A line of /proc/PID/status, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1_024 for line in lines if line.startswith(name))
