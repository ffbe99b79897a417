"""What can be asked a second person for: the models of requests stand on this.

- `registry.py`: an `Approvable` for each action, declared by the app that the action belongs to.
- `preview.py`, `digests.py`: what an action will touch, as it is shown and as it is compared.
- `visibility.py`: which requests a person may see, and could decide.
"""
