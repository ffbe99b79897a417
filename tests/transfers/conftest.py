from pathlib import Path

import pytest

from tests.transfers.engine import Importer


@pytest.fixture
def importer(tmp_path: Path, db: None) -> Importer:
    return Importer(tmp_path)
