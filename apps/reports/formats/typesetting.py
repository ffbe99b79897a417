"""Typst, a typesetter in one wheel, with fonts of its own: no browser and no system library is needed."""

import json
import threading
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings
from pymupdf_fonts import myfont

from apps.core.whole_file import whole_file
from apps.reports.formats.chart import chart_svg
from apps.reports.results import Chart

# FiraGO has Latin, Greek, Cyrillic, Georgian, Arabic, Hebrew, Devanagari, and Thai. For other scripts
# the typesetter takes a font of the system, where there is one.
_FACES = {"figo": "FiraGO-Regular.otf", "figbo": "FiraGO-Bold.otf"}
_FOLDER = Path(__file__).parent
_finding = threading.Lock()


def typeset(source: str, data: dict[str, Any], *, format: Literal["pdf", "png"] = "pdf") -> bytes:
    """Return the document of a `.typ` file of this folder, as a PDF or a PNG.

    The file reads `data` as JSON, so that nothing in it is taken for markup.
    """
    with _finding:
        fonts = _fonts()
    made = typst.compile(
        (_FOLDER / source).read_bytes(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=fonts,
        format=format,
        ppi=144,
    )
    return bytes(made)


def chart_png(chart: Chart) -> bytes:
    """Return the chart as a PNG, twice as large as it is shown (600 by 220)."""
    return typeset("chart.typ", {"chart": str(chart_svg(chart))}, format="png")


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts; the package has them as Python modules, the typesetter reads files."""
    folder = Path(settings.VAR_DIR, "fonts")
    folder.mkdir(parents=True, exist_ok=True)
    for name, file_name in _FACES.items():
        if not (folder / file_name).exists():
            with whole_file(folder / file_name) as file:
                file.write(myfont(name))
    return typst.Fonts(font_paths=[str(folder)])
