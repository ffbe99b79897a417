"""Four eyes: actions that a setting lists run only after a second person approves exactly that.

- `guard.py`: `require_approval`, which the action's service calls before it writes.
- `services.py`: a request is made, approved, refused, or withdrawn; it can also expire or become
  void.
- `selectors.py`: who could decide, and which approval an action needs.
- `records.py`, `bulk.py`: the kinds that belong to no single app.
"""
