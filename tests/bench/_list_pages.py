"""The pages of the lists that are visited at each size, and who visits them."""

from collections.abc import Iterator

from tests.bench._seed import RARE, SEEN_BY_LIMITED
from tests.bench._tables import run, value

FULL, LIMITED = "full@bench.invalid", "limited@bench.invalid"
MEMBERS, PEOPLE = "/admin/organizations/membership/", "/admin/accounts/user/"
ORGANIZATIONS, PROJECTS = "/admin/organizations/organization/", "/admin/projects/project/"
TASKS, INVITATIONS = "/admin/projects/task/", "/admin/organizations/invitation/"
LOG = "/admin/audit/changeset/"


def staff() -> None:
    """Make a superuser, and a person who sees some organizations and may view everything in them."""
    from django.contrib.auth.models import Permission

    from apps.accounts.models import User

    if not User.objects.filter(email=FULL).exists():
        User.objects.create_superuser(FULL, "bench")
        limited = User.objects.create_user(LIMITED, "bench", is_staff=True, is_limited=True)
        limited.user_permissions.set(Permission.objects.all())


def limit(rows: int) -> None:
    """Let the limited person see each fourth organization."""
    run(
        f"""INSERT INTO organizations_stafforganization (user_id, organization_id)
        SELECT u.id, o.id FROM accounts_user u, organizations_organization o
        WHERE u.email = '{LIMITED}' AND substring(o.slug from '[0-9]+$')::int % {SEEN_BY_LIMITED} = 1
        ON CONFLICT DO NOTHING"""
    )
    run("ANALYZE organizations_stafforganization")


def pages(rows: int) -> Iterator[tuple[str, str, str]]:
    """Yield a name, an address and who visits it."""
    words = [
        ("exact", f"ada.baker.{rows // 2}"),
        ("frequent", "review"),
        ("one letter", "j"),
        ("absent", "qqqq"),
    ]
    for name, address in _full(rows):
        yield name, address, FULL
    for name, address in (("members", MEMBERS), ("people", PEOPLE), ("tasks", TASKS)):
        for kind, word in [*words, ("rare", RARE), ("the", "the")]:
            yield f"{name} by {kind} word", f"{address}?q={word}", FULL
    limited = {
        "start page": "/admin/",
        "members": MEMBERS,
        "people": PEOPLE,
        "tasks": TASKS,
        "projects": PROJECTS,
        "organizations": ORGANIZATIONS,
        "audit log": LOG,
        "audit log by word": f"{LOG}?q=weber",
    }
    for name, address in limited.items():
        yield f"limited: {name}", address, LIMITED
    yield "limited: a project", _project(), LIMITED


def _full(rows: int) -> Iterator[tuple[str, str]]:
    lists = {
        "members": MEMBERS,
        "people": PEOPLE,
        "organizations": ORGANIZATIONS,
        "projects": PROJECTS,
        "tasks": TASKS,
        "invitations": INVITATIONS,
    }
    for name, address in lists.items():
        yield f"{name}, last page", f"{address}?_last=1"
    yield "members of a role", f"{MEMBERS}?role__exact=owner"
    yield "members by date", f"{MEMBERS}?o=-5"
    yield "people of a status", f"{PEOPLE}?status__exact=deactivated"
    yield "people by date", f"{PEOPLE}?o=5"
    yield "tasks of a status", f"{TASKS}?status__exact=todo"
    yield "tasks by due date", f"{TASKS}?o=5"
    yield "tasks by due date, latest first", f"{TASKS}?o=-5"
    yield "projects by date", f"{PROJECTS}?o=5"
    yield "the largest organization", f"{ORGANIZATIONS}{_largest()}/change/"
    yield "a project", _project()
    yield "start page", "/admin/"
    yield "search from anywhere", "/admin/search/?s=weber"
    yield (
        "autocomplete, one letter",
        (
            "/admin/autocomplete/?app_label=organizations&model_name=membership&field_name=user&term=j"
        ),
    )
    for condition in (
        "",
        "?source=system",
        f"?actor={FULL}",
        "?q=weber",
        "?kind=created",
        "?since=2026-11-01",
    ):
        yield f"audit log {condition}", f"{LOG}{condition}"


def _largest() -> str:
    return str(value("SELECT id FROM organizations_organization WHERE slug = 'organization-1'"))


def _project() -> str:
    key = value("SELECT p.id FROM projects_project p WHERE p.name LIKE '% 20'")
    return f"{PROJECTS}{key}/change/"
