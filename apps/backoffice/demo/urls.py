"""Pages that only the demo has; `config.demo_urls` alone includes them."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from apps.backoffice.demo import views


class KeyConverter(StringConverter):
    regex = "[0-9]{20}-[0-9a-f]{8}"


register_converter(KeyConverter, "mailkey")

urlpatterns = [
    path("mail/", views.mails, name="demo_mails"),
    path("mail/<mailkey:key>/", views.mail, name="demo_mail"),
    path("mail/<mailkey:key>/html/", views.html, name="demo_mail_html"),
]
