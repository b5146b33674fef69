"""What a step brings about that nobody can take back, and which step takes another one back."""

from django.utils.translation import gettext_lazy as _

# Said before the step is taken. Steps that can be taken back, or only add something, are not asked about.
CONSEQUENCES = {
    "void_draft": _("The draft ends here. It keeps its number and can never be submitted."),
    "transfer_out": _("The matter leaves the hotline: its deadlines end here and nobody calls the citizen back."),
    "confirm_refusal": _("The case ends here. The citizen gets a text message with the channel that you name."),
    "withdraw_early": _("The case ends here, all its deadlines fall away. Only a new call brings the matter back."),
    "withdraw_late": _("The case ends here as withdrawn. It counts as not rated."),
    "force_close": _("The case is closed against the citizen's answer and told so by text message. It stays in every figure."),
    "close_unreachable": _("The case is closed without an answer of the citizen. It counts as not rated."),
    "merge_into": _("This ticket ends; the other one goes on for all reporters. For seven days a reviewer can undo it."),
    "split_off": _("The matter gets a new number, which the citizen is told; the other ticket goes on without it."),
    "order_redo": _("The unit gets the case again with a new deadline, and the redo stays in its figures for good."),
}
UNDO = {
    "dispatch": "recall",
    "express_dispatch": "recall",
    "approve_suspension": "resume",
    "set_confidential": "set_confidential",
    "change_urgency": "change_urgency",
}


def of(step, mode):
    """The sentence to say first, or "": a proposal decides nothing yet."""
    return str(CONSEQUENCES.get(step.name, "")) if mode != "propose" else ""
