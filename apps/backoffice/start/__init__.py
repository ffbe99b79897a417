"""The start page's three bands, each from as few statements as can be."""
