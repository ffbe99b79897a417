"""The engine of imports, undos, and exports: a pipeline, one package per stage.

Higher stages import lower ones only; import-linter holds it (see pyproject.toml):

    driver | undo | export    take a run, an undo, an export as far as they go
    apply                     plan → records
    plan                      work and parts → plan
    resolve                   staged rows → the records that they mean, and refusals
    stage                     cells of the file → staging table
    match                     headers → columns
    runs                      rights, events, and progress of a run
    context                   one run's dataset, matching, and tables
    cells                     one cell, or one word, at a time

The file itself is read by `apps.transfers.reading`.
"""
