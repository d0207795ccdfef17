"""Paths below /api/v1/."""

from django.urls import include, path

from complaints.api import (
    access,
    answers,
    approvals,
    archive,
    archive_search,
    cases,
    clocks,
    commitments,
    disposal,
    evidence,
    facts,
    folder,
    keeping,
    letters,
    mass,
    mass_acts,
    mass_sign,
    payment_files,
    payments,
    readings,
    resolutions,
    reviewing,
    satisfaction,
    signing,
    steps,
    trail,
    uploads,
)

of_one_case = [
    path("", cases.CaseDetailView.as_view(), name="api-complaint"),
    path("owner/", cases.OwnerView.as_view(), name="api-owner"),
    path("steps/", steps.StepsView.as_view(), name="api-steps"),
    path("facts/", facts.FactsView.as_view(), name="api-facts"),
    path("analysis/", facts.AnalysisView.as_view(), name="api-analysis"),
    path("evidence/", evidence.EvidenceView.as_view(), name="api-evidence"),
    path("evidence/<int:item>/", evidence.EvidenceItemView.as_view(), name="api-evidence-item"),
    path(
        "evidence/<int:item>/file/",
        evidence.EvidenceFileView.as_view(),
        name="api-evidence-file",
    ),
    path("evidence/uploads/", uploads.UploadsView.as_view(), name="api-uploads"),
    path("evidence/uploads/<uuid:upload>/", uploads.UploadView.as_view(), name="api-upload"),
    path(
        "evidence/uploads/<uuid:upload>/finish/",
        uploads.FinishView.as_view(),
        name="api-upload-finish",
    ),
    path(
        "evidence/<int:item>/custody/",
        folder.CustodyView.as_view(),
        name="api-evidence-custody",
    ),
    path("evidence/<int:item>/check/", folder.CheckView.as_view(), name="api-evidence-check"),
    path("evidence/<int:item>/links/", folder.LinksView.as_view(), name="api-evidence-links"),
    path(
        "evidence/<int:item>/withdraw/",
        folder.WithdrawView.as_view(),
        name="api-evidence-withdraw",
    ),
    path("dossier.pdf", archive.DossierView.as_view(), name="api-dossier"),
    path("package.zip", archive.PackageView.as_view(), name="api-package"),
    path("timeline/", trail.TimelineView.as_view(), name="api-timeline"),
    path("deadlines/", trail.DeadlinesView.as_view(), name="api-deadlines"),
    path(
        "deadlines/<int:deadline>/extensions/",
        clocks.ExtensionsView.as_view(),
        name="api-extensions",
    ),
    path(
        "deadlines/<int:deadline>/extensions/<int:extension>/decide/",
        clocks.ExtensionDecisionView.as_view(),
        name="api-extension-decision",
    ),
    path("moments/", clocks.MomentsView.as_view(), name="api-moments"),
    path("commitments/", commitments.CommitmentsView.as_view(), name="api-commitments"),
    path(
        "commitments/<int:commitment>/",
        commitments.CommitmentView.as_view(),
        name="api-commitment",
    ),
    path("payments/", payments.PaymentsView.as_view(), name="api-payments"),
    path(
        "payments/<int:payment>/reverse/",
        payments.ReverseView.as_view(),
        name="api-payment-reverse",
    ),
    path(
        "commitments/<int:commitment>/keep/",
        commitments.KeepView.as_view(),
        name="api-commitment-keep",
    ),
    path(
        "commitments/<int:commitment>/break/",
        commitments.BreakView.as_view(),
        name="api-commitment-break",
    ),
    path(
        "commitments/<int:commitment>/release/",
        commitments.ReleaseView.as_view(),
        name="api-commitment-release",
    ),
    path(
        "commitments/<int:commitment>/due/",
        commitments.OtherDueView.as_view(),
        name="api-commitment-due",
    ),
    path("communications/", trail.CommunicationsView.as_view(), name="api-communications"),
    path("answers/", answers.AnswersView.as_view(), name="api-answers"),
    path("letters/", letters.LettersView.as_view(), name="api-letters"),
    path(
        "letters/<int:outgoing>/<str:act>/",
        letters.LetterActView.as_view(),
        name="api-letter-act",
    ),
    path("holds/", trail.HoldsView.as_view(), name="api-holds"),
    path("holds/<int:hold>/", trail.HoldView.as_view(), name="api-hold"),
    path("resolutions/", resolutions.ResolutionsView.as_view(), name="api-resolutions"),
    path("approvals/", approvals.ApprovalsView.as_view(), name="api-approvals"),
    path("comments/", reviewing.CommentsView.as_view(), name="api-comments"),
    path(
        "comments/<int:comment>/resolve/",
        reviewing.CommentResolvedView.as_view(),
        name="api-comment-resolve",
    ),
    path("consults/", reviewing.ConsultsView.as_view(), name="api-consults"),
    path(
        "consults/<int:consult>/answer/",
        reviewing.ConsultAnswerView.as_view(),
        name="api-consult-answer",
    ),
    path(
        "consults/<int:consult>/withdraw/",
        reviewing.ConsultWithdrawnView.as_view(),
        name="api-consult-withdraw",
    ),
    path("conditions/", reviewing.ConditionsView.as_view(), name="api-conditions"),
    path(
        "conditions/<int:condition>/meet/",
        reviewing.ConditionMetView.as_view(),
        name="api-condition-meet",
    ),
    path("named-people/", reviewing.NamedPeopleView.as_view(), name="api-named-people"),
    path(
        "named-people/<str:username>/clear/",
        reviewing.NamedPersonClearedView.as_view(),
        name="api-named-person-clear",
    ),
    path("review/", signing.ReviewView.as_view(), name="api-review"),
    path("review/read/", signing.ReadView.as_view(), name="api-review-read"),
    path("review/sign-again/", signing.SignAgainView.as_view(), name="api-sign-again"),
    path("recusals/", reviewing.RecusalsView.as_view(), name="api-recusals"),
]

