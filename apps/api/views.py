"""The base of every endpoint. What an endpoint does not declare is refused."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from apps.api import parameters
from apps.api.authentication import KeyAuthentication
from apps.api.models import ServiceActor
from apps.api.parameters import Reads
from apps.api.problems import problem_of
from apps.api.throttles import READS, Counted, Throttle, count
from apps.api.versions import etag
from apps.core.actors import require

ANY_KEY = ""


class Endpoint(APIView):
    """Authenticates by key, counts, checks the permission and the address, and answers in JSON.

    A subclass declares its `permission`, `throttle`, `serializer`, and `parameters`, and gets its rows from
    `rows()`, which begins with the actor's scope. `tests/api/test_endpoints.py` tries each.
    """

    permission: ClassVar[str]
    throttle: ClassVar[Throttle] = READS
    serializer: ClassVar[type[BaseSerializer[Any]]]
    parameters: ClassVar[Mapping[str, Reads]] = {}

    authentication_classes = [KeyAuthentication]
    # Every key is asked for the permission in `initial`.
    permission_classes: ClassVar[list[Any]] = []
    renderer_classes = [JSONRenderer]
    # A body is read by `bodies.py`.
    parser_classes: ClassVar[list[Any]] = []
    http_method_names = ["get", "head"]

    format_kwarg = None
    counted: Counted | None = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Ask in this order: who, how often, may they, and is that an address of ours."""
        self.identify(request)
        asked = self.permission_for(str(request.method))
        if asked != ANY_KEY:
            require(request.user, asked)
        is_read = request.method in ("GET", "HEAD")
        self.given = parameters.read(request, self.parameters if is_read else {})
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(
            request
        )

    def identify(self, request: Request) -> None:
        """Refuse who has no valid key, or has called too often."""
        self.perform_authentication(request)
        if not isinstance(request.user, ServiceActor):
            self.permission_denied(request)
        self.counted = count(request.auth, self.throttle_for(str(request.method)))
        self.counted.refuse()

    def permission_for(self, method: str) -> str:
        return self.permission

    def throttle_for(self, method: str) -> Throttle:
        return self.throttle

    def rows(self) -> QuerySet[Any]:
        """Return what the actor sees."""
        raise NotImplementedError

    @property
    def actor(self) -> ServiceActor:
        assert isinstance(self.request.user, ServiceActor)  # noqa: S101  `initial` has refused others.
        return self.request.user

    def one(self, **condition: object) -> Model:
        """Return one record; a record out of scope is one that does not exist."""
        found: Model | None = self.rows().filter(**condition).first()
        if found is None:
            raise Http404
        return found

    def serialized(self, given: object) -> Response:
        return Response(self.serializer(given).data)

    def handle_exception(self, exc: Exception) -> HttpResponseBase:
        if getattr(exc, "status_code", 0) == 401:
            exc.auth_header = KeyAuthentication().authenticate_header(self.request)  # type: ignore[attr-defined]
        return problem_of(exc, self.request._request)

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        answer: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        if self.counted is not None:
            for name, value in self.counted.headers.items():
                answer.headers[name] = value
        return answer


class RecordEndpoint(Endpoint):
    """One record by the argument of the address."""

    lookup: ClassVar[str] = "pk"

    def get(self, request: Request, key: UUID | str) -> Response:
        record = self.one(**{self.lookup: key})
        response = self.serialized(record)
        response.headers["ETag"] = etag(record)
        return response


class ListEndpoint(Endpoint):
    """One page of records. `filters` are the parameters beside the page's own."""

    filters: ClassVar[Mapping[str, Reads]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.parameters = {"limit": parameters.limit, "cursor": parameters.cursor, **cls.filters}

    def get(self, request: Request, **kwargs: object) -> Response:
        rows = self.narrowed(self.rows(), dict(self.given))
        found, following = parameters.page(rows, self.given)
        shown = self.serializer(found, many=True).data
        return Response({"results": shown, "next_cursor": following})

    def narrowed(self, rows: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows that the filters leave: each is named as the field that it compares."""
        conditions = {name: value for name, value in given.items() if name not in parameters.PAGING}
        return rows.filter(**conditions)


class NowhereEndpoint(Endpoint):
    """What no endpoint has is a 404, for those who have a key."""

    permission = ANY_KEY
    serializer = BaseSerializer
    http_method_names = ["get", "head", "post", "put", "patch", "delete", "options"]

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        self.identify(request)
        raise Http404
