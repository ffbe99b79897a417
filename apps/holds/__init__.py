"""Legal holds: while a record is held, nothing deletes it or what belongs to it, not even SQL.

The triggers of `triggers.py` refuse, on each table that names them; `guarded.py` reads from them what
belongs to what. Knows no domain.
"""
