"""What colleagues are told about working together: who gives which cases to whom.

The rows stand here, apart from those of the lifecycle (`who_is_told.py`), because they come from
acts of people and not from steps.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from complaints import followers
from complaints.actions import mass_gather, mentioning
from complaints.lifecycle import STEPS
from complaints.models import (
    BulkRow,
    Communication,
    Complaint,
    Event,
    Follow,
    MassCase,
    MassMember,
    Outbox,
)
from complaints.querysets import scope_of
from correspondence.row import Row
from correspondence.staff import owner

ASSIGNED = "tell_assigned"
URGED, URGED_OFTEN = "tell_urged", "tell_urged_often"
MENTIONED = "tell_mentioned"
MERGED_IN, MERGE_UNDONE = "tell_merged_in", "tell_merge_undone"
SPLIT = "tell_split"
GATHERED = mass_gather.EFFECT
FOLLOWED = followers.EFFECT
LISTED = 20  # numbers in one notice; the list of cases has the rest


def new_owner(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever was given the case, or several, as long as one of them is still that person's."""
    if outbox.pk in over([outbox]):
        return []
    return list(User.objects.filter(pk=outbox.payload["user"]))


def of_assigned(outbox: Outbox) -> dict[str, str]:
    """What was given by whom, and the note that came with it."""
    event = Event.objects.select_related("by").get(pk=outbox.payload["event"])
    who, number = event.by.name if event.by else "", outbox.complaint.number
    found = {"note": event.text or "—", "cases": "", "what": _("{number} 转派给您")}
    if event.code == "given_back":
        found["what"] = _("{number} 退回给您")
    if "bulk" in outbox.payload:
        notes = _still(outbox)
        numbers = list(notes)
        if len(set(notes.values())) > 1:
            found["note"] = _("每件各有一句，打开案件就能看到")
        words = ngettext("{n} 件案件转派给您", "{n} 件案件转派给您", len(numbers))
        found["what"] = words.format(n=len(numbers))
        more = _("等") if len(numbers) > LISTED else ""
        found["cases"] = "\n" + _("案件：{numbers}").format(
            numbers=_("、").join(numbers[:LISTED]) + more
        )
    found["what"] = found["what"].format(number=number)
    return {**found, "who": who}


def _still(outbox: Outbox) -> dict[str, str]:
    """Number → note of the cases of a bulk act that are still the receiver's, who sees them."""
    user = User.objects.get(pk=outbox.payload["user"])
    rows = BulkRow.objects.filter(
        scope_of(user, "complaint__"),
        bulk=outbox.payload["bulk"],
        event__isnull=False,
        complaint__owner=user,
    )
    return dict(rows.order_by("pk").values_list("complaint__number", "event__text"))


def named_there(complaint: Complaint, outbox: Outbox) -> list[User]:
    """The people whom the row names itself."""
    return list(User.objects.filter(pk__in=outbox.payload["users"], is_active=True).order_by("pk"))


def of_urged(outbox: Outbox) -> dict[str, str]:
    """Who urges whom, for the how manieth time, and with which words."""
    event = Event.objects.select_related("by").get(pk=outbox.payload["event"])
    names = _("、").join(event.detail["names"])
    note, who = event.text or _("（没有留言）"), event.by.name if event.by else ""
    return {"who": who, "names": names, "n": str(event.detail["times"]), "note": note}


def of_mentioned(outbox: Outbox) -> dict[str, str]:
    """Who names the person, and the sentence in which."""
    note = Communication.objects.select_related("by").get(pk=outbox.payload["communication"])
    users = list(User.objects.filter(pk__in=outbox.payload["users"]).order_by("pk"))
    said = dict.fromkeys(mentioning.sentence(note.text, user) for user in users)
    return {"who": note.by.name if note.by else "", "sentence": "\n".join(said)}


def of_merge(outbox: Outbox) -> dict[str, str]:
    """Which case came in, went out again or is the one it was split from, who did it, and why."""
    event = Event.objects.select_related("by").get(pk=outbox.payload["event"])
    who = event.by.name if event.by else ""
    return {"who": who, "other": event.detail["number"], "note": event.text or "—"}


