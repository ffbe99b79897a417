"""Data of any size for the lists: plain SQL, so that the product's own triggers write the history.

The numbers follow one number, the people: as many memberships and tasks, a fiftieth as many organizations,
a fifth as many projects, a tenth as many invitations, and five times as many history rows. The first
organization has a hundredth of the people as further members.
"""

from tests.bench._tables import run, value

FIRST_NAMES = (
    "Ada,Ben,Clara,David,Elena,Felix,Grace,Henry,Ines,James,Jana,Jonas,Kira,Liam,Maria,Nora,Oscar,Paula,"
    "Quentin,Rosa,Sam,Tilda,Uma,Victor,Wanda,Xenia,Yusuf,Zoe"
)
LAST_NAMES = (
    "Abbott,Baker,Castro,Dahl,Engel,Fischer,Garcia,Hughes,Ivanova,Jensen,Keller,Larsen,Meyer,Novak,Olsen,"
    "Petrov,Quinn,Rossi,Schmidt,Torres,Ueda,Vogel,Weber,Xu,Young,Zimmer"
)
VERBS = "Review,Prepare,Call,Order,Write,Check,Send,Book,Plan,Close,Invite,Count"
NOUNS = (
    "budget,website,contract,roster,venue,minutes,letter,schedule,report,invoice,workshop,garden"
)
RARE = "zeppelin"
SEEN_BY_LIMITED = 4


def size() -> int:
    return int(value("SELECT count(*) FROM accounts_user WHERE NOT is_staff"))


def grow(people: int) -> None:
    """Add what is missing to `people` people, and let the statistics know."""
    first = size() + 1
    if first <= people:
        from django.db import transaction

        with transaction.atomic():
            for statement in _statements(first, people):
                run(statement)
        run("VACUUM ANALYZE")


def organizations(people: int) -> int:
    return max(people // 50, 20)


def projects(people: int) -> int:
    return max(people // 5, 20)


def _of(words: str, number: str) -> str:
    """Return the SQL for one of some words, by a number."""
    count = words.count(",") + 1
    return f"(string_to_array('{words}', ','))[1 + ({number}) % {count}]"


def _statements(first: int, last: int) -> list[str]:
    before = 0 if first == 1 else first - 1
    new = f"generate_series({first}, {last}) n"

    def share(number: int, of: int) -> str:
        return f"generate_series({number + 1}, {of}) n"

    had = organizations(before) if before else 0
    have = organizations(last)
    projects_had = projects(before) if before else 0
    first_name, last_name = _of(FIRST_NAMES, "n * 7 + n / 28"), _of(LAST_NAMES, "n * 11 + n / 26")
    name = f"lower({first_name} || '.' || {last_name})"
    spread = (
        "timestamptz '2026-11-22' - (n % 1000) * interval '1 day' - n * interval '1 millisecond'"
    )
    return [
        f"""INSERT INTO accounts_user (password, email, first_name, last_name, phone, avatar, is_superuser,
                                       status, created_at)
            SELECT '!', {name} || '.' || n || '@example.org', {first_name}, {last_name}, '', '', false,
                   CASE WHEN n % 20 = 0 THEN 'deactivated' ELSE 'active' END, {spread} FROM {new}""",
        f"""INSERT INTO organizations_organization (name, slug, external_id, status, created_at)
            SELECT {_of(LAST_NAMES, "n * 5")} || ' ' || {_of(NOUNS, "n")} || ' ' || n, 'organization-' || n,
                   'C-' || n, (array['active', 'active', 'active', 'suspended', 'closed'])[1 + n % 5],
                   {spread} FROM {share(had, have)}""",
        f"""INSERT INTO projects_project (name, description, status, organization_id, created_at)
            SELECT {_of(VERBS, "n")} || ' ' || {_of(NOUNS, "n / 12")} || ' ' || n, '',
                   (array['draft', 'active', 'active', 'archived'])[1 + n % 4],
                   (SELECT id FROM organizations_organization WHERE slug = 'organization-' || (1 + n % {have})),
                   {spread} FROM {share(projects_had, projects(last))}""",
        _numbered(),
        f"""INSERT INTO organizations_membership (user_id, organization_id, role, created_at)
            SELECT u.id, o.id, (array['member', 'member', 'member', 'admin', 'viewer', 'owner'])[1 + n % 6],
                   {spread}
            FROM {new} JOIN bench_person u USING (n) JOIN bench_organization o ON o.m = 1 + u.n % {have}""",
        f"""INSERT INTO organizations_membership (user_id, organization_id, role, created_at)
            SELECT u.id, o.id, 'viewer', {spread}
            FROM generate_series(1, {last // 100}) n JOIN bench_person u USING (n) JOIN bench_organization o ON o.m = 1
            ON CONFLICT DO NOTHING""",
        f"""INSERT INTO projects_task (title, status, due_date, project_id, assignee_id, created_at)
            SELECT {_of(VERBS, "n")} || ' the ' || {_of(NOUNS, "n / 12")}
                       || CASE WHEN n % 50000 = 7 THEN ' {RARE} ' ELSE ' ' END || n,
                   (array['todo', 'todo', 'in_progress', 'done', 'done', 'done'])[1 + n % 6],
                   CASE WHEN n % 4 > 0 THEN date '2026-11-22' + (n % 700 - 350) END,
                   p.id, CASE WHEN n % 3 = 0 THEN u.id END, {spread}
            FROM {new} JOIN bench_person u USING (n)
            JOIN bench_project p ON p.m = 1 + u.n % {projects(last)}""",
        f"""INSERT INTO organizations_invitation (email, role, state, token_digest, expires_at, sent_at,
                                                  organization_id, created_at)
            SELECT 'guest.' || n || '@example.org', 'member',
                   (array['pending', 'accepted', 'revoked', 'expired'])[1 + n % 4],
                   md5(n::text) || md5('x' || n), now() + interval '7 days', now(), o.id, {spread}
            FROM generate_series({before // 10 + 1}, {last // 10}) n
            JOIN bench_organization o ON o.m = 1 + n % {have}""",
        f"""UPDATE accounts_user u SET phone = '+1 555 ' || p.n FROM bench_person p
            WHERE p.id = u.id AND p.n BETWEEN {first} AND {last}""",
        """UPDATE projects_task SET status = 'in_progress' WHERE status = 'todo'
            AND created_at > timestamptz '2026-11-22' - interval '700 days'""",
        "DROP TABLE bench_person, bench_organization, bench_project",
    ]


def _numbered() -> str:
    """Return the statements that number the records: joins by a number are quick."""
    return """
        CREATE TABLE bench_person AS SELECT id, substring(email from '([0-9]+)@')::int AS n
            FROM accounts_user WHERE NOT is_staff;
        CREATE TABLE bench_organization AS SELECT id, substring(slug from '[0-9]+$')::int AS m
            FROM organizations_organization;
        CREATE TABLE bench_project AS SELECT id, substring(name from '[0-9]+$')::int AS m FROM projects_project;
        CREATE UNIQUE INDEX ON bench_person (n);
        CREATE UNIQUE INDEX ON bench_organization (m);
        CREATE UNIQUE INDEX ON bench_project (m);
        ANALYZE bench_person, bench_organization, bench_project
    """
