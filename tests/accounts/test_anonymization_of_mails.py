"""A person's data is removed from queued e-mails, from the archive of report mails, and from files of reports."""

import pytest
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage

from apps.accounts.anonymization.services import user_anonymization_preview, user_anonymize
from apps.accounts.models import User
from apps.accounts.signin.links import password_link_give
from apps.accounts.signin.notices import queue_notice
from apps.core.errors import DomainError
from apps.core.models import QueuedMail
from apps.core.queued_mails import mail_queue, queued_mails_sweep
from apps.organizations.services import invitation_create
from apps.reports.formats import FORMATS, render
from apps.reports.models import ReportDelivery, ReportEdition, ReportRun
from apps.reports.results import ReportColumn, ReportResult
from apps.reports.services import report_mail_send_again, report_mails_resume
from tests.accounts.test_anonymization import WHY, _no_files_of_other_tests, everywhere
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.core import QueuedMailFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.reports import (
    ReportDeliveryFactory,
    ReportEditionFactory,
    ReportRecipientFactory,
    ReportRunFactory,
)
from tests.mail_server import Server, server

__all__ = ["_no_files_of_other_tests", "server"]  # Fixtures.

pytestmark = pytest.mark.django_db
# A page escapes its apostrophe, a workbook and a text do not.
EMAIL, FIRST, LAST = "siobhan.o'zquill@secret.example", "Siobhanzq", "O'Zquill"
NEEDLES = ("zquill", "siobhanzq")


@pytest.fixture
def person(db: None) -> User:
    return UserFactory(email=EMAIL, first_name=FIRST, last_name=LAST, phone="+49 40 7654321")


def queue_one_of_each(person: User, state: str) -> None:
    boss = SuperuserFactory()
    password_link_give(user=person, actor=boss)
    mail_queue("password link", person.email, email=person.email)
    invitation_create(organization=OrganizationFactory(), email=person.email, actor=None)
    queue_notice(
        EmailMessage(subject="Your password", body=f"Hello {FIRST} {LAST}", to=[person.email])
    )
    mail_queue("files deleted", "1", owner=str(boss.pk), files=f"- {FIRST}-{LAST}.csv")
    QueuedMail.objects.update(
        state=state, error=f"The mail server answered: 550 <{person.email}> is unknown"
    )


@pytest.mark.parametrize("state", ["waiting", "retrying", "refused", "uncertain"])
def test_no_queued_mail_names_or_reaches_the_person_afterwards(
    person: User, state: str, server: Server
) -> None:
    queue_one_of_each(person, state)
    # Another one of the same kind, whose person was removed before.
    earlier = UserFactory(email="earlier@secret.example")
    QueuedMailFactory(email=earlier.email, state=state)
    user_anonymize(user=earlier, actor=None, reason=WHY)

    user_anonymize(user=person, actor=None, reason=WHY)

    for needle in (*NEEDLES, "earlier@"):
        assert list(everywhere(needle)) == []
    # An invitation that was never built names nobody, and is revoked.
    left = QueuedMail.objects.exclude(kind="invitation").get()
    assert (left.kind, left.arguments["files"]) == ("files deleted", "- [removed]-[removed].csv")
    queued_mails_sweep()
    assert len(server.taken) <= 1


def test_the_record_of_a_mail_that_was_sent_goes_too(person: User, server: Server) -> None:
    password_link_give(user=person, actor=SuperuserFactory())
    queued_mails_sweep()
    assert QueuedMail.objects.get().email == EMAIL
    user_anonymize(user=person, actor=None, reason=WHY)
    assert not QueuedMail.objects.exists()


def result_naming(person: User) -> ReportResult:
    return ReportResult(
        name="people",
        title="People",
        summary="1 person",
        columns=[
            ReportColumn("name", "Name"),
            ReportColumn("email", "E-mail", "email", person="id"),
        ],
        rows=[{"name": str(person), "email": person.email, "id": str(person.pk)}],
    )


@pytest.mark.parametrize("format", FORMATS)
def test_no_file_of_a_report_names_the_person_afterwards(person: User, format: str) -> None:
    run = ReportRunFactory()
    file = render(result_naming(person), format)
    run.file.save(file.name, ContentFile(file.content))
    edition = ReportEditionFactory(is_attached=True)
    edition.file.save(file.name, ContentFile(file.content))
    storage, names = run.file.storage, [run.file.name, edition.file.name]
    assert user_anonymization_preview(person)[2:]

    user_anonymize(user=person, actor=None, reason=WHY)

    assert not any(storage.exists(name) for name in names)
    assert [ReportRun.objects.get().file, ReportEdition.objects.get().file] == ["", ""]


def test_the_archive_of_mails_loses_what_names_the_person_and_keeps_the_rest(
    person: User,
) -> None:
    named = ReportEditionFactory(html="<td>Siobhanzq</td><td>O&#x27;Zquill</td>", text="1 person")
    other = ReportEditionFactory()
    user_anonymize(user=person, actor=None, reason=WHY)
    named.refresh_from_db()
    other.refresh_from_db()
    assert (named.html, named.text, named.subject) == ("", "", "Removed")
    assert other.html


def waiting_with(edition: ReportEdition, state: str = "waiting") -> ReportDelivery:
    reader = SuperuserFactory()
    recipient = ReportRecipientFactory(user=reader, subscription=edition.mailing.subscription)
    return ReportDeliveryFactory(
        mailing=edition.mailing, edition=edition, recipient=recipient, state=state
    )


def test_a_mail_whose_content_was_deleted_is_not_sent_empty(person: User, server: Server) -> None:
    edition = ReportEditionFactory(html=f"<p>{EMAIL}</p>", text=EMAIL)
    delivery = waiting_with(edition)

    user_anonymize(user=person, actor=None, reason=WHY)
    report_mails_resume()

    assert server.taken == []
    delivery.refresh_from_db()
    assert delivery.state == "refused"
    assert "named a person whose data was removed" in delivery.error


def test_a_mail_whose_content_was_deleted_cannot_be_sent_again(person: User) -> None:
    delivery = waiting_with(ReportEditionFactory(html=f"<p>{EMAIL}</p>"), state="sent")
    user_anonymize(user=person, actor=None, reason=WHY)
    with pytest.raises(DomainError, match="Mail the report again"):
        report_mail_send_again(delivery=delivery, actor=SuperuserFactory())
    delivery.refresh_from_db()
    assert delivery.state == "sent"
