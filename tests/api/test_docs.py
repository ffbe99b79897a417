"""The examples of the page about the API are run as they stand there."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from apps.api.urls import urlpatterns
from apps.api.views import ListEndpoint
from apps.api.writes import WriteEndpoint
from tests.factories.api import key_of, maker
from tests.factories.organizations import OrganizationFactory

PAGE = (Path(__file__).parents[2] / "docs/using/api.md").read_text(encoding="utf-8")
EXAMPLES = [
    line for block in re.findall(r"```bash\n(.*?)```", PAGE, re.S) for line in block.splitlines()
]


@pytest.mark.django_db(transaction=True)
def test_every_example_is_answered(live_server: Any) -> None:
    OrganizationFactory(name="Harbor")
    _, key = key_of(maker())
    environment = {"KEY": key, "SITE": live_server.url, "PATH": "/usr/bin:/bin"}
    assert len(EXAMPLES) == 4
    for example in EXAMPLES:
        done = subprocess.run(
            ["sh", "-c", example], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (example, done.stderr)
        assert json.loads(done.stdout)


def test_the_page_names_every_address_parameter_and_field() -> None:
    rows = re.findall(r"^\| (`\S.*?) \|.*?\| ?([^|]*?) ?\|$", PAGE, re.M)
    told = {
        address: set(re.findall(r"`(\w+)`", names))
        for addresses, names in rows
        for address in re.findall(r"`(?:(?:POST|PATCH)` `)?[^`]+`", addresses)
    }
    for pattern in urlpatterns:
        if pattern.name == "api-nowhere":
            continue
        route = str(pattern.pattern).removeprefix("v1/").replace("<uuid:key>", "<id>")
        route = re.sub(r"<slug:\w+>", "<slug>", route)
        endpoint = pattern.callback.cls  # type: ignore[union-attr]
        if hasattr(endpoint, "get"):
            filters = endpoint.filters if issubclass(endpoint, ListEndpoint) else {}
            assert told[f"`{route}`"] == set(filters), route
        if issubclass(endpoint, WriteEndpoint):
            write = endpoint.write
            fields = write.fields().fields if write.fields else {}
            assert told[f"`{write.method.upper()}` `{route}`"] == set(fields), route
