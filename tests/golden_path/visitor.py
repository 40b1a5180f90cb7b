"""Somebody with a browser that runs no script: signs in, follows forms, reads pages."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass
class Page:
    """An answer: where it came from, its status, its text."""

    url: str
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.body)

    @property
    def text(self) -> str:
        body = self.tree.body
        return re.sub(r"\s+", " ", body.text(separator=" ")) if body else ""

    def json(self) -> Any:
        return json.loads(self.body)

    def links(self, part: str) -> list[str]:
        """The targets of all links that contain `part`, in order, each once."""
        found = [a.attributes.get("href") or "" for a in self.tree.css("a")]
        return list(dict.fromkeys(href for href in found if part in href))


class Visitor:
    """One person, or one partner's program with its key."""

    def __init__(self, base: str, *, key: str = "") -> None:
        self.base = base
        self._headers = {"Authorization": f"Api-Key {key}"} if key else {}
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Page:
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.base, path), headers=self._headers))

    def post(self, path: str, fields: list[tuple[str, str]]) -> Page:
        url = urllib.parse.urljoin(self.base, path)
        headers = {**self._headers, "Referer": url}
        data = urllib.parse.urlencode(fields).encode()
        return self._open(urllib.request.Request(url, data=data, headers=headers))

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Page(answer.url, answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.url or "", error.code, error.read().decode(), dict(error.headers))

    def sign_in(self, name: str, password: str) -> None:
        page = self.submit("/admin/login/", username=name, password=password)
        assert "/login/" not in page.url, f"{name} cannot sign in"

    def submit(self, path: str, **values: Any) -> Page:
        """Open the page's form, fill it in as a person would, and send it."""
        page = self.get(path)
        assert page.status == 200, f"{path} answers {page.status}: {page.text[:400]}"
        form = _form_of(page, set(values))
        fields = _fields_of(form)
        for name, value in values.items():
            fields = [(key, given) for key, given in fields if key != name]
            for one in value if isinstance(value, list) else [value]:
                fields.append((name, str(one)))
        action = form.attributes.get("action") or page.url
        return self.post(urllib.parse.urljoin(page.url, action), fields)


def _form_of(page: Page, wanted: set[str]) -> LexborNode:
    """The page's form that has all the wanted fields."""
    for form in page.tree.css("form"):
        names = {node.attributes.get("name") for node in form.css("input, select, textarea, button")}
        if (
            (form.attributes.get("method") or "").lower() == "post"
            and wanted <= names
            and "logout" not in (form.attributes.get("action") or "")
        ):
            return form
    raise AssertionError(f"{page.url} has no form with {sorted(wanted)}: {page.text[:600]}")


def _fields_of(form: LexborNode) -> list[tuple[str, str]]:
    """What a browser would send if nobody touched the form."""
    fields: list[tuple[str, str]] = []
    for node in form.css("input, textarea, select"):
        name = node.attributes.get("name")
        if not name:
            continue
        kind = (node.attributes.get("type") or "").lower()
        if node.tag == "select":
            chosen = [option for option in node.css("option") if "selected" in option.attributes]
            fields += [(name, option.attributes.get("value") or "") for option in chosen]
        elif node.tag == "textarea":
            fields.append((name, node.text()))
        elif kind in {"checkbox", "radio"}:
            if "checked" in node.attributes:
                fields.append((name, node.attributes.get("value") or "on"))
        elif kind not in {"submit", "button", "file"}:
            fields.append((name, node.attributes.get("value") or ""))
    return fields
