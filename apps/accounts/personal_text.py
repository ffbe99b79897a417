"""The last look at a page for who may not see personal data: free texts may hold addresses and numbers.

A reason, a file name or the name of an organization is whatever somebody typed. Fields that are known to be
personal are masked where they are shown (`core/personal.py`); here it is every text that a page shows,
wherever it comes from. What is typed into a form stays as it is, as it would be saved with the mask.
"""

import re
from collections.abc import Iterable

from apps.core.personal import masked_in

# Elements whose text is no text of the page, a tag, and the text up to the next tag.
_PARTS = re.compile(
    r"(?P<whole><(?P<name>script|style|textarea)\b.*?</(?P=name)\s*>)"
    r"|(?P<tag><[^>]*>)|(?P<text>[^<]+)",
    re.S | re.I,
)
# Attributes that are read out or shown on hover.
_SHOWN = re.compile(r'(?<=\s)(title|aria-label|data-copy)="([^"]*)"')
# The reader's own address, and not a longer one of somebody else that contains it.
_WHOLE = r"(?<![\w.!#$%*+~^`-]){}(?![\w-]|\.\w)"


def masked_html(html: str, *, own: Iterable[str]) -> str:
    """Return a page with the addresses and numbers in its texts masked, but for the reader's `own`."""
    kept = [text for text in own if text]
    patterns = [re.compile(_WHOLE.format(re.escape(text))) for text in kept]

    def masked(text: str) -> str:
        if "@" not in text and "+" not in text:
            return text
        for place, pattern in enumerate(patterns):
            text = pattern.sub(f"\0{place}\0", text)
        text = masked_in(text)
        for place, each in enumerate(kept):
            text = text.replace(f"\0{place}\0", each)
        return text

    def part(found: re.Match[str]) -> str:
        if found["text"]:
            return masked(found["text"])
        if found["tag"]:
            return _SHOWN.sub(lambda each: f'{each[1]}="{masked(each[2])}"', found["tag"])
        return found[0]

    return _PARTS.sub(part, html)
