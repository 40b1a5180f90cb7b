"""Markdown of our own people as safe HTML: no raw HTML, no images, links that pass nothing on."""

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def render(text: str) -> SafeString:
    """Return the HTML of a Markdown text; tags in it are shown as text, links carry rel=nofollow."""
    tokens = _renderer.parse(text)
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open":
                child.attrSet("rel", "nofollow noopener noreferrer")
    html: str = _renderer.renderer.render(tokens, _renderer.options, {})
    return mark_safe(html)  # noqa: S308 - markdown-it escapes all text; HTML is switched off above
