"""The offered encodings and their names for people."""

from collections.abc import Iterable

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
    "cp1252": "Windows-1252 (Western)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1258": "Windows-1258 (Vietnamese)",
    "cp874": "Windows-874 (Thai)",
    "iso8859-2": "ISO 8859-2 (Central European)",
    "iso8859-4": "ISO 8859-4 (Baltic)",
    "iso8859-5": "ISO 8859-5 (Cyrillic)",
    "iso8859-6": "ISO 8859-6 (Arabic)",
    "iso8859-7": "ISO 8859-7 (Greek)",
    "iso8859-8": "ISO 8859-8 (Hebrew)",
    "iso8859-9": "ISO 8859-9 (Turkish)",
    "iso8859-13": "ISO 8859-13 (Baltic)",
    "iso8859-15": "ISO 8859-15 (Western)",
    "koi8-r": "KOI8-R (Russian)",
    "koi8-u": "KOI8-U (Ukrainian)",
    "mac-roman": "Mac Roman",
    "mac-latin2": "Mac Central European",
    "mac-croatian": "Mac Croatian",
    "mac-romanian": "Mac Romanian",
    "mac-turkish": "Mac Turkish",
    "mac-iceland": "Mac Icelandic",
    "mac-cyrillic": "Mac Cyrillic",
    "mac-greek": "Mac Greek",
    "cp437": "DOS 437 (United States)",
    "cp850": "DOS 850 (Western)",
    "cp852": "DOS 852 (Central European)",
    "cp855": "DOS 855 (Cyrillic)",
    "cp857": "DOS 857 (Turkish)",
    "cp860": "DOS 860 (Portuguese)",
    "cp861": "DOS 861 (Icelandic)",
    "cp862": "DOS 862 (Hebrew)",
    "cp863": "DOS 863 (French)",
    "cp865": "DOS 865 (Nordic)",
    "cp866": "DOS 866 (Cyrillic)",
    "cp737": "DOS 737 (Greek)",
    "cp775": "DOS 775 (Baltic)",
    "cp869": "DOS 869 (Greek)",
    "cp932": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5hkscs": "Big5 (Chinese)",
    "cp949": "EUC-KR (Korean)",
}


def encoding_name(encoding: str) -> str:
    """Return an encoding's name for people: "Windows-1252"."""
    plain = encoding.lower().replace("_", "-").removesuffix("-sig")
    name = ENCODINGS.get(plain) or ENCODINGS.get(plain.replace("-", "_")) or encoding
    return name.partition(" (")[0]


def guess_in_words(readings: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Describe how a file is read, and its alternatives, with words that differ between them."""
    described = [f"{encoding_name(encoding)}: {', '.join(words)}." for encoding, words in readings]
    if not described:
        return ""
    others = "".join(f" As {each}" for each in described[1:])
    return (
        f"The file doesn't state its encoding, so this is a guess. Read as {described[0]}{others} "
        "If names look wrong, choose another encoding."
    )
