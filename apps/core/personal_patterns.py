"""What an e-mail address and a phone number look like in a free text, and how they are masked there."""

import re

# The at sign as it is typed, as a wide letter of East Asian keyboards, and as addresses of pages write it.
_AT = r"(?:@|\uff20|\ufe6b|%40)"
# No sign of a name ends at these. An apostrophe is one: maria.o'connor@example.org.
_NO_NAME = r"\s@\uff20\ufe6b<>\"()\[\]{},;:=?&/|\u201c\u201d"
# A run is read once, from its beginning: texts may be long, and a run without an at sign is no address.
_NAME = rf"(?<![^{_NO_NAME}])(?:[^{_NO_NAME}%]|%(?!40))++|\"[^\"\n]{{1,64}}\""
_DOMAIN = r"\[[\w.:]+\]|[^\s@<>\"'()\[\]{},;:?&/|\u201c\u201d]+"
_ADDRESS = re.compile(rf"(?P<name>{_NAME})(?P<at>{_AT})(?P<domain>{_DOMAIN})")

_GAP = r"[ \u00a0\u2007\u2009\u202f\t()/.\u2010-\u2015-]"
# Each has eight digits or more, so that no date, amount, or count is taken for one.
# PostgreSQL reads these, too.
_PHONE_SQL = "|".join(
    [
        # +49 40 1234567, with nothing or anything but a digit before it: "tel:+49…".
        rf"(?<!\d)[+\uff0b]{_GAP}{{0,3}}\d(?:{_GAP}{{0,3}}\d){{7,}}",
        # 0049 40 1234567
        rf"(?<![\w.+-])00[1-9]\d{{0,2}}{_GAP}{{1,3}}\d(?:{_GAP}{{0,3}}\d){{5,}}",
        # 040 1234567, (040) 1234567, 040/1234567
        r"(?<![\w.+-])\(?0[1-9]\d{1,4}(?:\) ?| ?[/-] ?| )\d{5,9}(?![\w-])",
        # (212) 555-0123, 212-555-0123
        r"(?<![\w.+-])(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[ .-]\d{4}(?![\w-])",
    ]
)
_PHONE = re.compile(_PHONE_SQL)
# What a search must not find by, for PostgreSQL: words with an address in them, and numbers.
PERSONAL_SQL = rf"(\"[^\"]{{1,64}}\")?\S*{_AT}\S*|{_PHONE_SQL}"
HIDDEN_PHONE = "+…"
# A text without any of these has neither.
SIGNS_SQL = r"[@\uff20\ufe6b%+\uff0b]|\d{3}"
_SIGNS = re.compile(SIGNS_SQL)


def masked(email: str) -> str:
    """Return an address that can be recognized but not used: a…@example.org."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


def masked_in(text: str) -> str:
    """Return a text with every address and number in it masked."""
    if not _SIGNS.search(text):
        return text
    text = _ADDRESS.sub(_masked_address, text)
    return _PHONE.sub(HIDDEN_PHONE, text)


def _masked_address(found: re.Match[str]) -> str:
    name = found["name"].lstrip("'\u2019\"")
    quotes = found["name"][: len(found["name"]) - len(name)]
    return f"{quotes}{name[:1]}…{found['at']}{found['domain']}"
