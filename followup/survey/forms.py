"""What a citizen is asked in writing: the questions that an agent asks, and no others."""
from django.utils.translation import gettext_lazy as _

from followup.forms import AnswersForm
from followup.models import CallbackTask
from tickets.fields import ChoicesField, TextField

ASKED = ("contacted", "solved", "satisfied", "process_satisfied", "reason", "note")


class SurveyForm(AnswersForm):
    reason = ChoicesField(label=AnswersForm.base_fields["reason"].label, required=False,
                          choices=[("", "—"), *CallbackTask.Reason.choices])  # a thumb finds it better than a list
    note = TextField(label=_("In your own words"), max_length=500, required=False, rows=3)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {name: self.fields[name] for name in ASKED}
