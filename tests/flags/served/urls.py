from django.http import HttpRequest, JsonResponse
from django.urls import path

from config.urls import urlpatterns as _ours
from tests.flags.served.answers import answers


def ask(request: HttpRequest) -> JsonResponse:
    return JsonResponse(answers(request.GET["name"], request.GET["email"]))


urlpatterns = [path("ask", ask), *_ours]
