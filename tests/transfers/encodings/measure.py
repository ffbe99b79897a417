"""How many rosters are read with the right letters: `python -m tests.transfers.encodings.measure`."""

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from apps.core.errors import DomainError
from apps.transfers.reading.encodings import detect_encoding
from tests.transfers.encodings.names import pairs, roster

SIZES = (3, 20, 300, 3000)


def is_read_right(language: str, encoding: str, rows: int, seed: int, folder: Path) -> bool:
    """Tell whether the letters come out right, whatever the encoding is called."""
    text = roster(language, encoding, rows, seed)
    path = folder / "roster.csv"
    path.write_bytes(text.encode(encoding))
    try:
        return path.read_bytes().decode(_found(path)) == text
    except (UnicodeDecodeError, DomainError):
        return False


def _found(path: Path) -> str:
    return detect_encoding(path).encoding


def measured(sizes: Iterable[int], seeds: int) -> dict[tuple[str, str], dict[int, float]]:
    """Return the share of rosters that are read right, by language and encoding, and by rows."""
    shares: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    with TemporaryDirectory() as folder:
        for language, encoding in pairs():
            for rows in sizes:
                right = sum(
                    is_read_right(language, encoding, rows, seed, Path(folder))
                    for seed in range(seeds)
                )
                shares[language, encoding][rows] = right / seeds
    return shares


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    shares = measured(SIZES, seeds)
    for (language, encoding), by_rows in shares.items():
        if min(by_rows.values()) < 1:
            cells = "  ".join(f"{rows}: {share:4.0%}" for rows, share in by_rows.items())
            print(f"{language:20} {encoding:13} {cells}")
    for rows in SIZES:
        mean = sum(each[rows] for each in shares.values()) / len(shares)
        whole = sum(each[rows] == 1 for each in shares.values())
        print(f"{rows:>5} rows: {mean:.1%} right, {whole} of {len(shares)} pairs always")


if __name__ == "__main__":
    main()
