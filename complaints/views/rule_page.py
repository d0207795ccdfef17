"""One rule for those who read or sign it: words, law, examples, acts of counsel, cases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.views.signing_page import SigningPage
from legal_rules import examples, rulebook, signatures
from legal_rules.reasoning.rules import Example, Rule
from legal_rules.reasoning.telling import RuleTold, tell
from legal_rules.vocabulary import FACTS

CAP = 99
TABS = ("text", "examples", "cases", "history")


@dataclass(frozen=True)
class ExampleShown:
    """A worked case in words; `wrong`: how the answer differs, "" when it holds."""

    name: str
    facts: list[tuple[str, str]]
    expected: list[str]
    wrong: list[str]


class RulePage(SigningPage[Rule]):
    """Everything is read when it is first asked for."""

    sign_off = signatures.RULES
    done = {
        "sign": gettext_lazy("已签署“{title}”"),
        "revoke": gettext_lazy("已撤销“{title}”的签署，它又是草稿"),
    }

    def __init__(self, rule: Rule, user: User, lang: str) -> None:
        super().__init__(rule, user, lang, f"rule:{rule.id.replace('.', '-')}")
        self.rule = rule

    @cached_property
    def told(self) -> RuleTold:
        """The rule in words."""
        return tell(self.rule, rulebook.current().rules, self.lang)

    @property
    def related(self) -> list[tuple[str, str]]:
        """(id, title) of the rules that it yields to, those that yield to it, and the older law."""
        book, rule = rulebook.current().rules, self.rule
        names = [*rule.yields_to, *([rule.preceded_by] if rule.preceded_by else [])]
        names += [r.id for r in book.values() if rule.id in (*r.yields_to, r.preceded_by)]
        return [(n, book[n].title.in_(self.lang)) for n in dict.fromkeys(names) if n in book]

    # --- examples

    @property
    def chinese(self) -> bool:
        """The page is read in Chinese, in which examples have their names."""
        return not self.lang.startswith("en")

    @cached_property
    def examples(self) -> list[ExampleShown]:
        """Every worked case, run again just now."""
        book = rulebook.current()
        return [
            ExampleShown(
                example.name,
                self._facts(example),
                self._expected(example),
                examples.check(book, self.rule, example),
            )
            for example in self.rule.examples
        ]

    def _facts(self, example: Example) -> list[tuple[str, str]]:
        given = [(_("行为日期"), example.on.isoformat())] if example.on else []
        return given + [
            (FACTS[name].question_for(self.lang).rstrip("？?"), FACTS[name].value_for(v, self.lang))
            for name, v in example.facts.items()
        ]

    def _expected(self, example: Example) -> list[str]:
        named = {d.id: d.text for version in self.rule.versions for d in version.duties}
        named |= {e.id: e.range for version in self.rule.versions for e in version.exposures}
        said = [
            _owed(named[key].in_(self.lang), wanted) if key in named else self._plain(key, wanted)
            for key, wanted in example.expect.items()
        ]
        return [text for text in said if text]

    def _plain(self, key: str, wanted: Any) -> str:
        if key == "truth":
            return _truth(str(wanted))
        if key == "bounds":
            if wanted is None:
                return _("没有金额")
            return _bounds(*wanted)
        if key == "ask_next":
            asked = [FACTS[name].question_for(self.lang).rstrip("？?") for name in wanted]
            return _("还要查明：{facts}").format(facts=_("；").join(asked)) if asked else ""
        if key == "displaced_by":
            other = rulebook.current().rules.get(str(wanted))
            name = other.title.in_(self.lang) if other else str(wanted)
            return _("让位于：{rule}").format(rule=name)
        words = {"presumed": (_("不是推定"), _("推定")), "provisional": (_("不是暂定"), _("暂定"))}
        return words[key][bool(wanted)] if key in words else f"{key}: {wanted}"

    # --- cases

    @property
    def cases(self) -> ComplaintQuerySet:
        """Open cases that the person may see and that rest on this rule."""
        visible: ComplaintQuerySet = Complaint.objects.visible_to(self.user)
        return visible.resting_on(self.rule.id)

    @cached_property
    def count(self) -> str:
        """How many, 99+ above ninety-nine."""
        found = self.cases.order_by()[: CAP + 1].count()
        return f"{CAP}+" if found > CAP else str(found)


def _truth(wanted: str) -> str:
    return {
        "成立": _("成立"),
        "不成立": _("不成立"),
        "待查明": _("待查明"),
        "让位": _("让位于特别规定"),
    }.get(wanted, wanted)


def _bounds(low: str | None, high: str | None) -> str:
    if high is None:
        return _("金额不少于 {low}").format(low=low)
    if low is None:
        return _("金额不超过 {high}").format(high=high)
    return _("金额 {low} 至 {high}").format(low=low, high=high)


def _owed(text: str, wanted: Any) -> str:
    text = text.rstrip("。.")
    if wanted is None:
        return _("不负担，或者没有确定的金额：{duty}").format(duty=text)
    if wanted is True:
        return text
    return _("{amount} 元：{duty}").format(amount=wanted, duty=text)
