"""Addresses below one case, `complaints/<number>/`."""

from django.urls import path

from complaints.views import (
    analyses,
    case,
    case_acts,
    clocks,
    communications,
    evidence,
    facts,
    holds,
    moments,
    promise_acts,
    steps,
)

urlpatterns = [
    path("", case.case, name="case"),
    path("timeline/", case.timeline_pane, name="timeline"),
    path("steps/<str:step>/", steps.step, name="step"),
    path("withdrawal/dismiss/", case_acts.dismiss_withdrawal, name="dismiss_withdrawal"),
    path("facts/<str:fact>/", facts.answer_fact, name="answer_fact"),
    path("analyses/", analyses.analyses, name="analyses"),
    path("analyses/renew/", analyses.renew, name="renew_analysis"),
    path("communications/", communications.communicate, name="communicate"),
    path(
        "communications/<int:communication_id>/undo/",
        communications.undo_reply,
        name="undo_reply",
    ),
    path("letters/<int:letter_id>/", communications.letter, name="letter"),
    path("evidence/", evidence.add_evidence, name="add_evidence"),
    path("evidence/<int:item>/", evidence.evidence, name="evidence"),
    path("clocks/", clocks.clocks, name="clocks"),
    path("clocks/<int:deadline>/", clocks.clock, name="clock"),
    path("clocks/<int:deadline>/extend/", clocks.extend, name="extend"),
    path(
        "clocks/<int:deadline>/extensions/<int:extension>/",
        clocks.decide,
        name="decide_extension",
    ),
    path("hold/", holds.hold, name="hold"),
    path("hold/<int:hold>/", holds.put_off, name="put_off"),
    path("hold/<int:hold>/end/", holds.hold_end, name="hold_end"),
    path("ask/", holds.ask, name="ask_documents"),
    path("moments/", moments.record_moment, name="record_moment"),
    path("assign/", case_acts.assign, name="assign"),
    path("claim/", case_acts.claim, name="claim"),
    path("share/", case_acts.share, name="share"),
    path("commitments/", promise_acts.make_promise, name="make_promise"),
    path("commitments/<int:promise_id>/", promise_acts.keep, name="promise"),
    path("commitments/<int:promise_id>/broken/", promise_acts.broken, name="promise_broken"),
    path("commitments/<int:promise_id>/release/", promise_acts.release, name="promise_release"),
    path("commitments/<int:promise_id>/due/", promise_acts.other_due, name="promise_due"),
]
