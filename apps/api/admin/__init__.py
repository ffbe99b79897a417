"""The admin of the API, one module per model; `apps/core/discovery.py` finds them."""
