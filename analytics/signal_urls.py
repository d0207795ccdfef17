"""Addresses of signals, causes, corrective actions and order volumes."""

from django.urls import path

from analytics.views import cases, cure, cure_files, gathering, signal_acts, signals, volumes

urlpatterns = [
    path("analytics/signals/", signals.signals, name="signals"),
    path("analytics/signals/detect/", signals.detect_now, name="detect_now"),
    path("analytics/signals/budget/", signals.alarm_budget, name="alarm_budget"),
    path("analytics/signals/<int:signal>/", signals.signal, name="signal"),
    path("analytics/signals/<int:signal>/cases/", cases.signal_cases, name="signal_cases"),
    path("analytics/signals/<int:signal>/cases/causes/", cases.give_causes, name="give_causes"),
    path(
        "analytics/signals/<int:signal>/copies/<int:group>/",
        gathering.signal_copies,
        name="signal_copies",
    ),
    path("analytics/signals/<int:signal>/owner/", signal_acts.signal_owner, name="signal_owner"),
    path("analytics/signals/<int:signal>/causes/", signal_acts.signal_cause, name="signal_cause"),
    path(
        "analytics/signals/<int:signal>/actions/", signal_acts.signal_action, name="signal_action"
    ),
    path(
        "analytics/signals/<int:signal>/<slug:signal_step>/",
        signal_acts.signal_step,
        name="signal_step",
    ),
    path("analytics/cases/<str:number>/causes/", cases.case_causes, name="case_causes"),
    path(
        "analytics/given/<int:given>/withdraw/", signal_acts.withdraw_cause, name="withdraw_cause"
    ),
    path("analytics/actions/", cure.actions, name="actions"),
    path("analytics/actions/<int:action>/", cure.action, name="action"),
    path("analytics/actions/<int:action>/files/", cure_files.add, name="add_action_file"),
    path(
        "analytics/actions/<int:action>/files/<int:action_file>/",
        cure_files.hand_out,
        name="action_file",
    ),
    path(
        "analytics/actions/<int:action>/files/<int:action_file>/withdraw/",
        cure_files.withdraw,
        name="withdraw_action_file",
    ),
    path("analytics/actions/<int:action>/<slug:action_act>/", cure.action_act, name="action_act"),
    path("analytics/causes/", cure.causes, name="causes"),
    path("analytics/causes/plant/", cure.plant_causes, name="plant_causes"),
    path("analytics/causes/<int:cause>/", cure.cause, name="cause"),
    path("analytics/causes/<int:cause>/actions/", cure.cause_action, name="cause_action"),
    path("analytics/causes/<int:cause>/<slug:cause_act>/", cure.cause_change, name="cause_change"),
    path("analytics/volumes/", volumes.volumes, name="volumes"),
    path("analytics/volumes/template/", volumes.template, name="volume_template"),
    path("analytics/volumes/<int:volume_file>/", volumes.file, name="volume_file"),
    path("analytics/volumes/<int:volume_file>/take/", volumes.take, name="take_volumes"),
    path("analytics/volumes/<int:volume_file>/drop/", volumes.drop, name="drop_volumes"),
]
