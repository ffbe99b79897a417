"""Look-ups: which records the words of relation columns name, and refusing rows without one."""
