"""The actions of this app that a second person approves: they stand on its services."""
