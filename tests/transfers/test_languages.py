"""Rosters of clubs in other languages: their headers and their words for roles are known."""

from collections.abc import Iterator

import pytest

from apps.organizations.models import Membership, Organization
from apps.organizations.role_words import LANGUAGES
from apps.transfers import registry
from apps.transfers.declarations import DatasetResource
from apps.transfers.word_keys import fold_word
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import Importer, text_of

MEMBERS = {
    "German": (
        ["Verein", "Nachname", "Vorname", "E-Mail-Adresse", "Funktion", "Telefon"],
        {"1. Vorsitzender": "owner", "Vorstand": "admin", "Kassenwart": "member", "Schriftführerin": "member",
         "Mitglied": "member", "Ehrenmitglied": "member", "Gast": "viewer"},
    ),
    "German without umlauts": (
        ["Verein", "Familienname", "Vorname", "Mailadresse", "Amt", "Telefonnummer"],
        {"Praesident": "owner", "Stellv. Vorsitzende": "admin", "Schriftfuehrer": "member"},
    ),
    "Romanian, with the comma below": (
        ["Organizație", "Nume", "Prenume", "E-mail", "Funcție", "Telefon"],
        {"Președinte": "owner", "Vicepreședinte": "admin", "Secretar": "member", "Trezorier": "member",
         "Membru": "member", "Membru fondator": "member", "Invitat": "viewer"},
    ),
    "Romanian, with the cedilla of Windows-1250": (
        ["Organizaţie", "Nume de familie", "Prenume", "Adresă de e-mail", "Funcţia", "Număr de telefon"],
        {"Preşedinte": "owner", "Vicepreşedintă": "admin", "Secretară": "member"},
    ),
    "Romanian, without accents": (
        ["Organizatia", "Numele", "Prenumele", "Email", "Functia", "Telefon mobil"],
        {"PRESEDINTE": "owner", "vicepresedinte": "admin", "Membra": "member"},
    ),
    "French": (
        ["Association", "Nom", "Prénom", "Adresse e-mail", "Fonction", "Téléphone"],
        {"Présidente": "owner", "Vice-président": "admin", "Trésorier": "member", "Secrétaire": "member",
         "Adhérent": "member", "Invitée": "viewer"},
    ),
    "Spanish": (
        ["Organización", "Apellidos", "Nombre", "Correo electrónico", "Cargo", "Teléfono"],
        {"Presidenta": "owner", "Vicepresidente": "admin", "Tesorera": "member", "Socio": "member",
         "Vocal": "member", "Invitado": "viewer"},
    ),
    "Turkish, in capitals": (
        ["KURULUŞ", "SOYADI", "ADI", "E-POSTA", "GÖREV", "TELEFON"],
        {"BAŞKAN": "owner", "BAŞKAN YARDIMCISI": "admin", "ÜYE": "member", "Sayman": "member"},
    ),
    "Polish": (
        ["Organizacja", "Nazwisko", "Imię", "Adres e-mail", "Funkcja", "Numer telefonu"],
        {"Prezes": "owner", "Wiceprezes": "admin", "Skarbnik": "member", "Członek": "member"},
    ),
}  # fmt: skip
ORGANIZATIONS = {
    "Romanian": (["Denumire", "Cod", "Stare"], {"Activ": "active", "Suspendat": "suspended", "Închis": "closed"}),
    "German": (["Bezeichnung", "Vereinsnummer", "Zustand"], {"aktiv": "active", "ruhend": "suspended", "aufgelöst": "closed"}),
    "French": (["Dénomination", "Identifiant", "État"], {"Actif": "active", "Suspendue": "suspended", "Dissoute": "closed"}),
    "Spanish": (["Nombre", "Código", "Estado"], {"Activa": "active", "Suspendida": "suspended", "Cerrada": "closed"}),
}  # fmt: skip


