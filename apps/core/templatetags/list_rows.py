"""The table of a list, with rows made by Python; see `apps/core/admin/rows.py`."""

from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template import Library, Node, TemplateDoesNotExist
from django.template.base import Parser, Token
from django.template.context import Context
from django.urls import reverse
from unfold.templatetags.unfold_list import result_headers, result_list_tag

from apps.core.admin.rows import KEY, is_plain, rows

register = Library()


class RowsNode(Node):
    """Unfold's `unfold_result_list`, for the lists whose rows need no template of their own."""

    def __init__(self, stock: Node) -> None:
        self.stock = stock

    def render(self, context: Context) -> str:
        cl = context["cl"]
        actions = context.get("actions_row") or []
        engine: Any = context.template.engine  # type: ignore[union-attr]
        if not is_plain(cl, actions) or _has_own_template(engine, cl):
            return str(self.stock.render(context))
        headers = list(result_headers(cl))
        given = {
            "cl": cl,
            "result_headers": headers,
            "num_sorted_fields": sum(
                1 for header in headers if header["sortable"] and header["sorted"]
            ),
            "rows": rows(cl, with_menu=bool(actions)),
            "menu": [{**action, "url": _address(action["raw_path"])} for action in actions],
            "has_add_permission": context.get("has_add_permission"),
            "checkbox": ACTION_CHECKBOX_NAME,
            "csp_nonce": context.get("csp_nonce"),
        }
        template = engine.get_template("core/list_results.html")
        with context.push(**given):
            return str(template.render(context))


@register.tag
def list_rows(parser: Parser, token: Token) -> RowsNode:
    return RowsNode(result_list_tag(parser, token))


def _has_own_template(engine: Any, cl: Any) -> bool:
    """Tell whether a project has a template for the results of this model or app, as Django documents."""
    opts = cl.opts
    for folder in (f"{opts.app_label}/{opts.model_name}", opts.app_label):
        try:
            engine.get_template(f"admin/{folder}/change_list_results.html")
        except TemplateDoesNotExist:
            continue
        return True
    return False


def _address(name: str) -> str:
    return reverse(name, args=[KEY])
