"""The catalogue's redirects, certificates and name servers; the stages they name are set in `catalogue_stage`."""

from __future__ import annotations

from tests.sources.catalogue import (
    HALF,
    HTML,
    INNER,
    OPEN,
    PAGE,
    at_end,
    cut,
    found,
    hops,
    nothing,
    refused,
    silent,
    to,
)
from tests.sources.loopback import answer

REDIRECTS = {
    "redirect-self": refused(hops(lambda path: path), "redirects", hops=6),
    "h90": refused(hops(lambda path: "/b" if path == "/a" else "/a"), "redirects", hops=6),
    "h91": refused(hops(lambda path: f"{path}x"), "redirects", hops=6),
    "h92": nothing(hops(lambda path: f"{path}x", every=0.6), "timeout", hops=1),
    "h93": nothing(to(""), "302"),
    "h94": nothing(answer(b"", status="302 Found"), "302"),
    "redirect-userinfo": refused(to("http://ana:secret@example.org/"), "userinfo", hops=1),
    "redirect-port": refused(to("http://example.org:22/"), "port", hops=1),
    "h97": refused(to("file:///etc/passwd"), "scheme", hops=1),
    "h98": refused(to("gopher://127.0.0.1:70/_x"), "scheme", hops=1),
    "h99": found(at_end(to("/moved/a%0d%0aSet-Cookie:%20a=1"), answer(PAGE, HTML)), hops=1),
    "redirect-crlf-raw": found(at_end(to("/moved/a\r\nSet-Cookie: a=1"), answer(PAGE, HTML)), hops=1),
    "redirect-long": nothing(to(f"/{'a' * 100_000}"), "too_large_headers"),
    "redirect-too-long": refused(to(f"/{'a' * 10_000}"), "too_long", hops=1),
    "h101": refused(to(INNER), "", hops=1, stage="each vector"),
    "h102": nothing(to("http://rebind.example/"), "connect", hops=1, stage="rebinding"),
    "h103": found(answer(PAGE, HTML), hops=1, stage="downgrade"),
    "two-locations": nothing(
        answer(b"", "Location: /a", "Location: http://127.0.0.1/", status="302 Found"), "protocol"
    ),
    "redirect-permanent": found(
        at_end(to("/moved/notice", status="301 Moved"), answer(PAGE, HTML)), outcome="redirected", hops=1
    ),
}
TLS = {
    "tls-expired": nothing(answer(PAGE, HTML), "tls", stage="expired"),
    "tls-self-signed": nothing(answer(PAGE, HTML), "tls", stage="self-signed"),
    "tls-wrong-host": nothing(answer(PAGE, HTML), "tls", stage="wrong host"),
    "h111": found(answer(PAGE, HTML), stage="revoked"),
    "h114": nothing(answer(PAGE, HTML), "tls", stage="huge chain"),
    "h116": found(answer(PAGE, HTML), stage="by name"),
    "h118": nothing(answer(PAGE, HTML), "protocol", stage="TLS on the plain port"),
    "plain-on-443": nothing(answer(PAGE, HTML), "tls", stage="plain on the TLS port"),
    "tls-handshake-hangs": nothing(silent, "timeout", stage="plain on the TLS port"),
    "tls-cut": cut(OPEN + HALF, stage="secure"),
}
DNS = {
    "dns-nxdomain": nothing(b"", "dns", stage="no such name"),
    "dns-servfail": nothing(b"", "dns", stage="server failure"),
    "h122": nothing(b"", "dns", stage="no reply"),
    "h123": found(answer(PAGE, HTML), stage="1,000 addresses"),
    "h124": refused(b"", "address", stage="mixed"),
    "h125": refused(b"", "address", stage="alternating"),
    "h126": refused(b"", "address", stage="mapped"),
    "dns-scoped": refused(b"", "address", stage="scoped"),
    "h128": refused(b"", "address", stage="inner CNAME"),
    "h129": refused(to(f"http://{'a' * 64}.example/"), "host", hops=1),
    "h130": refused(to(f"http://{'a.' * 124}example/"), "host", hops=1),
    "h131": found(answer(PAGE, HTML), stage="underscore"),
    "dns-idn": found(answer(PAGE, HTML), stage="IDN"),
}
