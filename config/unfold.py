"""Unfold's settings: names, colors and the navigation by the jobs people do."""

from django.templatetags.static import static

# The sidebar. An entry is a model's list ("model", shown to whom the model's admin lets look), or any
# address ("url", with the "permission" that it asks for). What is not registered is not shown.
NAVIGATION: list[tuple[str, list[dict[str, str]]]] = [
    (
        "",
        [{"title": "Start", "icon": "home", "url": "admin:index"}],
    ),
    (
        "People",
        [
            {
                "title": "Organizations",
                "icon": "apartment",
                "model": "organizations.Organization",
            },
            {"title": "Members", "icon": "badge", "model": "organizations.Membership"},
            {"title": "Invitations", "icon": "mail", "model": "organizations.Invitation"},
            {"title": "Users", "icon": "person", "model": "accounts.User"},
        ],
    ),
    (
        "Projects",
        [
            {"title": "Projects", "icon": "folder_open", "model": "projects.Project"},
            {"title": "Tasks", "icon": "task_alt", "model": "projects.Task"},
        ],
    ),
    (
        "Imports and exports",
        [
            {
                "title": "New import",
                "icon": "upload_file",
                "url": "admin:transfers_importrun_new",
                "permission": "transfers.import_data",
            },
            {"title": "Imports", "icon": "history", "model": "transfers.ImportRun"},
            {"title": "Exports", "icon": "download", "model": "transfers.ExportRun"},
        ],
    ),
    (
        "Flags",
        [
            {"title": "Flags", "icon": "flag", "model": "flags.Flag"},
            {"title": "Switches", "icon": "toggle_on", "model": "waffle.Switch"},
            {"title": "Samples", "icon": "percent", "model": "waffle.Sample"},
        ],
    ),
    (
        "Schedules",
        [
            {
                "title": "Scheduled tasks",
                "icon": "schedule",
                "model": "django_celery_beat.PeriodicTask",
            },
            {"title": "Runs", "icon": "play_circle", "model": "schedules.TaskRun"},
        ],
    ),
    (
        "Reports",
        [],
    ),
    (
        "System",
        [
            {"title": "Staff roles", "icon": "shield_person", "model": "auth.Group"},
        ],
    ),
]

UNFOLD = {
    "SITE_TITLE": "Quarterdeck",
    "SITE_HEADER": "Quarterdeck",
    "SITE_SYMBOL": "sailing",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "apps.backoffice.environment.environment_label",
    "DASHBOARD_CALLBACK": "apps.backoffice.dashboard.dashboard_callback",
    "STYLES": [lambda request: static("core/quarterdeck.css")],
    "SCRIPTS": [lambda request: static("core/quarterdeck.js")],
    "SIDEBAR": {"navigation": "apps.backoffice.navigation.sidebar"},
}
