"""The actions of this app that need approval; they call its services."""
