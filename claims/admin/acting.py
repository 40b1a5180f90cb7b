"""The one view behind every button: ask, run the verb, or say clearly why not."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from claims.admin.access import person_of
from claims.admin.actions import Action, Actions
from claims.admin.base import ReadOnlyAdmin
from claims.admin.forms import ActionForm
from claims.models import Claim
from claims.rules import Invalid, InvalidTransition, NotAllowed, StaleClaim


def act(
    admin: ReadOnlyAdmin, request: HttpRequest, *, subject: Any, actions: Actions[Any], name: str, back: str
) -> HttpResponse:
    """Show the action's form, or run it on POST; `back` is the page to return to.

    Answers 403 where the person may not, 409 where the row's state or the form's age forbids it, and never
    loses what was typed.
    """
    action = actions.named(name)
    if action is None:
        raise Http404
    person = person_of(request)
    asked = _Asked(admin, request, subject, action, back)
    try:
        action.check(subject, person)
    except (NotAllowed, InvalidTransition, Invalid) as refusal:
        return asked.refuse(refusal)
    if request.method != "POST":
        return asked.show(asked.form())
    form = asked.form()
    if not form.is_valid():
        return asked.show(form)
    if action.binds_version and isinstance(subject, Claim) and _is_stale(form, subject):
        return asked.show_stale(form)
    return _run(asked, form)


def _is_stale(form: ActionForm, claim: Claim) -> bool:
    return form.cleaned_data.get("version") != claim.version


def _run(asked: "_Asked", form: ActionForm) -> HttpResponse:
    action, request = asked.action, asked.request
    data = dict(form.cleaned_data)
    version = data.pop("version", None)
    if not action.binds_version:
        version = None
    try:
        result = action.run(asked.subject, by=person_of(request), at=timezone.now(), data=data, version=version)
    except Invalid as invalid:
        _add_error(form, invalid)
        return asked.show(form)
    except StaleClaim:
        asked.subject.refresh_from_db()
        return asked.show_stale(form)
    except (NotAllowed, InvalidTransition) as refusal:
        asked.subject.refresh_from_db()
        return asked.refuse(refusal)
    if action.answer is not None:
        return action.answer(asked.admin, request, asked.subject, result)
    messages.success(request, action.done)
    return HttpResponseRedirect(asked.back + (f"#{action.anchor}" if action.anchor else ""))


def _add_error(form: ActionForm, invalid: Invalid) -> None:
    """Put the message at its field, or above the form when the form has no such field."""
    is_there = invalid.field in form.fields and not form[invalid.field].is_hidden
    if is_there:
        form.add_error(invalid.field, invalid.message)
    else:
        form.add_error(None, invalid.message)


class _Asked:
    """One request for one action on one row."""

    def __init__(
        self, admin: ReadOnlyAdmin, request: HttpRequest, subject: Any, action: Action[Any], back: str
    ) -> None:
        self.admin, self.request, self.subject = admin, request, subject
        self.action, self.back = action, back

    def form(self) -> ActionForm:
        form_class, person = self.action.form, person_of(self.request)
        if self.request.method == "POST":
            return form_class(self.request.POST, self.request.FILES, subject=self.subject, person=person)
        initial = {key: self.request.GET[key] for key in form_class.from_query if key in self.request.GET}
        return form_class(initial=initial, subject=self.subject, person=person)

    def show(self, form: ActionForm, *, status: int = 0, warning: str = "") -> HttpResponse:
        """The form, above it what to read; 422 when an answer in it cannot be taken."""
        action = self.action
        context = action.context(self.subject, person_of(self.request))
        return self.admin.page(
            self.request,
            "claims/admin/act.html",
            status=status or (422 if form.errors else 200),
            title=action.label,
            action=action,
            subject=self.subject,
            form=form,
            back=self.back,
            warning=warning,
            **context,
        )

    def show_stale(self, form: ActionForm) -> HttpResponse:
        """The form again with what was typed and the row's present version: sending it again is a decision."""
        data = self.request.POST.copy()
        data["version"] = str(self.subject.version)
        form.data = data
        since = form.cleaned_data.get("version")
        changed = self.subject.events.select_related("actor").order_by("-at", "-id")[:3]
        names = "; ".join(f"{event.kind.replace('_', ' ')} by {event.actor or 'a worker'}" for event in changed)
        warning = (
            "Somebody changed this claim since you opened this form, so nothing was saved. "
            f"Last changes: {names}. What you typed is still here: look at the claim, then send it again."
        )
        if since is None:
            warning = "This form did not say which version of the claim it was opened on. Send it again."
        return self.show(form, status=409, warning=warning)

    def refuse(self, refusal: NotAllowed | InvalidTransition | Invalid) -> HttpResponse:
        """Why not, in the rule's own words, and what was typed."""
        is_person = isinstance(refusal, NotAllowed)
        reason = refusal.message if isinstance(refusal, Invalid) else refusal.reason
        typed = self.form().typed() if self.request.method == "POST" else []
        return self.admin.page(
            self.request,
            "claims/admin/refused.html",
            status=403 if is_person else 409,
            title="You may not do this" if is_person else "This cannot be done now",
            action=self.action,
            subject=self.subject,
            reason=reason,
            typed=typed,
            back=self.back,
        )
