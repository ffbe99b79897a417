"""Invented data of any size: the same people, organizations and projects at every run."""
