"""Acting as somebody else: with a reason, for minutes, read-only unless allowed otherwise.

The session stays the impersonator's own. It only remembers which `Impersonation` is open, and the
middleware puts the other person into `request.user` for as long as that holds; who really acts is
`request.real_user`. Nobody signs in as the other person, as packages for this do: that would give the
session a second life, past its time-outs, its second factor and the impersonator's own sign-out.
"""
