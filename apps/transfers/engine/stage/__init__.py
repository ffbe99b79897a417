"""Staging: the cells of the file, cleaned and checked one by one, go into the staging table."""
