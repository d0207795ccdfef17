"""What of the cases hangs on a person, and what becomes of it when the person leaves.

Cases go back to the queue of their team, where its lead finds them; one act over many cases passes
those under a legal hold by, which the lead hands over one by one. Files that only the person could
have fetched, and what lay half typed, are gone.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts import leaving
from accounts.leaving import Part
from accounts.models import User
from complaints import promised
from complaints.actions import (
    access,
    access_decision,
    assignment,
    consulting,
    export_consent,
    import_run,
    payment_file,
    trials,
)
from complaints.choices import CommitmentState
from complaints.models import (
    AccessDecision,
    Commitment,
    Complaint,
    Consult,
    Draft,
    Export,
    ExportRequest,
    Follow,
    ImportRun,
    LetterBatch,
    PaymentFile,
    QuickText,
    RecentSearch,
    SavedSearch,
    SavedView,
    Trial,
)
from complaints.models.saved_views import Scope, ViewAlert
from complaints.sight import running

LANGUAGE = "zh-hans"  # what stands in a case is read by everybody
RUNNING_TRIALS = (Trial.State.READY, Trial.State.RUNNING)


def _cases(user: User, now: datetime) -> int:
    return Complaint.objects.open().owned_by(user).filter(legal_hold=False).count()


def _hold_cases(user: User, now: datetime) -> None:
    """Every case that is touched, in the order in which everybody takes many."""
    grants = running(user, now) if user.sees_more else AccessDecision.objects.none()
    touched = (
        Q(pk__in=Complaint.objects.open().owned_by(user).values("pk"))
        | Q(pk__in=_asked(user).values("resolution__complaint"))
        | Q(pk__in=_promised(user).values("complaint"))
        | Q(pk__in=grants.values("complaint"))
    )
    list(Complaint.objects.filter(touched).order_by("pk").locked().values_list("pk", flat=True))


def _end_cases(user: User, by: User, now: datetime) -> int:
    _hold_cases(user, now)
    rows = Complaint.objects.open().owned_by(user).filter(legal_hold=False)
    cases = list(rows.order_by("pk").locked().select_related("team", "consumer"))
    with override(LANGUAGE):
        note = _("{name} 的账号已停用，退回待分配").format(name=user.name)
    for case in cases:
        assignment.back_to_queue(case, by, now, note)
    return len(cases)


def _held_cases(user: User, now: datetime) -> int:
    return Complaint.objects.open().owned_by(user).filter(legal_hold=True).count()


def _promised(user: User) -> QuerySet[Commitment]:
    """What the person is to keep in the cases of others; those of own cases go with the case."""
    rows = Commitment.objects.filter(owner=user, state=CommitmentState.OPEN)
    return rows.filter(complaint__legal_hold=False).exclude(complaint__owner=user)


def _promises(user: User, now: datetime) -> int:
    return _promised(user).count()


def _end_promises(user: User, by: User, now: datetime) -> int:
    """The owner of the case answers for them from now on."""
    number = _promises(user, now)
    cases = Complaint.objects.filter(pk__in=_promised(user).values("complaint"))
    for case in cases.order_by("pk"):
        promised.hand_over(case, user.pk, None)
    return number


def _consults(user: User, now: datetime) -> int:
    return _asked(user).count()


def _asked(user: User) -> QuerySet[Consult]:
    return Consult.objects.filter(user=user, answered_at=None, withdrawn_at=None)


def _end_consults(user: User, by: User, now: datetime) -> int:
    asked = list(_asked(user).values_list("pk", "resolution__complaint__number").order_by("pk"))
    for pk, number in asked:
        consulting.not_waited_for(number, pk, by=by, now=now)
    return len(asked)


def _grants(user: User, now: datetime) -> int:
    return running(user, now).count() if user.sees_more else 0


def _end_grants(user: User, by: User, now: datetime) -> int:
    return access_decision.end_all(user, by=by, now=now)


def _access_requests(user: User, now: datetime) -> int:
    """What was asked for before an earlier leaving is void already."""
    return access.undecided(now).filter(by=user).count()


def _drafts(user: User, now: datetime) -> int:
    return Draft.objects.filter(user=user).count()


def _end_drafts(user: User, by: User, now: datetime) -> int:
    return Draft.objects.filter(user=user).delete()[0]


def _searches(user: User, now: datetime) -> int:
    rows = RecentSearch.objects.filter(user=user).count()
    return rows + SavedSearch.objects.filter(owner=user).count()


def _end_searches(user: User, by: User, now: datetime) -> int:
    recent = RecentSearch.objects.filter(user=user).delete()[0]
    return recent + SavedSearch.objects.filter(owner=user).delete()[0]


def _texts(user: User, now: datetime) -> int:
    return QuickText.objects.filter(owner=user).count()


def _end_texts(user: User, by: User, now: datetime) -> int:
    number = _texts(user, now)
    QuickText.objects.filter(owner=user).delete()
    return number


def _own_views(user: User) -> QuerySet[SavedView]:
    """Those that nobody else opens; the shared ones stay for the others."""
    return SavedView.objects.filter(owner=user, scope=Scope.PERSONAL)


def _views(user: User, now: datetime) -> int:
    return _own_views(user).count() + ViewAlert.objects.filter(user=user).count()


def _end_views(user: User, by: User, now: datetime) -> int:
    number = _views(user, now)
    ViewAlert.objects.filter(user=user).delete()
    _own_views(user).delete()
    return number


def _follows(user: User, now: datetime) -> int:
    return Follow.objects.filter(user=user).count()


def _end_follows(user: User, by: User, now: datetime) -> int:
    return Follow.objects.filter(user=user).delete()[0]


def _exports(user: User, now: datetime) -> int:
    """Their rows are never changed: void is what was asked for before the person left
    (`export_consent.of_present`).
    """
    present = export_consent.of_present()
    granted = Export.objects.filter(present, by=user, expires_at__gt=now)
    asked = ExportRequest.objects.filter(present, by=user, expires_at__gt=now)
    return granted.count() + asked.filter(export_consent.unanswered()).count()


def _runs(user: User, now: datetime) -> int:
    trials_left = Trial.objects.filter(by=user, state__in=RUNNING_TRIALS).count()
    imports = ImportRun.objects.filter(user=user, state=ImportRun.State.RUNNING).count()
    files = PaymentFile.objects.filter(user=user, state=PaymentFile.State.RUNNING).count()
    return trials_left + imports + files


def _end_runs(user: User, by: User, now: datetime) -> int:
    number = _runs(user, now)
    with override(LANGUAGE):
        why = _("{name} 的账号已停用；已登记的保留").format(name=user.name)
    for run in ImportRun.objects.filter(user=user, state=ImportRun.State.RUNNING):
        import_run.fail(run, why, by=by)
    for file in PaymentFile.objects.filter(user=user, state=PaymentFile.State.RUNNING):
        payment_file.fail(file, why, by=by)
    for trial in Trial.objects.filter(by=user, state__in=RUNNING_TRIALS):
        trials.stop(trial, trials.BY_HAND, by=by, now=now)
    return number


def _files(user: User, now: datetime) -> int:
    uploads = ImportRun.objects.filter(user=user, state=ImportRun.State.UPLOADED).count()
    lists = PaymentFile.objects.filter(user=user, state=PaymentFile.State.CHECKED).count()
    return uploads + lists + LetterBatch.objects.filter(by=user).count()


def _end_files(user: User, by: User, now: datetime) -> int:
    number = _files(user, now)
    ImportRun.objects.filter(user=user, state=ImportRun.State.UPLOADED).delete()
    PaymentFile.objects.filter(user=user, state=PaymentFile.State.CHECKED).delete()
    LetterBatch.objects.filter(by=user).delete()
    return number


def register() -> None:
    """Tell the accounts app (`complaints.apps`): a table of what hangs on a person here."""
    leaving.register(
        Part(
            "cases",
            gettext_lazy("负责的案件"),
            _cases,
            _end_cases,
            gettext_lazy("退回所在团队待分配；要指定接手人的，请主管先转派。"),
            by_leads=True,
            turn=2,
        ),
        Part(
            "held_cases",
            gettext_lazy("诉讼保留中的案件"),
            _held_cases,
            None,
            gettext_lazy("不参加批量退回，请主管逐件转派。"),
            by_leads=True,
        ),
        Part(
            "consults",
            gettext_lazy("待答复的加签"),
            _consults,
            _end_consults,
            gettext_lazy("不再等待；提出人可以另请一位法务。"),
            turn=3,
        ),
        Part(
            "promises",
            gettext_lazy("同事案件中由其兑现的承诺"),
            _promises,
            _end_promises,
            gettext_lazy("改由各案件的责任人负责。"),
            turn=3,
        ),
        Part("grants", gettext_lazy("临时查阅与紧急调阅"), _grants, _end_grants, turn=4),
        Part(
            "access_requests",
            gettext_lazy("等待决定的查阅申请"),
            _access_requests,
            None,
            gettext_lazy("作废；以后回来的须重新申请。"),
            voided=True,
        ),
        Part("exports", gettext_lazy("申请中和可取走的证据包"), _exports, voided=True),
        Part("runs", gettext_lazy("正在运行的导入、付款登记和试算"), _runs, _end_runs, turn=1),
        Part("files", gettext_lazy("上传未用的清单和成批函件"), _files, _end_files),
        Part(
            "drafts",
            gettext_lazy("未提交的草稿"),
            _drafts,
            _end_drafts,
            gettext_lazy("草稿只有本人能看，随账号删除。"),
        ),
        Part("follows", gettext_lazy("关注的案件"), _follows, _end_follows),
        Part(
            "searches",
            gettext_lazy("最近的和保存的搜索"),
            _searches,
            _end_searches,
            gettext_lazy("只有本人能看，随账号删除。"),
        ),
        Part(
            "quick_texts",
            gettext_lazy("自己的常用语"),
            _texts,
            _end_texts,
            gettext_lazy("只有本人能看，随账号删除；团队的留下。"),
        ),
        Part(
            "views",
            gettext_lazy("只给自己用的视图和提醒"),
            _views,
            _end_views,
            gettext_lazy("随账号删除；与同事共享的视图保留，由能共享的主管接着维护。"),
        ),
    )
