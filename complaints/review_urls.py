"""Addresses of counsel's desk, rules and deadlines, of finished files and the audit record."""

from django.urls import path

from complaints.views import (
    archive,
    audit_log,
    counsel_acts,
    deadline_views,
    keeping,
    legal_holds,
    letter_templates,
    review,
    review_batch,
    rules,
    trial_views,
)

urlpatterns = [
    path("review/", review.review, name="review"),
    path("review/batch/", review_batch.batch, name="review_batch"),
    path("review/<str:number>/", review.review_case, name="review_case"),
    path("review/<str:number>/findings/", review.findings, name="review_findings"),
    path("review/<str:number>/read/", review.read_to_the_end, name="review_read"),
    path("review/<str:number>/comments/", counsel_acts.comment, name="comment"),
    path(
        "review/<str:number>/comments/<int:comment>/resolve/",
        counsel_acts.resolve_comment,
        name="resolve_comment",
    ),
    path("review/<str:number>/consults/", counsel_acts.consult, name="consult"),
    path(
        "review/<str:number>/consults/<int:consult>/",
        counsel_acts.answer_consult,
        name="answer_consult",
    ),
    path(
        "review/<str:number>/consults/<int:consult>/withdraw/",
        counsel_acts.withdraw_consult,
        name="withdraw_consult",
    ),
    path("law/rules/", rules.rules, name="rules"),
    path("law/rules/try/", trial_views.rules_try, name="rules_try"),
    path("law/rules/try/<int:trial>/", trial_views.trial, name="trial"),
    path("law/rules/try/<int:trial>/progress/", trial_views.trial_progress, name="trial_progress"),
    path("law/rules/<str:rule>/", rules.rule, name="rule"),
    path("law/deadlines/", deadline_views.deadlines, name="deadlines"),
    path("law/deadlines/regime/<str:regime>/", deadline_views.regime, name="regime"),
    path("law/deadlines/<str:term>/", deadline_views.deadline, name="deadline"),
    path("law/letters/", letter_templates.letter_templates, name="letter_templates"),
    path(
        "law/letters/<str:template>/",
        letter_templates.letter_template,
        name="letter_template",
    ),
    path("archive/", archive.archive, name="archive"),
    path("archive/holds/", legal_holds.legal_holds, name="legal_holds"),
    path("archive/holds/new/", legal_holds.new, name="legal_hold_new"),
    path("archive/holds/<int:legal_hold>/", legal_holds.legal_hold, name="legal_hold"),
    path("archive/holds/<int:legal_hold>/add/", legal_holds.add, name="legal_hold_add"),
    path("archive/holds/<int:legal_hold>/ask/", legal_holds.ask_release, name="legal_hold_ask"),
    path("archive/holds/<int:legal_hold>/decide/", legal_holds.decide, name="legal_hold_decide"),
    path("archive/<str:number>/", archive.archive_case, name="archive_case"),
    path("archive/<str:number>/retention/", keeping.retention_class, name="retention_class"),
    path("audit/", audit_log.audit_log, name="audit_log"),
]
