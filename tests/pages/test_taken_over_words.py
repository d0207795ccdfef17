"""The timeline says why counsel took draft rules over, in words."""

from django.utils import translation

from complaints.models import Complaint, Event
from complaints.views.case_words import in_words
from legal_rules import rulebook


def test_the_reasons_for_draft_rules_are_told_with_the_names_of_the_rules() -> None:
    fields = {"take_over": {"pipl.69.1": "核对过条文", "gone.1": "规则已经没有了"}}
    event = Event(kind=Event.Kind.STEP, code="sign", detail={"fields": fields})
    title = rulebook.current().rules["pipl.69.1"].title
    for language, name in (("zh-hans", title.zh), ("en", title.en)):
        with translation.override(language):
            lines = " ".join(in_words(event, Complaint()).lines)
        assert f"{name}：核对过条文" in lines
        assert "gone.1：规则已经没有了" in lines
        assert "{" not in lines
