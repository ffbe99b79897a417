"""Four eyes: what a setting lists is done only when a second person approves exactly that.

- `guard.py`: `require_approval`, which the service of the action calls before it writes.
- `services.py`: a request is made, approved, refused, withdrawn; time and changes end it.
- `selectors.py`: who could decide, and which approval an action needs.
- `records.py`, `bulk.py`: the kinds that belong to no app alone.
"""