of_one_case += [
    path(
        "satisfaction/", satisfaction.CaseSatisfactionView.as_view(), name="api-case-satisfaction"
    ),
    path("mass/leave/", mass.LeaveView.as_view(), name="api-mass-leave"),
    path("redo/", satisfaction.RedoView.as_view(), name="api-redo"),
    path("readings/", readings.ReadingsView.as_view(), name="api-readings"),
    path("readings/of-person/", readings.PersonReadingsView.as_view(), name="api-person-readings"),
]

of_one_access = [
    path("", access.AccessRequestView.as_view(), name="api-access-request"),
    path("decide/", access.AccessDecideView.as_view(), name="api-access-decide"),
    path("end/", access.AccessEndView.as_view(), name="api-access-end"),
    path("review/", access.AccessReviewView.as_view(), name="api-access-review"),
]
of_one_hold = [
    path("", keeping.LegalHoldView.as_view(), name="api-legal-hold"),
    path("cases/", keeping.HeldCasesView.as_view(), name="api-held-cases"),
    path("ask-release/", keeping.AskReleaseView.as_view(), name="api-legal-hold-ask"),
    path("release/", keeping.ReleaseView.as_view(), name="api-legal-hold-release"),
    path("keep/", keeping.KeepView.as_view(), name="api-legal-hold-keep"),
]
of_one_batch = [
    path("", disposal.BatchView.as_view(), name="api-disposal-batch"),
    path("rows/", disposal.RowsView.as_view(), name="api-disposal-rows"),
    path("review/", disposal.ReviewView.as_view(), name="api-disposal-review"),
]

urlpatterns = [
    path("mass/", mass.MassCasesView.as_view(), name="api-mass-cases"),
    path("mass/<int:mass>/", mass.MassCaseView.as_view(), name="api-mass-case"),
    path("mass/<int:mass>/sign/", mass_sign.MassSignView.as_view(), name="api-mass-sign"),
    path("mass/<int:mass>/members/", mass.MassMembersView.as_view(), name="api-mass-members"),
    path("mass/<int:mass>/silent/", mass_acts.MassSilentView.as_view(), name="api-mass-silent"),
    path("mass/<int:mass>/silent/told/", mass_acts.MassToldView.as_view(), name="api-mass-told"),
    path("mass/<int:mass>/drafts/", mass_acts.MassDraftsView.as_view(), name="api-mass-drafts"),
    path("satisfaction/", satisfaction.SatisfactionView.as_view(), name="api-satisfaction"),
    path(
        "satisfaction/figures/",
        satisfaction.SatisfactionFiguresView.as_view(),
        name="api-satisfaction-figures",
    ),
    path("review/batch/", signing.BatchView.as_view(), name="api-sign-batch"),
    path("archive/", archive_search.ArchiveSearchView.as_view(), name="api-archive-search"),
    path("complaints/", cases.CasesView.as_view(), name="api-complaints"),
    path("complaints/<str:number>/", include(of_one_case)),
    path("access-requests/", access.AccessRequestsView.as_view(), name="api-access-requests"),
    path("access-requests/<int:access_request>/", include(of_one_access)),
    path("legal-holds/", keeping.LegalHoldsView.as_view(), name="api-legal-holds"),
    path("legal-holds/<int:legal_hold>/", include(of_one_hold)),
    path("disposal-batches/", disposal.BatchesView.as_view(), name="api-disposal-batches"),
    path("disposal-batches/<int:disposal_batch>/", include(of_one_batch)),
    path("disposal-register/", disposal.RegisterView.as_view(), name="api-disposal-register"),
    path("payment-files/", payment_files.PaymentFilesView.as_view(), name="api-payment-files"),
    path(
        "payment-files/<int:payment_file>/",
        payment_files.PaymentFileView.as_view(),
        name="api-payment-file",
    ),
    path(
        "payment-files/<int:payment_file>/rows/",
        payment_files.RowsView.as_view(),
        name="api-payment-file-rows",
    ),
    path(
        "payment-files/<int:payment_file>/start/",
        payment_files.StartView.as_view(),
        name="api-payment-file-start",
    ),
    path(
        "payment-files/<int:payment_file>/stop/",
        payment_files.StopView.as_view(),
        name="api-payment-file-stop",
    ),
    path("reconciliation/", payment_files.ReconciliationView.as_view(), name="api-reconciliation"),
]
