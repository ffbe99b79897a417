"""The trash of every soft-deletable model.

`services.py` has the acts, with permission, scope, locks, and approvals; `moves.py` writes them,
`reach.py` counts what they would reach, and `relations.py` reads the models for what belongs to a
record. `unique_values.py` finds names that a record in the trash and a live one share.
`proxies.py` makes the model that the trash's own pages use.

Which records a page hides because of the trash is one floor down, in `apps/core/visibility.py`.
"""
