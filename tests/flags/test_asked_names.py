"""What the code asks waffle for is declared, or `manage.py check` says where it is asked for."""

from pathlib import Path
from typing import Any

import pytest

from apps.flags.asked_names import asked_names
from apps.flags.checks import check_names

CODE = {
    "waffle.flag_is_active(request, 'beta')": "flag",
    "flag_is_active(request, flag_name='beta')": "flag",
    "switch_is_active('beta')": "switch",
    "sample_is_active('beta')": "sample",
    "Flag.get('beta').is_active(request)": "flag",
    "Switch.get('beta')": "switch",
    "@waffle_flag('!beta')\ndef view(request): ...": "flag",
    "@waffle_switch('beta')\ndef view(request): ...": "switch",
    "class View:\n    waffle_sample = 'beta'": "sample",
}


@pytest.mark.parametrize("code", CODE)
def test_each_documented_way_of_asking_is_found(tmp_path: Path, code: str) -> None:
    file = tmp_path / "views.py"
    file.write_text(f"import waffle\n{code}\n")
    ((kind, name, place),) = [(a.kind, a.name, a.place) for a in asked_names([file], [])]
    assert (kind, name) == (CODE[code], "beta")
    assert place.startswith(f"{file}:")


@pytest.mark.parametrize("tag", ["{% flag beta %}", '{% flag "beta" %}', "{% flag '!beta' %}"])
def test_a_tag_of_a_template_is_found(tmp_path: Path, tag: str) -> None:
    (tmp_path / "page.html").write_text(f"{{% load waffle_tags %}}\n{tag}on{{% endflag %}}")
    (asked,) = asked_names([], [tmp_path])
    assert (asked.kind, asked.name) == ("flag", "beta")
    assert asked.place.endswith("page.html:2")


def test_everything_that_this_project_asks_for_is_declared() -> None:
    assert check_names(None) == []


def test_a_name_that_nobody_declared_is_an_error(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "page.html").write_text("{% switch 'nothing-of-ours' %}")
    # Not by monkeypatch: it would be undone after the settings are, and change them for all other tests.
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    (error,) = check_names(None)
    assert "asks for the switch “nothing-of-ours”" in error.msg
