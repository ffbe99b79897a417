"""Resolving: which records the rows write, and which rows cannot be written, and why.

Each distinct record of a part gets a line, with the live record beside it.
"""
