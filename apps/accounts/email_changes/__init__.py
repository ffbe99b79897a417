"""Changes of the e-mail address that a person signs in with. Nothing else writes it.

- `services.py`: a change is requested, confirmed by the new address, canceled, or expires.
- `selectors.py`: pending changes, and the change of an e-mail's link.
- `tokens.py`: the link's token.
- `mails.py`: the link to the new address, and notices to the old one at the request and at the
  change.
"""
