"""Looking up: which records the words of relation columns name, and what becomes of the rows without one."""
