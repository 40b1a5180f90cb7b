"""Who works here: desks, people, their roles and their declared interests."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.identity import new_id
from claims.statuses import Role


class Desk(models.Model):
    """A newsroom's fact-checking desk; every row that people own belongs to one."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Person(AbstractUser):
    """Somebody who signs in. What they may do follows from their memberships, not from Django's permissions."""

    public_name = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("How the public sees this person; empty: only the desk's name is shown."),
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Membership(models.Model):
    """One person's role on one desk."""

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        ordering = ["desk", "person"]
        constraints = [
            models.UniqueConstraint(fields=["desk", "person"], name="one_membership_per_desk_and_person"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"


class Interest(models.Model):
    """A declared interest: the person is recused from one claim, or from every claim about one claimant."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="interests")
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, null=True, blank=True, related_name="interests")
    claimant = models.ForeignKey(
        "claims.Claimant", on_delete=models.PROTECT, null=True, blank=True, related_name="interests"
    )
    topic = models.ForeignKey("claims.Topic", on_delete=models.PROTECT, null=True, blank=True, related_name="interests")
    note = models.TextField()
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-declared_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="interest_names_one_thing",
                condition=(
                    models.Q(claim__isnull=False, claimant__isnull=True, topic__isnull=True)
                    | models.Q(claim__isnull=True, claimant__isnull=False, topic__isnull=True)
                    | models.Q(claim__isnull=True, claimant__isnull=True, topic__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.claim or self.claimant or self.topic}"
