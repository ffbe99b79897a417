"""The start page's three sections, each from as few statements as possible."""
