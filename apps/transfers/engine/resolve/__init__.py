"""Resolving: which records the rows write, and which rows cannot be written, and why.

A line for each different record of a part, with the live record beside it.
"""
