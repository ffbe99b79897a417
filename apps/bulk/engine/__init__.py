"""Plans, applies, and undoes bulk actions. `driver.py` is one worker's attempt at a job."""
