"""System checks of the datasets: what a declaration says wrongly is told at start, in a sentence.

`dataset_checks.py` beside this package is the check that Django runs. `parts` looks at the records that a row writes, `columns` at
what a file and an export give and take, `package_hooks` at what import-export would
call and we do not. Each function yields sentences.
"""
