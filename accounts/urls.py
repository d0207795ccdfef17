"""Addresses of the pages about people."""

from django.urls import path

from accounts.views import absence, oidc, own, people, setup, sign_in, sign_ins

urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("login/oidc/", oidc.start, name="oidc_login"),
    path("login/oidc/callback/", oidc.callback, name="oidc_callback"),
    path("logout/", sign_in.SignOut.as_view(), name="logout"),
    path("settings/", own.own_settings, name="settings"),
    path("settings/password/", sign_in.OwnPassword.as_view(), name="password"),
    path("settings/sign-ins/", sign_ins.sign_ins, name="sign_ins"),
    path("settings/single-keys/", own.set_single_keys, name="set_single_keys"),
    path("settings/density/", own.set_density, name="set_density"),
    path("settings/absence/", absence.absence, name="absence"),
    path("settings/absence/<int:absence>/end/", absence.end_absence, name="end_absence"),
    path("users/", people.users, name="users"),
    path("users/new/", people.new_user, name="new_user"),
    path("users/<int:pk>/", people.user, name="user"),
    path("users/<int:pk>/password/", people.reset_password, name="reset_password"),
    path("users/<int:pk>/identity/", oidc.identity, name="identity"),
    path("users/<int:pk>/sign-ins/", sign_ins.user_sign_ins, name="user_sign_ins"),
    path("users/teams/", people.teams, name="teams"),
    path("users/teams/new/", people.team, name="new_team"),
    path("users/teams/<int:pk>/", people.team, name="team"),
    path("setup/", setup.setup, name="setup"),
    path("setup/people/", setup.setup_people, name="setup_people"),
]
