"""The documented ways of waffle, each tried on our flags, switches, and samples.

The chapters: views, templates, JavaScript, Python, the command line, testing, and settings.
"""

from io import StringIO
from typing import Any

import pytest
import waffle
from django.contrib.auth.models import AnonymousUser, Group
from django.core import checks
from django.core.management import CommandError, call_command
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory, override_settings
from django.views.generic import View
from waffle import mixins, views
from waffle.decorators import waffle_flag, waffle_switch
from waffle.testutils import override_flag, override_sample, override_switch

from apps.flags.models import Flag, Sample, Switch
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory

pytestmark = pytest.mark.django_db


def request_of(user: Any = None, query: str = "") -> HttpRequest:
    request = RequestFactory().get(f"/{query}")
    request.user = user or AnonymousUser()
    return request


@waffle_flag("beta")
def beta_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("beta")


@waffle_flag("!beta", "admin:login")
def old_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("old")


@waffle_switch("happy")
def happy_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("happy")


class FlagView(mixins.WaffleFlagMixin, View):
    waffle_flag = "beta"

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("beta")


class SwitchView(mixins.WaffleSwitchMixin, View):
    waffle_switch = "!happy"

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("sad")


class SampleView(mixins.WaffleSampleMixin, View):
    waffle_sample = "some"

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("some")


class TestPython:
    def test_flag_is_active_asks_for_the_user_of_the_request(self) -> None:
        staff = StaffFactory()
        FlagFactory(name="beta", staff=True)

        assert waffle.flag_is_active(request_of(staff), "beta") is True
        assert waffle.flag_is_active(request_of(UserFactory()), "beta") is False
        assert waffle.flag_is_active(request_of(), "beta", read_only=True) is False
        assert Flag.get("beta").is_active_for_user(staff) is True

    def test_switch_and_sample_are_asked_without_a_request(self) -> None:
        Switch.objects.create(name="happy", active=True)
        SampleFactory(name="all", percent=100)
        SampleFactory(name="none", percent=0)

        assert waffle.switch_is_active("happy") is True
        assert waffle.sample_is_active("all") is True
        assert waffle.sample_is_active("none") is False

    def test_what_is_in_no_table_is_off(self) -> None:
        assert waffle.flag_is_active(request_of(StaffFactory()), "nothing") is False
        assert waffle.switch_is_active("nothing") is False
        assert waffle.sample_is_active("nothing") is False

    def test_the_models_are_ours(self) -> None:
        models = (
            waffle.get_waffle_flag_model(),
            waffle.get_waffle_switch_model(),
            waffle.get_waffle_sample_model(),
        )
        assert models == (Flag, Switch, Sample)


class TestViews:
    def test_a_decorated_view_is_there_for_those_that_the_flag_reaches(self) -> None:
        FlagFactory(name="beta", staff=True)

        assert beta_view(request_of(StaffFactory())).content == b"beta"
        with pytest.raises(Http404):
            beta_view(request_of())

    def test_a_negated_decorator_redirects(self) -> None:
        FlagFactory(name="beta", staff=True)

        assert old_view(request_of()).content == b"old"
        assert old_view(request_of(StaffFactory())).status_code == 302

    def test_a_switch_decorates_a_view(self) -> None:
        with pytest.raises(Http404):
            happy_view(request_of())
        SwitchFactory(name="happy", active=True)

        assert happy_view(request_of()).content == b"happy"

    def test_the_mixins_guard_class_based_views(self) -> None:
        FlagFactory(name="beta", everyone=True)
        SampleFactory(name="some", percent=100)

        assert FlagView.as_view()(request_of()).content == b"beta"
        assert SwitchView.as_view()(request_of()).content == b"sad"
        assert SampleView.as_view()(request_of()).content == b"some"
        Flag.objects.update(everyone=False)
        with pytest.raises(Http404):
            FlagView.as_view()(request_of())


class TestTemplates:
    SOURCE = (
        "{% load waffle_tags %}{% flag 'beta' %}beta{% else %}old{% endflag %} "
        "{% switch 'happy' %}happy{% else %}sad{% endswitch %} "
        "{% sample 'some' %}some{% else %}none{% endsample %}"
    )

    def test_the_tags_ask_our_models(self) -> None:
        FlagFactory(name="beta", staff=True)
        SwitchFactory(name="happy", active=True)
        SampleFactory(name="some", percent=100)
        template = engines["django"].from_string(self.SOURCE)

        assert template.render({}, request_of(StaffFactory())) == "beta happy some"
        assert template.render({}, request_of()) == "old happy some"

    def test_without_a_request_a_flag_is_off_unless_it_is_on_for_everyone(self) -> None:
        flag = FlagFactory(name="beta", staff=True)
        template = engines["django"].from_string(self.SOURCE)
        assert template.render({}) == "old sad none"

        flag.everyone = True
        flag.save()
        assert template.render({}) == "beta sad none"

    def test_the_script_and_the_status_answer_for_the_user(self) -> None:
        FlagFactory(name="beta", staff=True)
        script = views.wafflejs(request_of(StaffFactory())).content.decode()
        assert "'beta': true" in script
        assert "'beta': false" in views.wafflejs(request_of()).content.decode()

        status = views.waffle_json(request_of(StaffFactory())).content.decode()
        assert '"is_active": true' in status


