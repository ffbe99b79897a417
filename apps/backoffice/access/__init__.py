"""Pages that explain who can do what, and why.

- `permission_words.py`: each permission as a sentence, and the job that it belongs to.
- `permission_holders.py`: what a person may do and which role gives it; who holds a permission, who can give it.
- `answers.py`: yes or no to "can this person …?", with everything that still prevents it.
- `matrix.py`, `person.py`, `why.py`: the three pages, `urls.py` their addresses.
"""
