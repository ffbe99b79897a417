"""A mail as its reader sees it, inside of a page of the back office."""

from base64 import b64encode

from django.utils.html import escape

from apps.reports.mail_content import CHART_ID, MailContent
from apps.reports.models import ReportEdition


def shown_html(mail: MailContent | ReportEdition, nonce: object) -> str:
    """Return the HTML of a mail for a frame: with its picture, and a style that the policy allows.

    The caller puts it into `srcdoc`, sandboxed; a template escapes it.
    """
    html = mail.html.replace("<style>", f'<style nonce="{escape(str(nonce))}">', 1)
    if mail.chart:
        picture = b64encode(bytes(mail.chart)).decode()
        html = html.replace(f"cid:{CHART_ID}", f"data:image/png;base64,{picture}")
    return html
