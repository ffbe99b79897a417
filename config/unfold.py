"""Unfold's settings: names, colors, and the navigation, grouped by job."""

from django.templatetags.static import static
from django.urls import reverse_lazy

# The sidebar. An entry is a model's list ("model", shown to people who may view the model), or any
# address ("url", with the "permission" that it asks for). What is not registered is not shown.
NAVIGATION: list[tuple[str, list[dict[str, str]]]] = [
    (
        "",
        [
            {"title": "Start", "icon": "home", "url": "admin:index"},
            {"title": "Approvals", "icon": "approval", "model": "accounts.ApprovalRequest"},
        ],
    ),
    (
        "People",
        [
            {
                "title": "Organizations",
                "icon": "apartment",
                "model": "organizations.Organization",
            },
            {
                "title": "Organizations' trash",
                "icon": "delete",
                "model": "organizations.TrashedOrganization",
            },
            {"title": "Members", "icon": "badge", "model": "organizations.Membership"},
            {"title": "Invitations", "icon": "mail", "model": "organizations.Invitation"},
            {"title": "People", "icon": "person", "model": "accounts.User"},
        ],
    ),
    (
        "Projects",
        [
            {"title": "Projects", "icon": "folder_open", "model": "projects.Project"},
            {"title": "Tasks", "icon": "task_alt", "model": "projects.Task"},
            {"title": "Projects' trash", "icon": "delete", "model": "projects.TrashedProject"},
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
            {"title": "Bulk actions", "icon": "checklist", "model": "bulk.BulkRun"},
        ],
    ),
    (
        "Flags",
        [
            {"title": "Flags", "icon": "flag", "model": "flags.Flag"},
            {"title": "Switches", "icon": "toggle_on", "model": "flags.Switch"},
            {"title": "Samples", "icon": "percent", "model": "flags.Sample"},
        ],
    ),
    (
        "Schedules",
        [
            {
                "title": "Schedules",
                "icon": "schedule",
                "model": "django_celery_beat.PeriodicTask",
            },
            {"title": "Runs", "icon": "play_circle", "model": "schedules.TaskRun"},
            {
                "title": "Catalog of tasks",
                "icon": "list_alt",
                "url": "admin:django_celery_beat_periodictask_catalog",
                "permission": "django_celery_beat.view_periodictask",
            },
            {
                "title": "Alarms",
                "icon": "notification_important",
                "model": "schedules.Alarm",
            },
        ],
    ),
    (
        "Reports",
        [
            {
                "title": "Reports",
                "icon": "bar_chart",
                "url": "admin:reports_reportrun_overview",
                "permission": "reports.view_report",
            },
            {"title": "Report runs", "icon": "history", "model": "reports.ReportRun"},
            {
                "title": "Subscriptions",
                "icon": "mark_email_read",
                "model": "reports.ReportSubscription",
            },
            {"title": "Report mailings", "icon": "outgoing_mail", "model": "reports.ReportMailing"},
            {"title": "Report mails", "icon": "mail", "model": "reports.ReportDelivery"},
        ],
    ),
    (
        "System",
        [
            {
                "title": "Who can do what",
                "icon": "rule",
                "url": "access_roles",
                "permission": "auth.view_group",
            },
            {"title": "Staff roles", "icon": "shield_person", "model": "auth.Group"},
            {"title": "Service accounts", "icon": "key", "model": "api.ServiceAccount"},
            {"title": "E-mails", "icon": "outbox", "model": "core.QueuedMail"},
            {"title": "Legal holds", "icon": "gavel", "model": "holds.LegalHold"},
            {"title": "Audit log", "icon": "policy", "model": "audit.ChangeSet"},
            {
                "title": "Personal data access log",
                "icon": "visibility",
                "model": "accounts.Disclosure",
            },
        ],
    ),
]

UNFOLD = {
    "SITE_TITLE": "Quarterdeck",
    "SITE_HEADER": "Quarterdeck",
    "SITE_SYMBOL": "sailing",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("core/favicon.svg"),
        }
    ],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        },
    },
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "apps.backoffice.environment.environment_label",
    "DASHBOARD_CALLBACK": "apps.backoffice.dashboard.dashboard_callback",
    "STYLES": [lambda request: static("core/quarterdeck.css")],
    "SCRIPTS": [
        lambda request: static("core/quarterdeck.js"),
    ],
    "ACCOUNT": {
        "navigation": [{"title": "Account security", "link": reverse_lazy("account_security")}]
    },
    "SIDEBAR": {"show_search": True, "navigation": "apps.backoffice.navigation.sidebar"},
}