@pytest.mark.parametrize("language", MEMBERS)
def test_a_club_s_members_go_in_without_a_map(language: str, importer: Importer) -> None:
    headers, roles = MEMBERS[language]
    OrganizationFactory(name="Harbor", slug="harbor", external_id="H-1")
    rows = [
        ["H-1", "Weiß", f"Person {number}", f"person{number}@example.org", word, f"030 555 01{number:02}"]
        for number, word in enumerate(roles)
    ]  # fmt: skip
    result = importer.rows("members", [headers, *rows])
    assert (result.messages(), result.not_imported) == ([], [])
    found = {
        membership.user.first_name: (membership.role, membership.user.last_name)
        for membership in Membership.objects.select_related("user")
    }
    assert found == {
        f"Person {number}": (role, "Weiß") for number, role in enumerate(roles.values())
    }


@pytest.mark.parametrize("language", ORGANIZATIONS)
def test_organizations_go_in_without_a_map(language: str, importer: Importer) -> None:
    headers, statuses = ORGANIZATIONS[language]
    rows = [[f"Club {number}", f"A-{number}", word] for number, word in enumerate(statuses)]
    result = importer.rows("organizations", [headers, *rows])
    assert (result.messages(), result.not_imported) == ([], [])
    found = Organization.objects.order_by("name").values_list("name", "external_id", "status")
    assert list(found) == [
        (f"Club {number}", f"A-{number}", status) for number, status in enumerate(statuses.values())
    ]


def test_projects_and_tasks_in_german_go_in_without_a_map(importer: Importer) -> None:
    OrganizationFactory(name="Harbor", slug="harbor", external_id="H-1")
    projects = [["Verein", "Bezeichnung", "Beschreibung", "Stand"], ["H-1", "Neubau", "Halle", "in Arbeit"]]  # fmt: skip
    tasks = [["Verein", "Projekt", "Aufgabe", "Stand", "Fällig am"], ["H-1", "Neubau", "Kran", "erledigt", "2026-04-30"]]  # fmt: skip
    for dataset, rows in (("projects", projects), ("tasks", tasks)):
        result = importer.rows(dataset, rows)
        assert (result.messages(), result.not_imported, result.created) == ([], [], 1)


def test_a_roster_of_windows_1250_is_read_and_understood(importer: Importer) -> None:
    OrganizationFactory(name="Asociația Știința", slug="stiinta", external_id="RO-1")
    rows = [
        ["Nume", "Prenume", "E-mail", "Cod organizaţie", "Funcţie"],
        ["Ştefănescu", "Ioana", "ioana@example.ro", "RO-1", "Preşedinte"],
        ["Ţăranu", "Mihăiţă", "mihai@example.ro", "RO-1", "Membru"],
    ]
    result = importer.raw("members", text_of(rows, ";").encode("cp1250"))
    assert (result.messages(), result.created) == ([], 2)
    roles = Membership.objects.values_list("user__last_name", "role")
    assert set(roles) == {("Ştefănescu", "owner"), ("Ţăranu", "member")}


def test_no_word_for_a_role_means_two_roles() -> None:
    meant: dict[str, set[str]] = {}
    for words in LANGUAGES.values():
        for role, texts in words.items():
            for text in texts:
                meant.setdefault(fold_word(text), set()).add(str(role))
    assert {word: roles for word, roles in meant.items() if len(roles) > 1} == {}


def _choice_words() -> Iterator[tuple[type[DatasetResource], str, dict[str, set[str]]]]:
    for resource in registry.all_datasets():
        for name, column in resource.columns().items():
            meant: dict[str, set[str]] = {}
            for value, texts in column.words.items():
                for text in texts:
                    meant.setdefault(fold_word(text), set()).add(str(value))
            yield resource, name, meant


def test_no_word_of_a_choice_column_means_two_values() -> None:
    twice = {
        (resource.Meta.dataset, name, word): values
        for resource, name, meant in _choice_words()
        for word, values in meant.items()
        if len(values) > 1
    }
    assert twice == {}
