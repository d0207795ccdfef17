"""Letters to whoever asked about their own data: replies of the case, written from the template,
which leave at once by the outbox. The answer ends the clock.

Nothing of the person's leaves before it is known who asks; what is refused leaves with the reasons
that counsel gave, and not before counsel gave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.masking import originals
from accounts.models import User
from complaints import letter_writing, rights, rights_letter, rights_words, validation
from complaints.actions import communication
from complaints.actions.rights import LONGEST, Settled, held, met, permitted, told
from complaints.advance import step_taken
from complaints.choices import CommunicationKind
from complaints.errors import Invalid
from complaints.letter_writing import Written
from complaints.models import Complaint, RightsAnswer, RightsLetter, RightsRequest
from complaints.models.rights import Ground, Outcome, RightKind

Kind = RightsLetter.Kind
CHANNELS = ("email", "letter", "in_person")
LONGER = timedelta(days=30)  # the law says 及时: no letter puts it off for longer
DOUBLE_CLICK = timedelta(minutes=1)


def answer(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> RightsAnswer:
    """`{delivery, explanation, channel}`: what was granted has to be carried out before; `delivery`
    says how a copy is handed over, `explanation` is of the rules, where these are asked for.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    permitted(by, "carry_out_rights")
    data = cleaned(Kind.ANSWER, values, now)
    with transaction.atomic():
        row, case = held(pk, by)
        if why := against_answering(row):
            raise Settled(why)
        if row.decision.outcome != Outcome.REFUSED and (missing := rights_words.missing(row)):
            words = _("同意办理的还没有办：{what}；请先办理，再答复")
            raise Invalid({"": [words.format(what=_("、").join(missing))]})
        _refuse_gaps(row, data)
        letter = _send(row, case, Kind.ANSWER, data, by, now)
        found = RightsAnswer.objects.create(
            request=row, communication=letter.communication, by=by, at=now
        )
        met(case, by, now)
        told(case, row, "answered", by, now, detail={"communication": letter.communication_id})
    return found


