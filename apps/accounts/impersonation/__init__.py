"""Acting as somebody else: with a reason, for minutes, read-only unless allowed otherwise.

The session stays the impersonator's own. It only remembers which `Impersonation` is open, and the
middleware puts the other person into `request.user` for as long as that holds; who really acts is
`request.real_user`. django-hijack gives the marks (`hijack_history` in the session, `is_hijacked` on
the user), the signals and the lock; its views are not mounted, and its sign-in as the other person is
not used: that would give the session a second life, past its time-outs, its second factor and the
impersonator's own signing out.
"""
