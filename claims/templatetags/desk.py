"""What the desk's templates need: badges, times, Markdown, word diffs, fields."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claims import markdown
from claims.badges import tone_of

register = template.Library()


@register.simple_tag
def badge(value: object, label: object = "", *, note: str = "") -> SafeString:
    """A word in its tone; `note` adds a few words to it."""
    text = str(label or value).replace("_", " ")
    extra = format_html(' <span class="fc-badge-note">{}</span>', note) if note else SafeString("")
    return format_html('<span class="fc-badge fc-{}">{}{}</span>', tone_of(value), text, extra)


@register.simple_tag
def symbol(name: str) -> SafeString:
    """One of the bundled icons, hidden from screen readers."""
    return format_html('<span class="material-symbols-outlined fc-symbol" aria-hidden="true">{}</span>', name)


@register.filter
def when(at: datetime | None) -> SafeString:
    """A time as people say it, the exact one in the element: the year only when it is another one."""
    if at is None:
        return SafeString("never")
    shape = "%-d %b %H:%M" if at.year == timezone.now().year else "%-d %b %Y %H:%M"
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        at.isoformat(),
        f"{at:%Y-%m-%d %H:%M:%S}",
        at.strftime(shape),
    )


@register.filter
def ago(at: datetime | None) -> SafeString:
    """How long ago, in its largest unit; the exact time in the element."""
    if at is None:
        return SafeString("never")
    seconds = (timezone.now() - at).total_seconds()
    words = _span(abs(seconds))
    text = f"in {words}" if seconds < -1 else (f"{words} ago" if seconds >= 60 else "just now")
    return format_html('<time datetime="{}" title="{} UTC">{}</time>', at.isoformat(), f"{at:%Y-%m-%d %H:%M:%S}", text)


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{int(seconds)} seconds"


@register.filter
def from_markdown(text: str) -> SafeString:
    return markdown.render(text)


@register.simple_tag
def word_diff(parts: Iterable[Iterable[Any]], glue: str = " ") -> SafeString:
    """What we quoted against what stands there now, word by word; deletions and insertions named for all readers."""
    shown = []
    for kind, words in parts:
        text = words if isinstance(words, str) else " ".join(str(word) for word in words)
        if kind == "delete":
            shown.append(format_html('<del><span class="fc-sr">quoted: </span>{}</del>', text))
        elif kind == "insert":
            shown.append(format_html('<ins><span class="fc-sr">now: </span>{}</ins>', text))
        else:
            shown.append(format_html("{}", text))
    return format_html_join(glue, "{}", ((part,) for part in shown))


@register.filter
def percent(share: float | None) -> str:
    """0.914 as 91 %, rounded down: an altered passage never reads as 100 %."""
    return "" if share is None else f"{int(share * 100)} %"


@register.filter
def look_up(values: Any, key: Any) -> Any:
    """The value of a key that a template holds; nothing where there are no values at all."""
    return values.get(key) if isinstance(values, dict) else None


@register.filter
def is_tick(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether a field is several inputs, which belong into a fieldset with a legend."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def plain_role(value: object) -> str:
    return str(value).split(":")[0]
