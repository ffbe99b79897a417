"""What a page may load, a browser may store, and a request may send; the same in every environment."""

from django.utils.csp import CSP

# What a page may load and do: see docs/browser.md. Nothing inline without the
# response's nonce, nothing evaluated, nothing from elsewhere.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# No script reads the cookie: forms contain the token, and our scripts take it from their form.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# The cookie of a known browser; see apps/accounts/signin/known_browsers.py.
KNOWN_BROWSER_COOKIE_NAME = "known_browser"
# Messages wait in the session, not in a cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# What a request may send: this much anywhere, more only to the pages named here, from who has the
# permission. A file of an import, and a little for the form around it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
UPLOAD_LIMITS = {
    "admin:transfers_importrun_new": (512 * 1024 * 1024 + 100_000, "transfers.import_data"),
}
