"""The demo's stored mails say nothing of a person whose data was removed."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail

from apps.accounts.anonymization.services import user_anonymization_preview, user_anonymize
from apps.accounts.models import User
from apps.backoffice.demo import mailbox
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> Path:
    settings.ROOT_URLCONF = "config.demo_urls"
    settings.EMAIL_BACKEND = "apps.backoffice.demo.mailbox.EmailBackend"
    settings.DEMO_MAIL_DIR = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture
def person() -> User:
    found: User = UserFactory(
        email="jörg.weiß@example.org",
        first_name="Jörg",
        last_name="Weißmüller",
        phone="+49 89 1234567",
    )
    return found


def mails(person: User) -> None:
    """Mails in each way in which one can tell who it is."""
    send_mail("Welcome", "Hello", None, [person.email])
    send_mail("Welcome", "Hello", None, [f"{person.first_name} {person.last_name} <x@example.org>"])
    send_mail(f"About {person.first_name} {person.last_name}", "Look.", None, ["boss@example.org"])
    send_mail("A call", f"Ring {person.phone} at once.", None, ["boss@example.org"])
    both = EmailMultiAlternatives("News", "Nothing.", None, ["boss@example.org"], cc=[person.email])
    both.attach_alternative("<p>Nothing</p>", "text/html")
    both.send()
    page = EmailMultiAlternatives("News", "Nothing.", None, ["boss@example.org"])
    page.attach_alternative(f"<p>{person.first_name} {person.last_name} joined.</p>", "text/html")
    page.send()
    report = EmailMessage("Weekly", "Attached.", None, ["boss@example.org"])
    row = f"first,last\n{person.first_name},{person.last_name}\n"
    report.attach("report.csv", row.encode("utf-8-sig"), "text/csv")
    report.send()


def test_mails_to_a_removed_person_or_about_them_are_deleted(demo: Path, person: User) -> None:
    mails(person)
    send_mail("Jörg", "Another Jörg, and in\nanother line a Weißmüller.", None, ["x@example.org"])
    earlier = person.email
    assert len(mailbox.newest()) == 8
    (demo / "1-half.part").write_bytes(f"To: {earlier}\n\nHello".encode())

    output = " ".join(user_anonymization_preview(person))
    gone = user_anonymize(user=person, actor=SuperuserFactory(), reason="Asked for it.")

    assert "8 mails of the demo" in output
    assert gone["mails"] == 8, gone
    assert [mail.subject for mail in mailbox.newest()] == ["Jörg"]
    assert not list(demo.glob("*.part"))


def test_mails_stay_where_the_removal_fails(demo: Path, person: User) -> None:
    mails(person)
    with pytest.raises(Exception, match="reason"):
        user_anonymize(user=person, actor=SuperuserFactory(), reason=" ")
    assert len(mailbox.newest()) == 7
