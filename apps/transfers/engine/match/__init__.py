"""Matching: which file, which of its columns is which column of the dataset, which record a word means."""
