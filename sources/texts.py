"""The texts of a snapshot: all that a reader can see, and the article alone."""

from sources.checks import reader, store
from sources.models import Snapshot


def holder_of(snapshot: Snapshot) -> Snapshot:
    """The snapshot that holds the text: an unchanged page is read once, and later ones point to the first."""
    return snapshot.original or snapshot


def text_of(snapshot: Snapshot) -> str:
    """All that a reader of the page could see."""
    return holder_of(snapshot).text


def main_text_of(snapshot: Snapshot) -> str:
    """The article without what surrounds it, "" where none can be told apart.

    Telling it apart costs more than all the rest of a check, and no quotation needs it: so it is done when
    somebody first asks, from the archived bytes, and kept. Raises Corrupt when these are damaged.
    """
    holder = holder_of(snapshot)
    if not holder.main_text and holder.text:
        kept = store().read(holder.path)
        reading = reader().read(kept.body, content_type=holder.media_type, url=holder.final_url)
        Snapshot.objects.filter(pk=holder.pk).update(main_text=reading.main_text)
        holder.main_text = reading.main_text
    return holder.main_text
