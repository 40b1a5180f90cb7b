"""Reading from the environment which outside archives the desk asks: none, unless somebody names them."""

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from factcheck.environment import env, read

_SECRET = re.compile(r"[\x21-\x39\x3b-\x7e]+")  # what a header can carry, without the colon between key and secret


class SavePageNow(NamedTuple):
    """Where captures are asked for, and the account's key and secret; all empty while it is off."""

    url: str
    key: str
    secret: str


def timegate() -> str:
    """Read the Memento TimeGate: the address that the address of a page is appended to, or nothing."""
    return read(
        "FACTCHECK_MEMENTO_TIMEGATE",
        lambda raw: raw and _address(raw, {"http", "https"}) + ("" if raw.endswith(("/", "=")) else "/"),
        "",
        fix="the address of a Memento TimeGate such as https://web.archive.org/web/, or leave it empty",
    )


def save_page_now(*, allow: Collection[tuple[str, int]]) -> SavePageNow:
    """Read where Save Page Now is asked and on whose account; plain http only for a pair on this machine."""

    def parse(raw: str) -> str:
        parts = urlsplit(raw)
        on_this_machine = (parts.hostname, parts.port) in allow
        return raw and _address(raw, {"http", "https"} if on_this_machine else {"https"}).rstrip("/")

    url = read("FACTCHECK_SAVE_PAGE_NOW_URL", parse, "", fix="https://web.archive.org/save, or leave it empty")
    account = {
        "FACTCHECK_SAVE_PAGE_NOW_URL": url,
        "FACTCHECK_SAVE_PAGE_NOW_KEY": env.str("FACTCHECK_SAVE_PAGE_NOW_KEY", default=""),
        "FACTCHECK_SAVE_PAGE_NOW_SECRET": env.str("FACTCHECK_SAVE_PAGE_NOW_SECRET", default=""),
    }
    missing = [name for name, value in account.items() if not value]
    if 0 < len(missing) < len(account):
        raise ImproperlyConfigured(
            f"{' and '.join(missing)} must be set, too: address, key and secret of Save Page Now go together. "
            "Set all three, or none."
        )
    for name in ("FACTCHECK_SAVE_PAGE_NOW_KEY", "FACTCHECK_SAVE_PAGE_NOW_SECRET"):
        if account[name] and not _SECRET.fullmatch(account[name]):  # its value is not repeated: it is a secret
            raise ImproperlyConfigured(f"{name} holds a character that no key has. Copy it afresh, without spaces.")
    return SavePageNow(*account.values())


def _address(raw: str, schemes: Collection[str]) -> str:
    """The address as it is, when it is a plain one of these schemes."""
    parts = urlsplit(raw)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"not an address that starts with {' or '.join(sorted(schemes))}://")
    if parts.username is not None or parts.fragment:
        raise ValueError("a name, a password or a # in it")
    return raw
