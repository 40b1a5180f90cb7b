"""How many published claims rely on a source: what makes a failure of it harmful."""

from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from sources.models import Citation


def published_claims(source: str = "pk") -> Coalesce:
    """To annotate rows with: the number of published claims that cite the source, found by the path `source`."""
    relying = Citation.objects.of_published_claims().filter(source=OuterRef(source)).order_by()
    number = relying.values("source").annotate(number=Count("claim", distinct=True)).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), Value(0))


def told(number: int) -> str:
    """The number in words for people: “3 published claims rely on it”."""
    if not number:
        return "nothing published relies on it"
    return "1 published claim relies on it" if number == 1 else f"{number:,} published claims rely on it"
