"""Limits of a file's size. A larger file is refused in one sentence, in bounded memory."""

MAX_BYTES = 512 * 1024 * 1024
MAX_COLUMNS = 500
# No spreadsheet is wider; further columns of a text file are not read.
MAX_WIDTH = 16_384
# Rows above a header are held in memory.
MAX_HEADER_ROW = 10_000
MAX_SHEETS = 500
MAX_CELL = 1_000_000
TOO_LONG = f"has more than {MAX_CELL:,} characters, more than a cell can hold."
MAX_ROWS = 2_000_000
# Of a text file, blank lines and lines within cells too.
MAX_LINES = 10_000_000
# A line is held in memory, and each of its cells takes eight times what a comma does.
MAX_LINE = 4_000_000
# No spreadsheet holds more.
MAX_SHEET_ROWS = 1_048_576
# A workbook, unpacked: a million rows are about 700 MB of XML.
MAX_UNPACKED = 4 * 1024 * 1024 * 1024
MAX_RATIO = 200
# A sheet packed more tightly than tables are is counted before it is read.
SUSPICIOUS_RATIO = 12
MAX_RATIO_FREE = 50 * 1024 * 1024
MAX_SHARED_TEXT = 256 * 1024 * 1024
# What the cells of a sheet hold together: a text that is kept once can stand in a million cells.
MAX_SHEET_TEXT = MAX_BYTES
# A tag, and how deep tags lie within each other: a table's have a few hundred bytes, ten deep.
MAX_TAG = 256 * 1024
MAX_DEPTH = 100
