"""Registers again, in the house's look, what third parties have registered."""
