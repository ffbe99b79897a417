"""The addresses of the demo: the project's and the demo's own. Production never loads this module."""

from django.urls import include, path

from config import urls
from config.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("demo/", include("apps.backoffice.demo.urls")), *urls.urlpatterns]