class TestCommands:
    def test_waffle_flag_turns_a_flag_and_its_history_names_the_command(self) -> None:
        flag = FlagFactory(name="beta")
        call_command("waffle_flag", "beta", "--everyone", stdout=StringIO())

        flag.refresh_from_db()
        assert flag.everyone is True
        assert flag.history.latest().change_set.actor_label == "command waffle_flag"
        call_command("waffle_flag", "beta", "--deactivate", stdout=StringIO())
        flag.refresh_from_db()
        assert flag.everyone is False

    def test_waffle_flag_creates_a_flag_with_its_targets(self) -> None:
        user, group = UserFactory(), Group.objects.create(name="Testers")
        call_command(
            "waffle_flag", "beta", "--create", "--staff", "--percent", "20",
            "--user", user.email, "--group", "Testers", stdout=StringIO(),
        )  # fmt: skip

        flag = Flag.objects.get(name="beta")
        assert (flag.staff, flag.percent, flag.everyone) == (True, 20, None)
        assert list(flag.users.all()) == [user]
        assert list(flag.groups.all()) == [group]

    def test_the_commands_list_what_is_there(self) -> None:
        FlagFactory(name="beta")
        SwitchFactory(name="happy")
        SampleFactory(name="some")
        for command, name in (("flag", "beta"), ("switch", "happy"), ("sample", "some")):
            out = StringIO()
            call_command(f"waffle_{command}", "--list", stdout=out)
            assert name in out.getvalue()

    @pytest.mark.parametrize("option", ["--testing", "--rollout"])
    def test_what_a_visitor_would_decide_by_a_cookie_is_refused(self, option: str) -> None:
        FlagFactory(name="beta")
        with pytest.raises(CommandError, match="by person"):
            call_command("waffle_flag", "beta", "--everyone", option, stdout=StringIO())

        assert Flag.objects.get(name="beta").everyone is None

    def test_waffle_switch_and_waffle_sample_turn_theirs(self) -> None:
        call_command("waffle_switch", "happy", "on", "--create", stdout=StringIO())
        call_command("waffle_sample", "some", "25", "--create", stdout=StringIO())

        assert Switch.objects.get(name="happy").active is True
        assert Sample.objects.get(name="some").percent == 25

    def test_waffle_delete_deletes_what_the_code_does_not_ask_for(self) -> None:
        FlagFactory(name="beta")
        SwitchFactory(name="happy")
        call_command("waffle_delete", "--flags", "beta", "--switches", "happy", stdout=StringIO())

        assert not Flag.objects.filter(name="beta").exists()
        assert not Switch.objects.filter(name="happy").exists()


class TestTheFieldsOfCookies:
    @pytest.mark.parametrize(
        ("name", "value"), [("testing", True), ("rollout", True), ("languages", "en,de")]
    )
    def test_they_are_refused_when_set_and_empty_when_read(self, name: str, value: Any) -> None:
        flag = FlagFactory()
        with pytest.raises(CommandError, match="by person"):
            setattr(flag, name, value)
        with pytest.raises(CommandError, match="by person"):
            Flag.objects.create(name="other", **{name: value})

        assert not getattr(flag, name)
        setattr(flag, name, type(value)())  # As a form that leaves it out.


class TestTesting:
    @pytest.mark.parametrize("active", [True, False])
    def test_the_overriders_hold_inside_the_block_and_leave_nothing(self, active: bool) -> None:
        flag = FlagFactory(name="beta", everyone=not active)
        with (
            override_flag("beta", active=active),
            override_switch("happy", active=active),
            override_sample("some", active=active),
        ):
            assert waffle.flag_is_active(request_of(), "beta") is active
            assert waffle.switch_is_active("happy") is active
            assert waffle.sample_is_active("some") is active

        flag.refresh_from_db()
        assert flag.everyone is not active
        assert not Switch.objects.filter(name="happy").exists()
        assert not Sample.objects.filter(name="some").exists()

    @override_flag("beta", active=True)
    @override_switch("happy", active=True)
    def test_the_overriders_decorate_a_test(self) -> None:
        assert waffle.flag_is_active(request_of(), "beta") is True
        assert waffle.switch_is_active("happy") is True

    @override_sample("some", active=50.0)
    def test_a_sample_can_be_overridden_with_a_share(self) -> None:
        assert Sample.objects.get(name="some").percent == 50

    def test_a_declared_flag_is_overridden_and_put_back(self) -> None:
        flag = FlagFactory(name="bulk", everyone=True, is_declared=True)
        with override_flag("bulk", active=False):
            assert waffle.flag_is_active(request_of(), "bulk") is False

        flag.refresh_from_db()
        assert flag.everyone is True


class TestSettings:
    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("WAFFLE_OVERRIDE", True),
            ("WAFFLE_FLAG_DEFAULT", True),
            ("WAFFLE_SWITCH_DEFAULT", True),
            ("WAFFLE_SAMPLE_DEFAULT", True),
            ("WAFFLE_CREATE_MISSING_FLAGS", True),
            ("WAFFLE_CREATE_MISSING_SWITCHES", True),
            ("WAFFLE_CREATE_MISSING_SAMPLES", True),
            ("WAFFLE_LOG_MISSING_FLAGS", 30),
            ("MIDDLEWARE", ["waffle.middleware.WaffleMiddleware"]),
        ],
    )
    def test_a_setting_that_our_models_do_not_read_is_told(self, setting: str, value: Any) -> None:
        from apps.flags.checks import check_settings

        with override_settings(**{setting: value}):
            (error,) = check_settings(None)

        assert setting in error.msg
        assert error.hint

    def test_the_settings_of_the_project_are_fine(self) -> None:
        assert [each for each in checks.run_checks() if each.id.startswith("flags.")] == []
