"""The URLs of the project: the admin is the main screen, with a few pages beside it."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from apps.accounts.avatars import avatar
from apps.backoffice.availability import health
from apps.backoffice.search import search
from apps.core.admin.autocomplete import autocomplete
from apps.core.discovery import full_site

site = full_site()

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health, name="health"),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    # Must come before the admin's own URLs: these answer "admin:search" and "admin:autocomplete".
    path("admin/search/", site.admin_view(search)),
    path("admin/autocomplete/", site.admin_view(autocomplete)),
    path("admin/impersonation/", include("apps.accounts.impersonation.urls")),
    path("admin/access/", include("apps.backoffice.access.urls")),
    path("admin/", site.urls),
    path("media/avatars/<str:name>", site.admin_view(avatar), name="avatar"),
    path("api/", include("apps.api.urls")),
    path("account/", include("apps.accounts.urls")),
    path("invitations/", include("apps.organizations.urls")),
    path("mail/", include("apps.reports.urls")),
]

handler400 = "apps.backoffice.error_pages.bad_request"
handler403 = "apps.backoffice.error_pages.forbidden"
handler404 = "apps.backoffice.error_pages.not_found"
handler500 = "apps.backoffice.error_pages.server_error"
