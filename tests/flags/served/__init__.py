"""What the processes of `tests/flags/processes.py` run: the product, with an address that answers flags."""
