"""The examples of the page about the API are run as they stand there."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from apps.api.urls import urlpatterns
from apps.api.views import ListEndpoint
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
    assert len(EXAMPLES) == 3
    for example in EXAMPLES:
        done = subprocess.run(
            ["sh", "-c", example], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (example, done.stderr)
        assert json.loads(done.stdout)


def test_the_page_names_every_address_and_parameter() -> None:
    rows = re.findall(r"^\| (`\S.*?) \|.*?\| ?(.*?) ?\|$", PAGE, re.M)
    told = {
        address: parameters
        for addresses, parameters in rows
        for address in re.findall(r"`([^`]+)`", addresses)
    }
    for pattern in urlpatterns:
        if pattern.name == "api-nowhere":
            continue
        route = re.sub(r"<\w+:(\w+)>", "<slug>", str(pattern.pattern).removeprefix("v1/"))
        if "organizations" not in route:
            route = route.replace("<slug>", "<id>")
        endpoint = pattern.callback.cls  # type: ignore[union-attr]
        filters = endpoint.filters if issubclass(endpoint, ListEndpoint) else {}
        assert route in told, route
        if filters:
            assert set(re.findall(r"`(\w+)`", told[route])) == set(filters), route
