"""The engine of imports, undos, and exports: a pipeline, one package per stage.

Higher stages import lower ones only; import-linter holds it (see pyproject.toml):

    driver | undo | export    take a run, an undo, an export as far as they go
    apply                     plan → records
    plan                      what each row does → the plan
    resolve                   rows → the records that they write
    lookup                    words → the records that they name
    stage                     cells of the file → staging table
    match                     headers → columns
    runs                      rights, events, progress, and chunks of a run
    retention, erasure        what remains of a run's rows
    context, ranges, mapping  one run's dataset, matching, and rows
    schema, sql               the run's tables and columns; how SQL is put together
    cells                     one cell, or one word, at a time

The file itself is read by `apps.transfers.reading`.
"""
