"""Breadcrumbs with the navigation's words."""

from django.db.models import Model
from django.template import Context, Library
from django.urls import NoReverseMatch, reverse

register = Library()


@register.simple_tag(takes_context=True)
def job_crumbs(context: Context) -> list[dict[str, str]]:
    """Return the crumbs: the job, its entry in the sidebar, the record, and the page; nothing
    outside the sidebar.
    """
    for group in context.get("sidebar_navigation") or []:
        for item in group["items"]:
            if item["active"]:
                crumbs = [{"title": group["title"], "link": ""}] if group["title"] else []
                if item["title"] != group["title"]:
                    crumbs.append({"title": item["title"], "link": item["link"]})
                else:
                    crumbs[-1]["link"] = item["link"]
                return [*crumbs, *_below(context, item["link"])]
    return []


def _below(context: Context, link: str) -> list[dict[str, str]]:
    path = context["request"].path
    if path == link:
        return []
    record = context.get("original") or context.get("object")
    if not isinstance(record, Model):
        title = context.get("content_title") or context.get("title")
        return [{"title": str(title), "link": ""}] if title else []
    crumbs = [{"title": str(record), "link": _page_of(context, record)}]
    if not path.endswith("/change/") and context.get("title"):
        # The record is already in the crumb before "History of Harbor Committee".
        title = str(context["title"]).removesuffix(f" of {record}")
        crumbs.append({"title": title, "link": ""})
    return crumbs


def _page_of(context: Context, record: Model) -> str:
    # On a page of the trash, records are instances of the model itself.
    opts = context.get("opts") or record._meta
    if opts.concrete_model is not record._meta.concrete_model:
        opts = record._meta
    try:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
    except NoReverseMatch:
        return ""
