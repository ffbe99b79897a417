"""Pages of one's own account, beside those that allauth brings."""