def whose_joined(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Whoever owned cases that joined a mass case and still owns one of them."""
    user = User.objects.filter(pk=outbox.payload["user"], is_active=True).first()
    return [user] if user is not None and _joined(outbox, user) else []


def _joined(outbox: Outbox, user: User) -> list[str]:
    """Numbers of those that are still the person's, who sees them, and still members."""
    members = MassMember.objects.filter(
        scope_of(user, "complaint__"),
        mass=outbox.payload["mass"],
        complaint__in=outbox.payload["cases"],
        complaint__owner=user,
    )
    return list(members.order_by("complaint").values_list("complaint__number", flat=True))


def of_gathered(outbox: Outbox) -> dict[str, str]:
    """How many of the person's cases joined which mass case, and by whom."""
    numbers = _joined(outbox, User.objects.get(pk=outbox.payload["user"]))
    mass = MassCase.objects.get(pk=outbox.payload["mass"])
    words = ngettext("{n} 件案件加入群体性案件", "{n} 件案件加入群体性案件", len(numbers))
    more = _("等") if len(numbers) > LISTED else ""
    return {
        "what": words.format(n=len(numbers)),
        "mass": mass.title,
        "who": User.objects.get(pk=outbox.payload["by"]).name,
        "cases": _("、").join(numbers[:LISTED]) + more,
    }


def following(complaint: Complaint, outbox: Outbox) -> list[User]:
    """Who follows the case and did not do it; whoever may not see the case any more drops out. A
    reply that was taken back is told to nobody, and a step that tells the owner not twice.
    """
    said = Communication.objects.filter(pk=outbox.payload.get("said")).select_related("outbox")
    if any(one.outbox is not None and one.outbox.cancelled_at for one in said):
        return []
    rows = Follow.objects.filter(complaint=complaint).select_related("user").order_by("pk")
    seeing, lost = [], []
    for row in rows:
        sees = Complaint.objects.visible_to(row.user).filter(pk=complaint.pk).exists()
        (seeing if sees else lost).append(row)
    Follow.objects.filter(pk__in=[row.pk for row in lost]).delete()
    step = outbox.transition.step if outbox.transition else ""
    told = {outbox.payload.get("by")}
    if step and "tell_owner" in STEPS[step].effects:
        told.add(complaint.owner_id)
    return [row.user for row in seeing if row.user_id not in told]


def of_followed(outbox: Outbox) -> dict[str, str]:
    """What happened: a step, or who said something to whom."""
    if outbox.transition is not None:
        return {"what": str(STEPS[outbox.transition.step].title)}
    said = Communication.objects.get(pk=outbox.payload["said"])
    return {"what": _("消费者来信") if said.inbound else _("回复消费者")}


def over(outboxes: Iterable[Outbox]) -> set[int]:
    """Ids of those rows that say no more what is: the cases lie with somebody else meanwhile. The
    case of each is at hand. One statement where there are bulk acts, none otherwise.
    """
    rows = [row for row in outboxes if row.effect == ASSIGNED]
    bulks = {row.payload["bulk"] for row in rows if "bulk" in row.payload}
    theirs = BulkRow.objects.filter(
        Q(complaint__owner=F("bulk__receiver")), bulk__in=bulks, event__isnull=False
    )
    left = set(theirs.values_list("bulk", flat=True).distinct()) if bulks else set()
    return {
        row.pk
        for row in rows
        if (
            row.payload["bulk"] not in left
            if "bulk" in row.payload
            else row.complaint.owner_id != row.payload["user"]
        )
    }


def over_words() -> str:
    """What stands beside such a notice."""
    return _("已不由您办理")


TABLE: dict[str, Row] = {
    ASSIGNED: Row(
        False,
        new_owner,
        gettext_lazy("{what}，来自 {who}"),
        gettext_lazy("{title}\n交接说明：{note}{cases}"),
        gettext_lazy("同事或主管把案件转派给了您"),
        family="together",
    ),
    URGED: Row(
        False,
        named_there,
        gettext_lazy("{number} {who} 催办（第 {n} 次），请您办理"),
        gettext_lazy("{title}\n催办留言：{note}"),
        gettext_lazy("这件案件现在轮到您办理"),
        family="urged",
    ),
    MENTIONED: Row(
        False,
        named_there,
        gettext_lazy("{number} {who} 在内部备注里提到了您"),
        gettext_lazy("{title}\n“{sentence}”"),
        gettext_lazy("同事在这件案件的内部备注里提到了您"),
        family="mention",
    ),
    FOLLOWED: Row(
        False,
        following,
        gettext_lazy("{number} 有进展：{what}"),
        "{title}",
        gettext_lazy("您关注了本案"),
        family="followed",
        deputies=False,
    ),
    URGED_OFTEN: Row(
        False,
        named_there,
        gettext_lazy("{number} 已催办 {n} 次：{who} 催办 {names}"),
        gettext_lazy("{title}\n催办留言：{note}"),
        gettext_lazy("您是负责该团队的主管；催办满三次或没有人在岗时通知您"),
        family="urged",
    ),
    MERGED_IN: Row(
        False,
        owner,
        gettext_lazy("{other} 已并入 {number}，请一并办理"),
        gettext_lazy("{title}\n{who} 并案，理由：{note}"),
        gettext_lazy("您是目标案件的责任人"),
        family="together",
    ),
    MERGE_UNDONE: Row(
        False,
        owner,
        gettext_lazy("{other} 不再并入 {number}，恢复单独办理"),
        gettext_lazy("{title}\n{who} 取消并案，理由：{note}"),
        gettext_lazy("您是目标案件的责任人"),
        family="together",
    ),
    SPLIT: Row(
        False,
        owner,
        gettext_lazy("{number} 由 {other} 拆出，请另案办理"),
        gettext_lazy("{title}\n{who} 拆案，理由：{note}"),
        gettext_lazy("您是原案件的责任人"),
        family="together",
    ),
    GATHERED: Row(
        False,
        whose_joined,
        gettext_lazy("{what}“{mass}”"),
        gettext_lazy("案件：{cases}\n{who} 把内容几乎相同的投诉合在一起；每件仍由您分别办理"),
        gettext_lazy("您是这些案件的责任人"),
        family="together",
    ),
}
