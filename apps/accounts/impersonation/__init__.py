"""Impersonation: acting as somebody else, with a reason, for minutes, read-only by default.

The session stays the impersonator's own. It only stores which `Impersonation` is open, and the
middleware sets `request.user` to the other person while it lasts; `request.real_user` is the
impersonator. Nobody signs in as the other person, as packages for this do: that session would
escape the impersonator's time-outs, second factor, and sign-out.
"""
