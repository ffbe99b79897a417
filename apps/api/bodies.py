"""What a write sends: one JSON object with declared fields, each once."""

import json
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.request import Request


def read(request: Request, fields: type[serializers.Serializer] | None) -> dict[str, Any]:
    """Return the validated fields of the body. Raises what becomes a problem with 400 or 415."""
    sent = _object(request)
    form = fields() if fields else None
    known = {name for name, field in form.fields.items() if not field.read_only} if form else set()
    if unknown := sorted(sent.keys() - known):
        raise serializers.ValidationError({unknown[0][:60]: ["This field can't be set here."]})
    if fields is None:
        return {}
    given = fields(data=sent)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _object(request: Request) -> dict[str, Any]:
    # Django holds the body to its limit; DRF's parser would read the stream beside it.
    body = request._request.body
    if not body:
        return {}
    if request._request.content_type != "application/json":
        raise UnsupportedMediaType(str(request._request.content_type))
    try:
        sent = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise ParseError from error
    if not isinstance(sent, dict):
        raise ParseError
    return sent


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name stands twice in an object.")
    return found


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON.")
