"""What stands beside the intake form when the whole screen is drawn: the same that its parts bring later, one by one."""
from tickets.similar import shown, who_calls

NOTHING = {"similar": [], "must_check": False, "checked": False, "suggested": []}


def beside(request, form):
    """Of an empty form nothing is known, and nothing is asked; one that begins with a number says at once who calls."""
    number = form["caller_number"].value() or form["contact_phone"].value() or ""
    if not form.is_bound:
        return {"phone": number, "who_calls": who_calls.of(number, request.user, form.now), **NOTHING}
    found = shown.panel(getattr(form, "cleaned_data", {}), request.user, form.now, others=request.POST.getlist("other"),
                        seen=request.POST.getlist("seen"), ticked="duplicate_checked" in request.POST)
    return {"phone": number, "who_calls": who_calls.of(number, request.user, form.now), **found}
