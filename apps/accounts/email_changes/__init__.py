"""Changing the e-mail address that a person signs in with. Nothing else writes it.

- `services.py`: a change is asked for, confirmed by the new address, canceled, over by time.
- `selectors.py`: what waits, and what the link of a mail stands for.
- `tokens.py`: what the link holds.
- `mails.py`: the link to the new address; a notice to the old one, at the request and at the change.
"""
