"""Takes the pictures of these pages from the demo.

Serve a fresh demo, then run this from the project's folder:

    make run PORT=8001 VAR_DIR=var-pictures
    .venv/bin/python docs/using/pictures.py http://127.0.0.1:8001

It imports a small invented roster, asks for one approval, and writes PNG files beside this script. The
demo should be fresh, so that the pictures show nothing else. Every file stays well under 150 kB. Set
CHROMIUM if the browser is not at /usr/bin/chromium.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PASSWORD = "quarterdeck"  # noqa: S105
SIZE = {"width": 1200, "height": 720}
COLORS = 96
MOST_BYTES = 140_000
ROSTER = """Organization,E-mail,First name,Last name,Office phone,Position
Nordlicht Foundation,ines@roster.example,Inés,Quiroga,040 555 0101,chair
Nordlicht Foundation,per@roster.example,Per,Åkesson,040 555 0102,vice chair
Nordlicht Foundation,mo@roster.example,Mo,Haddad,040 555 0103,member
Nordlicht Foundation,,Lea,Brandt,040 555 0104,member
Nordlicht Foundation,tove@roster.example,Tove,Lind,040 555 0105,secretary
"""


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        with signed_in(browser, address, "support") as page:
            import_a_roster(page)
        with signed_in(browser, address, "auditor") as page:
            open_found(page, "organizations/membership", "per@roster.example")
            page.get_by_role("link", name="History").click()
            shoot(page, "history")
        with signed_in(browser, address, "administrator") as page:
            open_found(page, "accounts/user", "per@roster.example")
            page.locator("details.qd-record-menu summary").click()
            shoot(page, "person")
            page.goto("/admin/django_celery_beat/periodictask/")
            shoot(page, "schedules")
            page.goto("/account/")
            shoot(page, "account")
            ask_to_purge(page)
        with signed_in(browser, address, "deputy") as page:
            page.goto("/admin/accounts/approvalrequest/?whose=decide")
            page.locator("#result_list tbody a").first.click()
            shoot(page, "request")
        browser.close()


@contextmanager
def signed_in(browser: Browser, address: str, name: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport=SIZE)
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", f"{name}@quarterdeck.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("#login-form button[type=submit]")
    page.wait_for_url("**/admin/")
    yield page
    context.close()


def import_a_roster(page: Page) -> None:
    page.goto("/admin/transfers/importrun/new/?dataset=members")
    roster = {"name": "roster.csv", "mimeType": "text/csv", "buffer": ROSTER.encode()}
    page.set_input_files("input[type=file]", roster)
    page.get_by_role("link", name="Continue to columns").click()
    page.get_by_label("Meaning of secretary").wait_for()
    shoot(page, "columns")
    page.get_by_role("button", name=re.compile("^Check ")).click()
    page.get_by_text("What happens", exact=True).wait_for()
    apply = page.get_by_role("button", name=re.compile("^Apply "))
    if apply.count():  # A second time there is nothing to apply.
        page.get_by_label("Reason").fill("Spring roster")
        apply.click()
        page.get_by_role("link", name="Import another file").wait_for()


def open_found(page: Page, model: str, words: str) -> None:
    page.goto(f"/admin/{model}/?q={words}")
    page.locator("#result_list tbody a").first.click()
    page.wait_for_url("**/change/**")


def ask_to_purge(page: Page) -> None:
    """Open the trash, and ask for a second person's approval to delete its first record for good."""
    page.goto("/admin/organizations/trashedorganization/")
    shoot(page, "trash")
    page.locator("#result_list tbody a").first.click()
    page.locator("details.qd-record-menu summary").click()
    page.get_by_role("link", name="Delete for good").click()
    if "reauthenticate" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.locator("main button[type=submit]").first.click()
    page.get_by_label("Reason").fill("The customer asked for it.")
    name = page.locator("h1 ~ ul a").first.inner_text()
    page.get_by_label(re.compile("to confirm")).fill(name)
    page.get_by_role("button", name="Ask a second person").click()


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = HERE / f"{name}.png"
    picture.quantize(COLORS).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(
            f"{path.name} has {path.stat().st_size:,} bytes, more than {MOST_BYTES:,}."
        )
    print(f"{path.name}: {path.stat().st_size:,} bytes")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
