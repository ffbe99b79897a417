"""People and their memberships, made in the database: a million of them never pass through Python.

Person i sits in organization floor(√i), which person floor(√i)² owns; so organizations differ in
size, each has an owner, and a larger demo holds the smaller one. Every tenth sits in the first
organization instead, which makes it the large customer.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection

from apps.backoffice.demo.word_list import words

LARGE_FROM = 100

PEOPLE = """
CREATE TEMPORARY TABLE demo_people ON COMMIT DROP AS
SELECT i, uuid7() AS id, email, first_name, last_name, root,
    CASE WHEN i >= %(large_from)s AND i %% 10 = 9 AND root * root <> i THEN 0 ELSE root END AS home,
    now() - interval '730 days' * ((i * 7919 %% 10007) / 10007.0) AS created_at
FROM (
    SELECT i, floor(sqrt(i))::int AS root,
        (%(first_names)s::text[])[f] AS first_name, (%(last_names)s::text[])[l] AS last_name,
        (%(first_handles)s::text[])[f] || '.' || (%(last_handles)s::text[])[l] || '.' || i || '@'
            || (%(domains)s::text[])[1 + i %% cardinality(%(domains)s::text[])] AS email
    FROM (
        SELECT i, 1 + (i * 7 %% cardinality(%(first_names)s::text[])) AS f,
            1 + ((i * 13 + i / 41) %% cardinality(%(last_names)s::text[])) AS l
        FROM generate_series(%(start)s::bigint, %(stop)s::bigint - 1) AS i
    ) AS numbers
) AS invented
WHERE NOT EXISTS (SELECT FROM accounts_user WHERE accounts_user.email = invented.email)
"""

# "!" is an unusable password.
USERS = """
INSERT INTO accounts_user
    (id, email, password, first_name, last_name, phone, avatar, is_verified, status, is_superuser, created_at)
SELECT id, email, '!', first_name, last_name,
    CASE WHEN i % 8 = 3 THEN '' ELSE '+1 555 ' || lpad((i * 7919 % 10000000)::text, 7, '0') END,
    '', i % 6 <> 0,
    CASE WHEN i % 97 = 50 AND root * root <> i THEN 'deactivated' ELSE 'active' END, false, created_at
FROM demo_people ORDER BY i
"""

MEMBERSHIPS = """
WITH homes AS (SELECT * FROM unnest(%(numbers)s::int[], %(keys)s::uuid[]) AS t (number, key))
INSERT INTO organizations_membership (user_id, organization_id, role, created_at)
SELECT p.id, homes.key,
    CASE WHEN p.root * p.root = p.i THEN 'owner' WHEN p.i %% 11 = 4 THEN 'admin'
         WHEN p.i %% 5 = 2 THEN 'viewer' ELSE 'member' END,
    p.created_at
FROM demo_people AS p JOIN homes ON homes.number = p.home
UNION ALL
-- Some people sit in a second organization too.
SELECT p.id, homes.key, 'viewer', p.created_at
FROM demo_people AS p JOIN homes ON homes.number = p.root - 1
WHERE p.i %% 50 = 7
"""


def add_people(start: int, stop: int) -> tuple[int, dict[int, UUID]]:
    """Add the people numbered from `start` up to `stop` who are missing.

    Returns how many, and the new owners: person by number of the organization. They stay in the
    temporary table `demo_people` until the caller's transaction ends.
    """
    people = words("people")
    first_names, first_handles = zip(*people["first_names"], strict=True)
    last_names, last_handles = zip(*people["last_names"], strict=True)
    with connection.cursor() as cursor:
        # Left over if the caller's transaction is inside another one.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.demo_people")
        cursor.execute(
            PEOPLE,
            {
                "start": start,
                "stop": stop,
                "large_from": LARGE_FROM,
                "first_names": list(first_names),
                "first_handles": list(first_handles),
                "last_names": list(last_names),
                "last_handles": list(last_handles),
                "domains": people["mail_domains"],
            },
        )
        cursor.execute("ANALYZE demo_people")
        cursor.execute(USERS)
        added = cursor.rowcount
        cursor.execute("SELECT root, id FROM demo_people WHERE root * root = i ORDER BY root")
        return added, dict(cursor.fetchall())


def add_memberships(homes: Mapping[int, UUID]) -> int:
    """Give the new people memberships in their organizations, by number; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(MEMBERSHIPS, {"numbers": list(homes), "keys": list(homes.values())})
        return cursor.rowcount
