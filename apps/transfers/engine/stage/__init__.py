"""Staging: cleans and checks the cells of the file and writes them into the staging table."""
