"""The addresses of the API, version 1. Each has a slash at its end."""

from django.urls import path, re_path

from apps.api.endpoints import invitations, memberships, organizations, projects, tasks, users
from apps.api.views import NowhereEndpoint

urlpatterns = [
    path("v1/users/", users.Users.as_view(), name="api-users"),
    path("v1/users/me/", users.Me.as_view(), name="api-me"),
    path("v1/users/<uuid:key>/", users.OneUser.as_view(), name="api-user"),
    path("v1/organizations/", organizations.Organizations.as_view(), name="api-organizations"),
    path(
        "v1/organizations/<slug:key>/",
        organizations.OneOrganization.as_view(),
        name="api-organization",
    ),
    path(
        "v1/organizations/<slug:slug>/members/",
        organizations.Members.as_view(),
        name="api-organization-members",
    ),
    path(
        "v1/organizations/<slug:slug>/projects/",
        organizations.ProjectsOf.as_view(),
        name="api-organization-projects",
    ),
    path(
        "v1/organizations/<slug:slug>/invitations/",
        invitations.InvitationsOf.as_view(),
        name="api-organization-invitations",
    ),
    path(
        "v1/organizations/<slug:slug>/trash/",
        organizations.Trash.as_view(),
        name="api-organization-trash",
    ),
    path(
        "v1/organizations/trash/<uuid:key>/restore/",
        organizations.Restore.as_view(),
        name="api-organization-restore",
    ),
    path("v1/invitations/<uuid:key>/", invitations.OneInvitation.as_view(), name="api-invitation"),
    path(
        "v1/invitations/<uuid:key>/resend/",
        invitations.Resend.as_view(),
        name="api-invitation-resend",
    ),
    path(
        "v1/invitations/<uuid:key>/revoke/",
        invitations.Revoke.as_view(),
        name="api-invitation-revoke",
    ),
    path("v1/memberships/", memberships.Memberships.as_view(), name="api-memberships"),
    path("v1/memberships/<uuid:key>/", memberships.OneMembership.as_view(), name="api-membership"),
    path("v1/projects/", projects.Projects.as_view(), name="api-projects"),
    path("v1/projects/<uuid:key>/", projects.OneProject.as_view(), name="api-project"),
    path("v1/tasks/", tasks.Tasks.as_view(), name="api-tasks"),
    path("v1/tasks/<uuid:key>/", tasks.OneTask.as_view(), name="api-task"),
    re_path(r"", NowhereEndpoint.as_view(), name="api-nowhere"),
]
