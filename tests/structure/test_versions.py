"""Every form that posts says on which version of the stored state it was opened, or why it need not.

Goes over all addresses of the project as a person who may do everything; a new page is in it by itself.
"""

from typing import Any

import pytest
from django.test import Client

from tests.factories.accounts import SuperuserFactory, prove_factor
from tests.forms import is_version
from tests.structure.access.addresses import Records, address
from tests.structure.access.entries import ACTION, Entry, entries
from tests.structure.access.payloads import posting_forms

pytestmark = pytest.mark.django_db

# Forms without a version that cannot overwrite what somebody else has stored, by the end of the address's name.
HARMLESS = {
    "_add": "makes a new record",
    "importrun_new": "makes a new import",
    "_report": "makes a file, or says whether oneself is to get the report",
    "reportrun_subscribe": "makes a new subscription",
    "_invite_many": "makes new invitations",
    "periodictask_pause": "makes a new pause, and refuses a second one",
    "account_logout": "ends the own session",
    "account_change_address": "asks for a change of the own address, which its link confirms",
    "account_confirm_new_email": "its token is of one change and used once",
    "account_set_password": "sets the own password, which is never shown",
    "account_reset_password": "sends a link",
    "mfa_activate_totp": "adds a factor of one's own",
    "mfa_generate_recovery_codes": "replaces the own codes, which are never shown again",
    "mfa_add_webauthn": "adds a factor of one's own",
}
# A list's bar of actions leads to a confirmation, which carries a fingerprint of its records.
ACTION_BAR = {"action", "select_across"}
OF_THE_MENU = {"next"}


def _forms(client: Client, entry: Entry, records: Records) -> list[set[str]]:
    page: Any = client.get(address(entry, records))
    is_page = page.status_code == 200 and not page.streaming
    if not is_page or "html" not in page.get("Content-Type", ""):
        return []
    return [fields.keys() - {"csrfmiddlewaretoken"} for fields in posting_forms(page)]


def _is_versioned(names: set[str]) -> bool:
    # A reverted record is compared by the newest position of its history.
    return any(is_version(name) or name == "newest" for name in names)


def test_every_form_says_on_which_version_it_was_opened() -> None:
    client = Client()
    client.force_login(SuperuserFactory())
    prove_factor(client)
    records = Records()
    bare: dict[str, list[str]] = {}
    versioned = 0
    for entry in entries().values():
        if ACTION in entry.name:
            continue
        for names in _forms(client, entry, records):
            versioned += _is_versioned(names)
            # Nothing but a button: there is nothing typed that could replace anything.
            is_button = not names
            is_harmless = any(entry.name.endswith(end) for end in HARMLESS)
            if is_button or is_harmless or names in (ACTION_BAR, OF_THE_MENU):
                continue
            if not _is_versioned(names):
                bare[entry.name] = sorted(names)
    assert versioned > 40
    assert bare == {}, "These forms write without the version that they were opened on."
