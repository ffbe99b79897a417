"""The invented words that the demo is made of, from fixtures/demo."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings


@cache
def words(file: str) -> Any:
    path = Path(settings.BASE_DIR) / "fixtures" / "demo" / f"{file}.json"
    return json.loads(path.read_text(encoding="utf-8"))
