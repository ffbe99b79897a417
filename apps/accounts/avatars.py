"""Pictures of people: which files are accepted, and how they are shown. An uploaded file never runs."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.cache import patch_cache_control
from PIL import Image, UnidentifiedImageError

from apps.accounts.models import User
from apps.core.actors import require

# By its content, not its name: pixel images, which contain no scripts.
TYPES = {"GIF": "image/gif", "JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MAX_BYTES = 1024 * 1024
# A small file can contain an image that fills a browser's memory: 12,000 by 12,000 pixels need 576
# MB.
MAX_SIDE = 2_000
# The frames of an animation together.
MAX_DOTS = 2 * MAX_SIDE * MAX_SIDE
MAX_FRAMES = 100


def check_avatar(file: File) -> None:
    """Raise `ValidationError` unless the file is a small picture of a kind that browsers show."""
    if file.size > MAX_BYTES:
        raise ValidationError(f"The picture can be up to {filesizeformat(MAX_BYTES)}.")
    if _type_of(file) is None:
        raise ValidationError("The picture must be a PNG, JPEG, WebP, or GIF file.")
    width, height, frames = _measures(file)
    if max(width, height) > MAX_SIDE:
        raise ValidationError(
            f"The picture has {width:,} × {height:,} pixels. "  # noqa: RUF001
            f"Reduce it to at most {MAX_SIDE:,} on each side."
        )
    if frames > MAX_FRAMES or width * height * frames > MAX_DOTS:
        raise ValidationError("The animation is too long. Choose a still picture.")


def avatar(request: HttpRequest, name: str) -> FileResponse:
    """Show the picture of a person in the signed-in user's scope, or their own."""
    user: Any = request.user
    path = f"avatars/{name}"
    person = User.objects.for_staff(user).filter(avatar=path).first()
    if person != user:
        require(user, "accounts.view_user")
    if person is None or not default_storage.exists(path):
        raise Http404("This picture doesn't exist.")
    file = default_storage.open(path, "rb")
    content_type = _type_of(file)
    if content_type is None:
        file.close()
        raise Http404("This picture doesn't exist.")
    response = FileResponse(file, content_type=content_type)
    # It is shown inside a page. Opened directly, it may load and run nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, private=True, no_store=True)
    return response


def _measures(file: File) -> tuple[int, int, int]:
    """Return width, height and number of frames, read from the headers: nothing is decoded."""
    try:
        file.seek(0)
        with Image.open(file, formats=list(TYPES)) as picture:
            width, height = picture.size
            if max(width, height) > MAX_SIDE:
                return width, height, 1
            return width, height, int(getattr(picture, "n_frames", 1))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise ValidationError("The picture is damaged. Choose another file.") from None
    finally:
        if not file.closed:
            file.seek(0)


def _type_of(file: File) -> str | None:
    try:
        file.seek(0)
        with Image.open(file, formats=list(TYPES)) as picture:
            found = picture.format
            return TYPES.get(found or "")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
    finally:
        if not file.closed:
            file.seek(0)
