"""The pages about who can do what."""

from django.contrib import admin
from django.urls import path

from apps.backoffice.access.matrix import roles_page
from apps.backoffice.access.person import own_page, person_page
from apps.backoffice.access.why import why_page

wrap = admin.site.admin_view

urlpatterns = [
    path("roles/", wrap(roles_page), name="access_roles"),
    path("me/", wrap(own_page), name="access_mine"),
    path("people/<uuid:user_id>/", wrap(person_page), name="access_person"),
    path("why/<str:label>/", wrap(why_page), name="access_why"),
]
