"""The system checks of what models, gates, and ports must declare. `CoreConfig.ready` registers them.

Those of admin pages are in `apps/core/admin/checks/`, and run for each ModelAdmin.
"""
