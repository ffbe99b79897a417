"""Resolving: which records the staged rows mean, and which rows cannot be written, and why.

One line for each different record, with the live record beside it; one refusal for each reason of a row.
"""
