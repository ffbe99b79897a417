"""The admin of organizations, one module per model; `apps/core/discovery.py` finds them."""
