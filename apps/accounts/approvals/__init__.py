"""Four eyes: what a setting lists is done only when a second person approves exactly that.

- `registry.py`: an `Approvable` for each action, declared by the app that the action belongs to.
- `preview.py`, `digests.py`: what an action will touch, as it is shown and as it is compared.
- `guard.py`: `require_approval`, which the service of the action calls before it writes.
- `services.py`: a request is made, approved, refused, withdrawn; time and changes end it.
- `selectors.py`: who may see, who could decide, and which approval an action needs.
- `records.py`, `bulk.py`, `roles.py`: the kinds that belong to no higher app.
"""
