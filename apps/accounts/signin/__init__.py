"""Signing in, carried by django-allauth, and what this house adds to it.

| module | what |
|---|---|
| `adapter.py`, `factors.py`, `single_sign_on.py` | allauth's three adapters: account, second factors, OpenID Connect |
| `limits.py`, `known_browsers.py` | how often sign-in may be tried: known browsers are counted by themselves |
| `sessions.py` | sessions: listed, timed out, ended |
| `sudo.py` | what a fresh factor is, and what waits for one |
| `forms.py`, `views.py`, `links.py` | the pages, and the mails with a link to set a password |
| `middleware.py` | time-outs, the required second factor, sudo's question |
"""
