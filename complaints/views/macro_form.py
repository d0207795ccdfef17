"""The form of a macro: what was typed, also in the rows of its facts, and what is sent on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints import macros
from complaints.actions.macros import MOST_DAYS, REMIND_LENGTH
from complaints.choices import FactSource, Priority
from complaints.lifecycle import STEPS
from complaints.models import Macro, MacroVersion
from complaints.validation import TEXT_LIMIT
from complaints.views import case_questions
from complaints.views.case_questions import Question, lang
from complaints.views.sheets import SheetForm
from legal_rules.vocabulary import FACTS, GROUPS


class MacroForm(SheetForm):
    """Everything but the facts; those are rows of their own (`Rows`)."""

    name = forms.CharField(label=gettext_lazy("名称"), required=False, max_length=60)
    team = forms.ChoiceField(label=gettext_lazy("给哪个团队"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("写什么"), required=False)
    text = forms.CharField(
        label=gettext_lazy("要写的文字"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": TEXT_LIMIT}),
        help_text=gettext_lazy("执行之前显示在预览里，可以改；变量换成案件的内容。"),
    )
    priority = forms.ChoiceField(label=gettext_lazy("优先级"), required=False)
    remind_days = forms.CharField(
        label=gettext_lazy("几天以后提醒"),
        required=False,
        widget=forms.NumberInput(attrs={"min": 1, "max": MOST_DAYS}),
        help_text=gettext_lazy(
            "执行后搁置案件，到那天回到责任人的待办；不停止期限。不提醒就留空。"
        ),
    )
    remind_for = forms.CharField(
        label=gettext_lazy("等什么"),
        required=False,
        max_length=REMIND_LENGTH,
        help_text=gettext_lazy("例如：等消费者补照片。"),
    )
    step = forms.ChoiceField(
        label=gettext_lazy("然后打开哪一步"),
        required=False,
        help_text=gettext_lazy("只打开这一步的表单，由人填写和提交。"),
    )

    def __init__(self, by: User, data: Any = None, *, initial: Any = None, new: bool = True):
        super().__init__(data, initial=initial)
        kinds = [(kind.value, kind.label) for kind in macros.KINDS]
        steps = [(code, str(STEPS[code].title)) for code in macros.OFFERED]
        choices: dict[str, list[tuple[Any, Any]]] = {
            "team": [(str(pk), name) for pk, name in sorted(by.team_names.items())],
            "kind": [("", _("不写文字")), *kinds],
            "priority": [("", _("不改")), *Priority.choices],
            "step": [("", _("不打开")), *steps],
        }
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]
        if not new:
            del self.fields["team"]

    def sent(self, posted: QueryDict) -> dict[str, Any]:
        """As the action takes it."""
        return {name: posted.get(name, "") for name in (*self.fields, "anyway")}


class Rows:
    """The facts that are answered, each with its control; kept while rows come and go."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = {fact: dict(one) for fact, one in given.items()}
        self.errors: dict[str, list[str]] = {}

    @classmethod
    def posted(cls, posted: QueryDict) -> Rows:
        """`fact` names the rows, `value:FACT` and `source:FACT` say what each answers."""
        named = [fact for fact in dict.fromkeys(posted.getlist("fact")) if fact in FACTS]
        return cls(
            {
                fact: {
                    "value": case_questions.value_sent(
                        FACTS[fact], posted.getlist(f"value:{fact}")
                    ),
                    "source": posted.get(f"source:{fact}", ""),
                }
                for fact in named
            }
        )

    def add(self, fact: str) -> None:
        """One more row; one that is there already stays."""
        if fact in FACTS:
            self.given.setdefault(fact, {"value": None, "source": FactSource.CONSUMER.value})

    def drop(self, fact: str) -> None:
        """One less."""
        self.given.pop(fact, None)

    def refuse(self, errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Keep the sentences of the rows; answers those that belong elsewhere."""
        self.errors = {k[5:]: v for k, v in errors.items() if k.startswith("fact:")}
        return {k: v for k, v in errors.items() if not k.startswith("fact:")}

    @property
    def questions(self) -> list[Question]:
        """Each as a question with what was answered."""
        return [self._question(fact, one) for fact, one in self.given.items() if fact in FACTS]

    def _question(self, fact: str, one: Mapping[str, Any]) -> Question:
        value = one.get("value")
        shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
        source, errors = one.get("source") or "", tuple(self.errors.get(fact, ()))
        given = case_questions.Given(fact, shown, source, errors=errors)
        return case_questions.form(FACTS[fact], given)

    @property
    def to_add(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(group, [(fact, question)]) of what is not there yet and can be asked."""
        found = []
        for group in GROUPS.values():
            open_ = [f for f in group.facts if f not in self.given and not FACTS[f].derived]
            rows = [(fact, FACTS[fact].question_for(lang())) for fact in open_]
            if rows:
                found.append((group.name.in_(lang()), rows))
        return found


def form_of(by: User, row: Macro, last: MacroVersion, data: Any = None) -> MacroForm:
    """The form with what the version in force says."""
    apart = ("facts", "remind")
    initial = {"name": last.name, **{k: v for k, v in last.does.items() if k not in apart}}
    if remind := last.does.get("remind"):
        initial |= {"remind_days": remind["days"], "remind_for": remind["for"]}
    return MacroForm(by, data, initial=initial, new=False)
