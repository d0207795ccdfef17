"""Taking measures: what each may say by itself, and what it may say in its case.

Everything is checked before a row is written; every refusal names the measure and the field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Team
from complaints import snapshots, validation
from complaints.actions.intake_values import team_named
from complaints.choices import NOT_PAID, PAID, MeasureKind, Payee
from complaints.errors import Invalid
from complaints.models import Analysis, Complaint, Measure
from complaints.paying import proof
from complaints.suggestion import cited_for
from complaints.validation import Refused

MOST = 30
CURRENCY = "CNY"
Row = dict[str, Any]
# Columns of a measure; the next version begins with those of the last.
COLUMNS = (
    "kind",
    "amount",
    "formula",
    "description",
    "due",
    "basis",
    "remedy",
    "proposed_amount",
    "proposed_formula",
    "payee",
    "payee_words",
    "unit",
)


def copied(measure: Measure) -> Row:
    """A measure as values for another one."""
    return {name: getattr(measure, name) for name in COLUMNS}


# --- each by itself


def cleaned(value: Any, today: date) -> list[Row]:
    """The measures that were sent, checked one by one. Raises Invalid, Refused."""
    if value in (None, ""):
        return []
    if not isinstance(value, list):
        raise Refused(_("这里应是一个列表"))
    if len(value) > MOST:
        raise Refused(_("最多 {limit} 项措施").format(limit=MOST))
    errors: dict[str, list[str]] = {}
    rows = []
    for position, one in enumerate(value):
        try:
            rows.append(_cleaned(one, today))
        except Invalid as invalid:
            errors.update({f"measures.{position}.{k}": m for k, m in invalid.errors.items()})
        except Refused as refusal:
            errors[f"measures.{position}"] = [str(refusal)]
    if errors:
        raise Invalid(errors)
    _not_beyond_measure(rows)
    return rows


def _not_beyond_measure(rows: Sequence[Row]) -> None:
    """Together they stay a sum that can be written down. Raises Invalid at the one that is too
    much.
    """
    total = Decimal(0)
    for position, row in enumerate(rows):
        total += row.get("amount") or 0
        if total > validation.MONEY_LIMIT:
            raise Invalid({f"measures.{position}.amount": [_("各项金额合计过大；请核对")]})


def _cleaned(value: Any, today: date) -> Row:
    if not isinstance(value, Mapping):
        raise Refused(_("每项措施应是一个对象"))
    v = validation
    row = v.clean(
        {"kind": None, **value},
        {
            "kind": lambda x: v.choice(x, MeasureKind.values, required=True),
            "amount": v.money,
            "currency": _currency,
            "formula": lambda x: v.text(x, 200),
            "description": lambda x: v.text(x, 500),
            "due": lambda x: _due(x, today),
            "basis": lambda x: v.text(x, 300),
            "remedy": lambda x: v.plain(x, 80),
            "proposed_amount": v.money,
            "proposed_formula": lambda x: v.text(x, 200),
            "payee": lambda x: v.choice(x, Payee.values),
            "payee_words": _payee_words,
            "unit": _unit,
        },
    )
    for name in ("currency", "proposed_amount", "proposed_formula"):
        row.pop(name, None)  # what the analysis says is read from the analysis
    if errors := _together(row):
        raise Invalid(errors)
    return row


def _currency(value: Any) -> str:
    if not proof.is_yuan(value):
        raise Refused(
            _("只接受人民币（CNY），不接受“{value}”；请折算成人民币后填写").format(
                value=str(value)[:20]
            )
        )
    return CURRENCY


def _due(value: Any, today: date) -> date | None:
    day = validation.day(value, future=True)
    if day is not None and day < today:
        raise Refused(_("履行期限不能早于今天"))
    return day


def _payee_words(value: Any) -> str:
    words = validation.text(value, 200)
    if re.search(r"(?:\d[\s\-]*){8,}", words):
        raise Refused(
            _("这里不填账号或号码；请把收款账户登记在消费者资料里，再选“消费者登记的收款账户”")
        )
    return words


def _unit(value: Any) -> Any:
    if value in (None, ""):
        return None
    if isinstance(value, Mapping):  # as it is answered
        value = value.get("id") or value.get("name")
        if not value:
            raise Refused(_("责任部门请写编号或名称"))
    wanted = str(value) if isinstance(value, int) else validation.plain(value, 60)
    gone = Team.objects.filter(is_active=False)
    by = {"pk": int(wanted)} if re.fullmatch(r"[0-9]{1,9}", wanted) else {"name": wanted}
    if (team := gone.filter(**by).first()) is not None:
        raise Refused(_("“{team}”已停用；请改选责任部门").format(team=team.name))
    return team_named(wanted)


def _together(row: Row) -> dict[str, list[str]]:
    """What does not go together within one measure."""
    kind, amount = MeasureKind(row["kind"]), row.get("amount")
    errors = {}
    if kind in PAID and not amount:
        words = _("“{kind}”须写明大于零的金额；金额还不能确定的，请先查明再列入方案")
        errors["amount"] = [words.format(kind=kind.label)]
    if kind in NOT_PAID and amount is not None:
        words = _("“{kind}”不是付款，不填金额；要付款请另加一项“退还价款”、“赔偿损失”或“增加赔偿”")
        errors["amount"] = [words.format(kind=kind.label)]
    if row.get("payee") and amount is None:
        errors["payee"] = [_("这项没有金额，不用选付到哪里；请改为不选，或写明金额")]
    if row.get("payee") == Payee.OTHER and not row.get("payee_words"):
        errors["payee_words"] = [_("选了“其他方式”，请写明怎样支付")]
    if row.get("payee_words") and row.get("payee") != Payee.OTHER:
        errors["payee_words"] = [_("只有选“其他方式”时才写明；请改选或删去")]
    return errors


# --- in the case


def fitted(rows: Sequence[Row], complaint: Complaint, legal_basis: Sequence[str]) -> None:
    """Hold the measures against the case and put in what its analysis says of them.

    `legal_basis`: of the whole proposal. Raises Invalid: a claim that the analysis does not know,
    no account of the consumer, more than the price without a basis.
    """
    claims = _claims(complaint) if any(row.get("remedy") for row in rows) else {}
    errors: dict[str, list[str]] = {}
    refunds = Decimal(0)
    for position, row in enumerate(rows):
        found = _from_the_analysis(row, claims)
        if row.get("payee") == Payee.CONSUMER_ACCOUNT and not complaint.consumer.bank_account_index:
            found["payee"] = _("消费者还没有登记收款账户；请先在案件资料里补上，或改选原付款渠道")
        refunds += row["amount"] if row["kind"] == MeasureKind.REFUND else 0
        if why := _beyond_the_price(row, complaint.price_paid, refunds, legal_basis):
            found["basis"] = why
        errors |= {f"measures.{position}.{name}": [words] for name, words in found.items()}
    if errors:
        raise Invalid(errors)


def _claims(complaint: Complaint) -> dict[str, Mapping[str, Any]]:
    """What the frozen analysis gives, certain or not, by its id."""
    analysis: Analysis | None = snapshots.latest(complaint)
    result = analysis.result if analysis else {}
    rows = [*result.get("possible_remedies", []), *result.get("remedies", [])]
    bases = cited_for(result)
    return {row["remedy"]: {**row, "basis": bases.get(row["rule"], "")} for row in rows}


def _from_the_analysis(row: Row, claims: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Put in what the analysis said, and its article where no basis was written."""
    if not row.get("remedy"):
        return {}
    claim = claims.get(row["remedy"])
    if claim is None:
        words = _("法律分析里没有“{remedy}”这项请求权；请改选分析里的一项，或选“自行拟定”")
        return {"remedy": words.format(remedy=row["remedy"][:60])}
    row["proposed_amount"] = Decimal(claim["amount"]) if claim["amount"] else None
    row["proposed_formula"] = (claim["formula"] or "")[:200]
    row["basis"] = row.get("basis") or claim["basis"][:300]
    return {}


def _beyond_the_price(
    row: Row, price: Decimal | None, refunds: Decimal, legal_basis: Sequence[str]
) -> str:
    """Why a sum beyond the price needs a basis; damages may rest on that of the proposal."""
    kind, amount = row["kind"], row.get("amount")
    refund = kind == MeasureKind.REFUND
    if price is None or amount is None or row.get("basis") or (legal_basis and not refund):
        return ""
    if amount > price:
        words = _("金额 {amount} 元超过价款 {price} 元；请写明法律或政策依据，或改正金额")
        return words.format(amount=f"{amount:,.2f}", price=f"{price:,.2f}")
    if refund and refunds > price:
        words = _("退款合计 {amount} 元超过价款 {price} 元；请写明法律或政策依据，或改正金额")
        return words.format(amount=f"{refunds:,.2f}", price=f"{price:,.2f}")
    return ""
