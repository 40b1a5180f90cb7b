"""What full text search looks into: one row a claim, filled by the claims app and by those above."""

from django.db import models

from claims.models.claim import Claim


class MatchText(models.Model):
    """The three fields that matching compares: the claim, and its verdict's headline and summary."""

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, primary_key=True, related_name="match_text")
    text = models.TextField()
    title = models.TextField(blank=True)
    body = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.text[:80]
