"""Unfold's settings: names, colors and the navigation by the jobs people do."""

UNFOLD = {
    "SITE_TITLE": "Quarterdeck",
    "SITE_HEADER": "Quarterdeck",
    "SITE_SYMBOL": "sailing",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "apps.backoffice.environment.environment_label",
    "DASHBOARD_CALLBACK": "apps.backoffice.dashboard.dashboard_callback",
}
