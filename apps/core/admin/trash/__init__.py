"""The pages of the trash: `pages.py` has the two admin classes, `forms.py` their confirmations.

`records.py` finds the page that a record in the trash has now.
"""
