"""The steps of an appeal."""
from django.utils.translation import gettext_lazy as _

from followup.appeals import acts, forms, rules
from followup.appeals.models import AppealReview
from tickets.forms import ReasonForm
from tickets.steps import Step


def alone(ticket, user, data):
    """Who reviews decides; an exclusion from assessment takes two persons (O7)."""
    return rules.is_his_turn(ticket, user) and data.get("decision") != AppealReview.Decision.EXCLUDED


STEPS = (
    Step("appeal_result", _("Appeal the result"), acts.appeal_result, forms.AppealForm, states=acts.STATES, may=acts.of_unit,
         ready=rules.unmet_appeal),
    Step("object_to_decision", _("Object to the decision"), acts.object_to_decision, ReasonForm, states=acts.STATES,
         may=acts.of_unit, ready=rules.unmet_objection),
    Step("decide_appeal", _("Decide the appeal"), acts.decide_appeal, forms.DecisionForm, tone="primary", states=acts.STATES,
         may=acts.may_review, ready=rules.unmet_review, propose=rules.is_his_turn, asks="coordination", alone=alone,
         second=rules.may_second),
)
