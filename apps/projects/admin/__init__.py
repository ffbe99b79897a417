"""The admin of projects, one module per model; `apps/core/discovery.py` finds them."""
