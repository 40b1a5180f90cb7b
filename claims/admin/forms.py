"""The base of the forms behind the buttons: a version token, and widgets of the admin's look."""

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    CHECKBOX_CLASSES,
    FILE_CLASSES,
    INPUT_CLASSES,
    RADIO_CLASSES,
    SELECT_CLASSES,
    TEXTAREA_CLASSES,
)

from claims.models import Person

_CLASSES: Sequence[tuple[type[forms.Widget], Sequence[str]]] = (
    (forms.CheckboxSelectMultiple, CHECKBOX_CLASSES),  # before its base class
    (forms.RadioSelect, RADIO_CLASSES),
    (forms.CheckboxInput, CHECKBOX_CLASSES),
    (forms.FileInput, FILE_CLASSES),
    (forms.Textarea, TEXTAREA_CLASSES),
    (forms.Select, SELECT_CLASSES),
    (forms.TextInput, INPUT_CLASSES),
    (forms.DateInput, INPUT_CLASSES),
)


class DayInput(forms.DateInput):
    """The browser's own date picker: keyboard and screen readers know it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def dress(form: forms.BaseForm) -> None:
    """Give every widget of a form the admin's look. No maximum length: a browser would cut pasted text silently."""
    for field in form.fields.values():
        field.widget.attrs.pop("maxlength", None)
        for kind, classes in _CLASSES:
            if isinstance(field.widget, kind):
                field.widget.attrs.setdefault("class", " ".join(classes))
                break


class ActionForm(forms.Form):
    """What a verb asks for. `version` is the claim's when the form was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Fields that a link to the form may fill in beforehand.
    from_query: Sequence[str] = ()

    def __init__(self, *args: Any, subject: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject, self.person = subject, person
        self.fields["version"].initial = getattr(subject, "version", None)
        self.prepare()
        dress(self)

    def prepare(self) -> None:
        """Offer only what belongs to the subject; a subclass fills in choices and first values here."""

    def choose(self, name: str, rows: Any) -> None:
        """Limit a choice field to these rows."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def typed(self) -> list[tuple[str, str]]:
        """The texts that somebody typed, by label: kept when the form can no longer be used."""
        return [
            (str(field.label or field.name), str(field.value()))
            for field in self.visible_fields()
            if isinstance(field.field.widget, forms.Textarea | forms.TextInput) and field.value()
        ]


class ReasonForm(ActionForm):
    """A verb that asks for nothing but a reason."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))


class SureForm(ActionForm):
    """A verb that only wants to be confirmed."""


class RowChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A hidden choice of one row, put there by the button beside the row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Person.objects.none(), widget=forms.HiddenInput, **kwargs)
