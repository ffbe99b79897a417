"""The public addresses in a report's mail."""

from django.urls import path

from apps.reports.views import mailed_file, unsubscribe

urlpatterns = [
    path("unsubscribe/<str:token>/", unsubscribe, name="report_unsubscribe"),
    path("file/<str:token>/", mailed_file, name="report_mailed_file"),
]
