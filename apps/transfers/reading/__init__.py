"""From bytes to rows of cells: any encoding, any delimiter, CSV or XLSX, streamed."""

from apps.transfers.reading.source import Row, Source, open_source

__all__ = ["Row", "Source", "open_source"]
