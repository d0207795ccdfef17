"""What makes an offer bind: counsel's words on it, letters that arrive or come back, a list of
payments, one finding for many cases.
"""

from __future__ import annotations

from django.db.models import Q

from accounts.roles import Role
from complaints.actions import commenting, consulting, mass, payment_file, payment_run, silent
from complaints.lifecycle import State
from complaints.models import Commitment, Complaint, SilentConsumer
from complaints.signing.canonical import hash_of
from complaints.signing.mass import content
from complaints.situation import CaseSituation
from correspondence import bounces
from correspondence.models import Notice
from quickstart.demo.acts.outcome import said_when_signing
from quickstart.demo.people import consumer
from quickstart.demo.stage import Scene
from quickstart.demo.stories import common

LEFT = Q(outbox__effect="send_reply_letter", way="email", user=None, bounced_at=None)


def comment(s: Scene) -> None:
    """Counsel's word on a place of the proposal: `{part, quote?, text}`."""
    values = {name: s.case.fill(s.values[name]) for name in ("quote", "text") if name in s.values}
    commenting.add(s.number, {"part": s.values["part"], **values}, by=s.by, now=s.now)


def sign_under_conditions(s: Scene) -> None:
    """Signed, but the letter leaves only when the `conditions` are met."""
    wanted = [s.case.fill(text) for text in s.values["conditions"]]
    said = said_when_signing(s, CaseSituation(s.complaint, s.by, s.now))
    s.step("sign", **said, conditions=wanted)


def consult(s: Scene) -> None:
    """Another counsel is asked before this one signs."""
    other = next(u for u in s.stage.people.values() if u.is_(Role.COUNSEL) and u.pk != s.by.pk)
    values = {"user": other.username, "question": s.case.fill(s.values["text"])}
    consulting.ask(s.number, values, by=s.by, now=s.now)


def mail_report(s: Scene) -> None:
    """The mail server says that the letter arrived, or that it came back: `{action, status}`."""
    letter = Notice.objects.filter(LEFT, outbox__complaint__number=s.number).latest("pk")
    report = common().mail_report.format(
        token=bounces.token_of(letter.outbox), action=s.values["action"], status=s.values["status"]
    )
    bounces.take(report.encode(), s.now)


# --- many cases


def pay_by_list(s: Scene) -> None:
    """The supervisor enters a list of the bank: one paid wholly, one partly, one twice, one too
    much, one for a case that is not there and one that cannot be read.
    """
    due = Commitment.objects.filter(
        complaint__in=Complaint.objects.visible_to(s.by).filter(state=State.EXECUTING),
        state="open",
        amount__gt=0,
        measure__payee__gt="",
    )
    on_time = due.filter(due__gte=s.now.date())  # what is overdue stays to be seen
    rows = on_time.select_related("complaint").order_by("id")
    one_each = list({promise.complaint_id: promise for promise in rows}.values())[:3]
    listed = "\n".join(_lines(one_each, s)).encode()
    name = f"银行回单 {s.now:%Y-%m-%d}.csv"
    file = payment_file.upload([listed], name, by=s.by, now=s.now)
    payment_file.start(file, by=s.by, now=s.now)
    payment_run.proceed(file.pk, now=s.now)


def _lines(promises: list[Commitment], s: Scene) -> list[str]:
    """The columns of our own form, and a row for each promise with what goes wrong in lists."""
    day, first = s.now.date().isoformat(), f"{s.now:%Y%m%d}7000"
    lines = ["案件编号,措施,付款金额,付款日期,付款方式,流水号,备注"]
    for place, (promise, share) in enumerate(zip(promises, (1, 2, 1), strict=False)):
        amount = f"{promise.standing.open / share:.2f}" if place < 2 else "999999.00"
        row = f"{promise.complaint.number},#{promise.pk},{amount},{day},银行转账,{first}{place},"
        lines += [row, row] if place == 0 else [row]
    lines.append(f"TS-20200101-99999,退还价款,120.00,{day},银行转账,{first}8,编号抄错")
    lines.append(f"{promises[0].complaint.number},,一百二十元,{day},银行转账,{first}9,金额写成汉字")
    return lines


def mass_case(s: Scene) -> None:
    """One finding for every open case of the same product, signed by counsel; and consumers who
    have not complained, of whom some were told.
    """
    values = {name: s.case.fill(s.values[name]) for name in ("title", "defect", "finding")}
    values |= {"category": s.case.story.category, "product_name": s.case.product["short"]}
    opened = mass.open_one(values, by=s.by, now=s.now)
    seen = Complaint.objects.visible_to(s.by).open()
    same = seen.filter(product_name__startswith=values["product_name"])
    mass.join_many(opened.pk, same.values_list("number", flat=True), by=s.by, now=s.now)
    signer = s.stage.people[s.case.counsel]
    mass.sign(
        opened.pk,
        s.case.fill(s.values["opinion"]),
        read=hash_of(content(opened)),
        by=signer,
        reauthenticated_at=s.now,
        now=s.now,
    )
    _silent(s, opened.pk)


def _silent(s: Scene, pk: int) -> None:
    people = [consumer(f"{s.case.key} silent {n}", old=True).values for n in range(8)]
    rows = ["姓名,电话", *(f"{p['name']},{p['phone']}" for p in people)]
    silent.take(pk, ["\n".join(rows).encode()], by=s.by, now=s.now)
    listed = list(SilentConsumer.objects.filter(mass=pk).values_list("pk", flat=True)[:3])
    silent.tell(pk, listed, s.case.fill(s.values["told"]), by=s.by, now=s.now)
