"""The last look at a page for who may not see personal data: free texts may hold addresses and numbers.

A reason, a file name or the name of an organization is whatever somebody typed. Fields that are known to be
personal are masked where they are shown (`core/personal.py`); here it is every text that a page shows,
wherever it comes from. What is typed into a form stays as it is, as it would be saved with the mask.
"""

import re
from collections.abc import Iterable
from html import escape, unescape

from apps.core.personal_patterns import masked_in

# Elements whose text is not shown on the page, a tag, and the text up to the next tag.
_PARTS = re.compile(
    r"(?P<whole><(?P<name>script|style|textarea)\b.*?</(?P=name)\s*>)"
    r"|(?P<tag><[^>]*>)|(?P<text>[^<]+)",
    re.S | re.I,
)
_ATTRIBUTE = re.compile(r"""(?<=\s)([^\s"'<>=]+)=("[^"]*"|'[^']*')""")
# Attributes that nobody reads, but a browser or a script: they lead somewhere, or hold what a form sends.
_KEPT = frozenset(
    (
        "action",
        "class",
        "d",
        "for",
        "formaction",
        "href",
        "id",
        "name",
        "src",
        "srcset",
        "type",
        "value",
    )
)
# The reader's own address, and not a longer one of somebody else that contains it.
_WHOLE = r"(?<![\w.!#$%*+~^`-]){}(?![\w-]|\.\w)"


def masked_html(html: str, *, own: Iterable[str]) -> str:
    """Return a page with the addresses and numbers in its texts masked, but for the reader's `own`."""
    kept = [text for text in own if text]
    patterns = [re.compile(_WHOLE.format(re.escape(text))) for text in kept]

    def masked(markup: str) -> str:
        # As it is read: an apostrophe in a page is written in five letters.
        plain = unescape(markup)
        text = plain
        for place, pattern in enumerate(patterns):
            text = pattern.sub(f"\0{place}\0", text)
        text = masked_in(text)
        for place, each in enumerate(kept):
            text = text.replace(f"\0{place}\0", each)
        return markup if text == plain else escape(text)

    def attribute(found: re.Match[str]) -> str:
        name, quoted = found.groups()
        if name.lower() in _KEPT:
            return found[0]
        text = masked(quoted[1:-1])
        return f"{name}={quoted[0]}{text}{quoted[0]}"

    def part(found: re.Match[str]) -> str:
        if found["text"]:
            return masked(found["text"])
        return _ATTRIBUTE.sub(attribute, found["tag"]) if found["tag"] else found[0]

    return _PARTS.sub(part, html)
