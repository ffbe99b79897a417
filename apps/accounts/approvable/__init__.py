"""The actions that a second person can approve. The models of requests import this package.

- `registry.py`: an `Approvable` for each action, declared by the app that owns the action.
- `preview.py`, `digests.py`: what an action will affect, as it is shown and as it is compared.
- `visibility.py`: which requests a person may see, and could decide.
"""
