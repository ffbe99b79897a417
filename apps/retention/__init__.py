"""How long the trash keeps records: a notice first, and days later they are deleted for good.

The trash itself is `apps/core/trash`, its bulk actions are in `apps/bulk`. Knows no domain.
"""