def ask_identity(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> RightsLetter:
    """`{more, channel}`: the letter that asks who it is, while that is not known. It says nothing
    of what we hold. A second click finds it sent.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    permitted(by, "take_rights_requests")
    data = cleaned(Kind.IDENTITY, values, now)
    with transaction.atomic():
        row, case = held(pk, by)
        if rights.stage(row) != rights.CHECKING:
            raise Settled(_("身份已经核验，或者请求已经决定，不需要这封函件"))
        return _a_moment_ago(row, Kind.IDENTITY, now) or _interim(
            row, case, Kind.IDENTITY, data, by, now
        )


def put_off(
    pk: int, values: Mapping[str, Any], *, by: User, now: datetime | None = None
) -> RightsLetter:
    """`{reason, until, channel}`: the person hears that it takes longer, why and until when. The
    clock goes on: no law gives more time.

    Raises RightsRequest.DoesNotExist, NotAllowed, Settled, Invalid.
    """
    now = now or timezone.now()
    permitted(by, "carry_out_rights")
    data = cleaned(Kind.DELAY, values, now)
    with transaction.atomic():
        row, case = held(pk, by)
        if rights.stage(row) == rights.DONE:
            raise Settled(_("这件请求已经了结，不再答复"))
        if not rights.passed(row):
            raise Settled(_("还没有核验请求人的身份；请先核验，或者发函请对方确认身份"))
        return _a_moment_ago(row, Kind.DELAY, now) or _interim(row, case, Kind.DELAY, data, by, now)


def cleaned(kind: str, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What a letter of that kind is given. Raises Invalid."""
    v = validation
    words: Any = lambda x: v.text(x, LONGEST, lines=True)  # noqa: E731
    wanted: dict[str, Any] = {
        Kind.ANSWER: {"delivery": words, "explanation": words},
        Kind.IDENTITY: {"more": words},
        Kind.DELAY: {
            "reason": lambda x: v.text(x, LONGEST, required=True),
            "until": lambda x: _until(x, now),
        },
    }[Kind(kind)]
    wanted["channel"] = lambda x: v.choice(x, CHANNELS)
    return v.clean({**dict.fromkeys(wanted, ""), **values}, wanted)


def _until(value: Any, now: datetime) -> Any:
    day, today = validation.day(value, future=True), timezone.localdate(now)
    if day is None or not today < day <= today + LONGER:
        raise validation.Refused(_("请填写今天以后 30 天以内的日期"))
    return day


def against_answering(row: RightsRequest) -> str:
    """Why no answer leaves (now); "" where it may."""
    decision = getattr(row, "decision", None)
    if decision is None:
        return _("法务还没有决定，决定以后才能答复")
    if hasattr(row, "answer") or decision.outcome == Outcome.WITHDRAWN:
        return _("这件请求已经了结，不再答复")
    unknown = not rights.passed(row)
    if unknown and (decision.outcome, decision.ground) != (Outcome.REFUSED, Ground.IDENTITY):
        return _("没有核验请求人的身份，不能答复")
    return ""


def _refuse_gaps(row: RightsRequest, data: Mapping[str, Any]) -> None:
    """Raises Invalid."""
    errors = {}
    if rights_words.copied(row) and not data["delivery"]:
        errors["delivery"] = [_("请写明副本或者数据文件怎样交给请求人")]
    if explains(row) and not data["explanation"]:
        errors["explanation"] = [_("请写上对个人信息处理规则的说明")]
    if errors:
        raise Invalid(errors)


def explains(row: RightsRequest) -> bool:
    """Whether the answer itself has to explain the rules (PIPL Art. 48)."""
    outcome = getattr(getattr(row, "decision", None), "outcome", "")
    return RightKind.EXPLANATION in row.kinds and outcome not in ("", Outcome.REFUSED)


def _a_moment_ago(row: RightsRequest, kind: str, now: datetime) -> RightsLetter | None:
    return row.letters.filter(kind=kind, at__gt=now - DOUBLE_CLICK).order_by("-at").first()


def _interim(
    row: RightsRequest, case: Complaint, kind: str, data: Mapping[str, Any], by: User, now: datetime
) -> RightsLetter:
    letter = _send(row, case, kind, data, by, now)
    said = {"letter": kind, "communication": letter.communication_id}
    told(case, row, "written_to", by, now, detail=said)
    return letter


def _send(
    row: RightsRequest, case: Complaint, kind: str, data: Mapping[str, Any], by: User, now: datetime
) -> RightsLetter:
    """Into the outbox. Raises Invalid where the letter leaves something open."""
    found = rights_letter.draft(row, kind, data, now)
    _refuse_open(found)
    letter = RightsLetter(
        request=row,
        number=row.letters.count() + 1,
        kind=kind,
        letter=found.letter.markdown,
        template=found.template.id,
        template_sha256=found.template.sha256,
        options=list(found.options),
        by=by,
        at=now,
    )
    letter.communication = communication.put(
        case,
        CommunicationKind.REPLY,
        found.letter.text,
        by=by,
        now=now,
        channel=data["channel"] or ("email" if case.consumer.email_masked else "letter"),
        about={"rights": row.pk, "letter": letter.number},
    )
    letter.save(force_insert=True)
    _keep_originals(letter, data)
    transaction.on_commit(lambda: step_taken.send(sender=Complaint, transition_id=None))
    return letter


def _keep_originals(letter: RightsLetter, data: Mapping[str, Any]) -> None:
    """Numbers in what was typed, which the letter says masked: its text is joined, and knows them
    no more.
    """
    for text in data.values():
        if isinstance(text, str):
            originals.keep_with(letter, "complaints_rightsletter.letter", text)


def _refuse_open(found: Written) -> None:
    """Raises Invalid."""
    if found.letter.unresolved:
        names = _("、").join(letter_writing.named(found.letter.unresolved))
        raise Invalid({"": [_("函件还没有写完整：{names}").format(names=names)]})
