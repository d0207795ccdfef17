"""Addresses of the pages about cases. Fixed words stand before `<number>`."""

from django.urls import include, path

from complaints.views import (
    commitment_list,
    danger,
    drafts,
    edit_case,
    health,
    importing,
    intake,
    promise_register,
    queue,
    queue_peek,
    resolution,
)

urlpatterns = [
    path("complaints/", queue.queue, name="queue"),
    path("complaints/take/", queue.take, name="take"),
    path("complaints/reassign/", queue.reassign, name="reassign"),
    path("complaints/new/", intake.intake, name="intake"),
    path("complaints/new/hints/", intake.hints, name="intake_hints"),
    path("commitments/", commitment_list.commitments, name="commitments"),
    path("danger/", danger.danger, name="danger"),
    path("danger/<str:number>/", danger.hand_over, name="danger_hand_over"),
    path("promises/", promise_register.promises, name="promises"),
    path("promises/new/", promise_register.new, name="promise_new"),
    path("promises/<int:public_promise>/edit/", promise_register.edit, name="promise_edit"),
    path(
        "promises/<int:public_promise>/withdraw/",
        promise_register.withdraw,
        name="promise_withdraw",
    ),
    path("promises/<int:public_promise>/cases/", promise_register.cases, name="promise_cases"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("import/", importing.upload, name="import_complaints"),
    path("import/<int:run>/", importing.run, name="import_run"),
    path("import/<int:run>/start/", importing.start, name="import_start"),
    path("import/<int:run>/stop/", importing.stop, name="import_stop"),
    path("import/<int:run>/discard/", importing.discard, name="import_discard"),
    path("import/<int:run>/progress/", importing.progress, name="import_progress"),
    path("import/<int:run>/rejected.csv", importing.rejected, name="import_rejected"),
    path("complaints/<str:number>/edit/", edit_case.edit_case, name="edit_case"),
    path("complaints/<str:number>/registered/", intake.done, name="intake_done"),
    path("complaints/<str:number>/peek/", queue_peek.peek, name="peek"),
    path("complaints/<str:number>/resolution/", resolution.resolution, name="resolution"),
    path("complaints/<str:number>/", include("complaints.case_urls")),
    path("calendar/", include("complaints.calendar_urls")),
    path("health/", health.status, name="health"),
    path("", include("complaints.review_urls")),
]
