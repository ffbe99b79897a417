"""Imports and exports of datasets. Knows datasets, not domains.

The map, for who builds on it:

- `declarations`: `DatasetResource`, `Column`, `Relation`, `Part`, `Derived`: a dataset is declared once.
- `resources`: `EngineResource`, the base class of a dataset: `export()` and `import_data()` as import-export
  documents them. `resource_imports`, `resource_exports`, and `resource_results` do their work.
- `rules`: what a `Rule` or `Impact` of a dataset is, and what it may see of a run.
- `registry`: `register(Resource)`, `get(name)`, `all_datasets()`.
- `checks`: what a declaration says wrongly is an error of `manage.py check`.
- `models`: `Upload`, `ImportRun`, `ImportTemplate`, `UndoRun`, `ExportRun`, `ExportProfile`.
- `services`: every write. Start an import, read it again with other settings, match its columns,
  confirm, cancel, undo; start an export. All keyword-only, with `actor`; refusals are `DomainError`.
- `selectors`: every read a page needs: what was found in the file, the suggested matching, the plan's
  rows by key-set pages, totals, causes, blast radius, progress, the same content imported before.
- `options`: the typed shape of what is stored as JSON on a run.
- `reading`: what a file is and its rows. `engine`: what the worker does with them, one package per stage.

A run walks `uploaded → read → matched → staged → planned → confirmed → applying → applied`. In
`read` and `planned` it waits for a person; in the others a worker has it, or should.
"""
