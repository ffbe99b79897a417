"""Forms that notice when two people edit one record.

A form carries the values that it was opened with, signed (`opened_values.py`). When it is posted,
the record is locked and read, and each field is compared three ways (`merge.py`). A field that the
user left alone keeps what others stored in the meantime. A field that only the user changed is
written. A field that both changed is shown with a choice (`conflicts.py`).

`forms.py` and `formsets.py` do so for change pages and their inlines, `seen_record.py` for
confirmation pages, and `admin.py` has the hooks of ModelAdmin. Only changed fields are written, by
the service that the ModelAdmin names (`service_calls.py`).
"""
