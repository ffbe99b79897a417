"""A button over a list that depends on the request, which Unfold's `actions_list` cannot."""

from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from unfold.enums import ActionVariant


def with_list_button(
    response: HttpResponseBase, *, title: str, icon: str, url: str, primary: bool = True
) -> None:
    """Add a button to a list's page that is not rendered yet; other answers stay as they are."""
    if not isinstance(response, TemplateResponse) or response.context_data is None:
        return
    button = {
        "title": title,
        "icon": icon,
        "variant": ActionVariant.PRIMARY if primary else ActionVariant.DEFAULT,
        "attrs": {},
        "dialog": None,
        "path": url,
    }
    response.context_data["actions_list"] = [
        *(response.context_data.get("actions_list") or []),
        button,
    ]
