"""Pictures of people: taken as pictures alone, shown to who sees the person, and never run."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from apps.accounts.models import User
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.forms import save

pytestmark = pytest.mark.django_db

SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(format: str = "PNG", size: int = 8) -> bytes:
    file = BytesIO()
    Image.effect_noise((size, size), 90).convert("RGB").save(file, format)
    return file.getvalue()


def upload(client: Client, person: User, name: str, content: bytes) -> Any:
    data = {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": person.email,
        "phone": "",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        "avatar": SimpleUploadedFile(name, content, "image/png"),
    }
    return save(client, reverse("admin:accounts_user_change", args=[person.pk]), data)


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(SuperuserFactory())
    return client


@pytest.fixture
def ada() -> User:
    return UserFactory(first_name="Ada")


def test_a_picture_is_taken_and_shown_as_what_it_is(administrator: Client, ada: User) -> None:
    response = upload(administrator, ada, "ada.gif", picture("PNG"))
    assert response.status_code == 302, response.text

    ada.refresh_from_db()
    shown = administrator.get(ada.avatar.url)
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/png"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in shown["Cache-Control"]
    assert b"".join(shown.streaming_content) == picture_of(ada)


def picture_of(person: User) -> bytes:
    with person.avatar.open("rb") as file:
        return bytes(file.read())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ada.svg", SCRIPT),
        ("ada.png", SCRIPT),
        ("ada.html", b"<script>alert(1)</script>"),
        ("ada.png", b"<script>alert(1)</script>"),
    ],
)
def test_what_could_run_is_not_taken(
    administrator: Client, ada: User, name: str, content: bytes
) -> None:
    response = upload(administrator, ada, name, content)

    assert response.status_code == 200
    assert "Upload a valid image" in response.text
    ada.refresh_from_db()
    assert not ada.avatar


def test_other_kinds_and_large_pictures_are_not_taken(administrator: Client, ada: User) -> None:
    assert (
        "must be a PNG, JPEG, WebP, or GIF"
        in upload(administrator, ada, "ada.tiff", picture("TIFF")).text
    )
    assert "can be up to" in upload(administrator, ada, "ada.png", picture(size=700)).text
    ada.refresh_from_db()
    assert not ada.avatar


def test_what_lies_there_and_is_no_picture_is_not_shown(administrator: Client, ada: User) -> None:
    ada.avatar.save("ada.png", ContentFile(SCRIPT))

    assert administrator.get(ada.avatar.url).status_code == 404


def test_a_picture_is_shown_to_who_sees_the_person_alone(client: Client, ada: User) -> None:
    ada.avatar.save("ada.png", ContentFile(picture()))
    assert client.get(ada.avatar.url).status_code == 302

    client.force_login(StaffFactory())
    assert client.get(ada.avatar.url).status_code == 403
    assert client.get("/media/avatars/of-nobody.png").status_code == 403

    client.force_login(SuperuserFactory())
    assert client.get("/media/avatars/of-nobody.png").status_code == 404
    assert client.get("/media/avatars/..%2f..%2fada.png").status_code == 404


def animation(format: str, size: int, frames: int) -> bytes:
    file = BytesIO()
    colors = ["black", "white", "red"]
    pictures = [Image.new("RGB", (size, size), colors[n % len(colors)]) for n in range(frames)]
    pictures[0].save(file, format, save_all=True, append_images=pictures[1:], duration=20)
    return file.getvalue()


@pytest.mark.parametrize("format", ["PNG", "GIF", "JPEG", "WEBP"])
@pytest.mark.parametrize("measures", [(2_001, 8), (8, 2_001), (3_000, 3_000)])
def test_a_picture_of_too_many_dots_is_refused_however_small_the_file(
    format: str, measures: tuple[int, int], administrator: Client, ada: User
) -> None:
    file = BytesIO()
    Image.new("L", measures).save(file, format)
    assert len(file.getvalue()) < 200_000

    response = upload(administrator, ada, f"ada.{format.lower()}", file.getvalue())

    assert response.status_code == 200
    assert "Reduce it to at most 2,000 on each side." in response.text
    ada.refresh_from_db()
    assert not ada.avatar


@pytest.mark.parametrize(
    ("format", "size", "frames"),
    [("GIF", 8, 101), ("PNG", 8, 101), ("WEBP", 8, 101), ("GIF", 1_000, 9)],
)
def test_an_animation_that_fills_the_memory_is_refused(
    format: str, size: int, frames: int, administrator: Client, ada: User
) -> None:
    content = animation(format, size, frames)

    response = upload(administrator, ada, f"ada.{format.lower()}", content)

    assert response.status_code == 200
    assert "animation is too long" in response.text
    assert upload(administrator, ada, "ada.gif", animation("GIF", 8, 3)).status_code == 302


def test_a_picture_at_the_limit_is_taken(administrator: Client, ada: User) -> None:
    file = BytesIO()
    Image.new("L", (2_000, 2_000)).save(file, "PNG")

    assert upload(administrator, ada, "ada.png", file.getvalue()).status_code == 302
