"""Forms of people about themselves, and of administrators about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import first_run
from accounts.models import Team, User
from accounts.roles import ALONE, Role


class SignInForm(AuthenticationForm):
    """The same words for an unknown name, a wrong password and a deactivated person."""

    error_messages = {
        "invalid_login": _("用户名或密码不正确。"),
        "inactive": _("用户名或密码不正确。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("用户名")
        self.fields["password"].label = _("密码")

    def clean(self) -> dict[str, Any]:
        """A name that is too long for anybody's is not even looked up: what counts the failed
        attempts could not write it down.
        """
        if len(self.cleaned_data.get("username") or "") > (self.username_field.max_length or 150):
            raise self.get_invalid_login_error()
        return super().clean()


class OwnPasswordForm(PasswordChangeForm):
    """Old password, new one twice."""

    error_messages = {
        "password_incorrect": _("现在的密码不正确。"),
        "password_mismatch": _("两次输入的新密码不一样。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("现在的密码")
        self.fields["new_password1"].label = _("新密码")
        self.fields["new_password2"].label = _("再输入一次新密码")
        self.fields["new_password1"].help_text = _(
            "至少 10 个字符，不能全是数字，不能是常见密码，也不要包含用户名。"
        )
        self.fields["new_password2"].help_text = ""


class SettingsForm(forms.ModelForm):
    """How the person likes the screen. Kept on the person, so it follows to every computer."""

    class Meta:
        model = User
        fields = ["language", "theme", "density", "single_keys"]
        widgets = {
            "language": forms.RadioSelect,
            "theme": forms.RadioSelect,
            "density": forms.RadioSelect,
        }


class TeamForm(forms.ModelForm):
    """Name of a team, and whether it takes new cases."""

    class Meta:
        model = Team
        fields = ["name", "is_active"]
        help_texts = {"is_active": _("停用后不再接收新案件，已有案件仍然可以办理。")}
        error_messages = {"name": {"unique": _("已经有这个名称的团队。")}}


def _check_roles(roles: list[str]) -> list[str]:
    for role in ALONE:
        if role in roles and len(roles) > 1:
            raise ValidationError(
                _("“%(role)s”不能与其他角色同时担任。"), params={"role": role.label}
            )
    return roles


class PersonForm(forms.Form):
    """One person: name, roles, and for each team whether a member or its lead.

    `username` is given once.
    """

    username = forms.CharField(
        label=_("用户名"), max_length=60, help_text=_("登录用，小写字母开头，建好后不能改。")
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(
        label=_("邮箱"),
        required=False,
        max_length=254,
        help_text=_("提醒和通知发到这里。请填写单位邮箱：邮件里有案件编号和事由。"),
    )
    roles = forms.MultipleChoiceField(
        label=_("角色"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )

    MEMBER = (("", _("不在此团队")), ("member", _("成员")), ("lead", _("负责人")))

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)
        held = dict(person.memberships) if person else {}
        if person:
            del self.fields["username"]
            self.initial |= {
                "name": person.name,
                "email": person.email,
                "roles": person.roles,
            }
        self.teams = list(Team.objects.filter(is_active=True))
        for team in self.teams:
            initial = "" if team.pk not in held else ("lead" if held[team.pk] else "member")
            self.fields[f"team_{team.pk}"] = forms.ChoiceField(
                label=team.name, choices=self.MEMBER, required=False, initial=initial
            )

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].strip()
        for validator in User._meta.get_field("username").validators:
            validator(username)
        if User.objects.filter(username=username).exists():
            raise ValidationError(_("已经有这个用户名。"))
        return str(username)

    def clean_roles(self) -> list[str]:
        return _check_roles(self.cleaned_data["roles"])

    @property
    def team_fields(self) -> list[forms.BoundField]:
        """The choices about teams, one per team."""
        return [self[f"team_{team.pk}"] for team in self.teams]

    @property
    def memberships(self) -> dict[int, bool]:
        """Team id → leads it, as chosen."""
        chosen = {team.pk: self.cleaned_data.get(f"team_{team.pk}", "") for team in self.teams}
        return {pk: how == "lead" for pk, how in chosen.items() if how}


class FirstAdministratorForm(forms.Form):
    """The very first person, proved by the code in the terminal."""

    code = forms.CharField(
        label=_("一次性口令"),
        max_length=40,
        help_text=_("启动时显示在终端里，形如 ABCD-EFGH-IJKL-MNOP，24 小时内有效。"),
    )
    username = forms.CharField(
        label=_("用户名"), max_length=60, initial="administrator", help_text=_("小写字母开头。")
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    password1 = forms.CharField(
        label=_("密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("至少 10 个字符，不能全是数字，不能是常见密码，也不要包含用户名。"),
    )
    password2 = forms.CharField(
        label=_("再输入一次密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_code(self) -> str:
        given: str = self.cleaned_data["code"]
        if wrong := first_run.wrong_with(given):
            raise ValidationError(wrong)
        return given

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"].strip()
        for validator in User._meta.get_field("username").validators:
            validator(username)
        if User.objects.filter(username=username).exists():
            raise ValidationError(_("已经有这个用户名。"))
        return username

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("两次输入的密码不一样。"))
        elif first:
            try:
                password_validation.validate_password(
                    first, User(username=data.get("username", ""), name=data.get("name", ""))
                )
            except ValidationError as error:
                self.add_error("password1", error)
        return data


class StaffRowForm(forms.Form):
    """One line of the guided first set-up: a colleague in the first team.

    An empty line is nothing.
    """

    name = forms.CharField(label=_("姓名"), max_length=60, required=False)
    username = forms.CharField(label=_("用户名"), max_length=60, required=False)
    role = forms.ChoiceField(
        label=_("角色"),
        choices=[c for c in Role.choices if c[0] != Role.ADMINISTRATOR],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        name, username = data.get("name", "").strip(), data.get("username", "").strip()
        if bool(name) != bool(username):
            self.add_error("username" if name else "name", _("姓名和用户名都要填写。"))
        elif username:
            try:
                for validator in User._meta.get_field("username").validators:
                    validator(username)
            except ValidationError as error:
                self.add_error("username", error)
            if User.objects.filter(username=username).exists():
                self.add_error("username", _("已经有这个用户名。"))
        data.update(name=name, username=username)
        return data


class StaffRows(forms.BaseFormSet):
    """The lines together: at least one person, no user name twice."""

    def clean(self) -> None:
        names = [
            form.cleaned_data.get("username")
            for form in self.forms
            if form.is_valid() and form.cleaned_data.get("username")
        ]
        if not names and not any(form.errors for form in self.forms):
            raise ValidationError(_("请至少填写一位同事。"))
        doubled = {name for name in names if names.count(name) > 1}
        if doubled:
            raise ValidationError(
                _("用户名重复：%(names)s"), params={"names": "、".join(sorted(doubled))}
            )


StaffFormSet = forms.formset_factory(StaffRowForm, formset=StaffRows, extra=0, max_num=20)
