"""The import engine knows datasets and not domains, names its columns in one place, and composes its SQL."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ENGINE = ROOT / "apps/transfers/engine"
SCHEMA = ENGINE / "schema.py"
# Facts of a domain: a dataset declares them, or its rules do.
DOMAIN_WORDS = {
    "person",
    "people",
    "email",
    "slug",
    "membership",
    "last_owner",
    "own_rights",
    "last_login",
    "is_staff",
}
# How the schema names its columns.
PREFIXED = re.compile(r"\b(?:cell|word|related|derived|within|id|op|key|new|now|made)_\{")
# The driver's own SQL: what Django has compiled, and the name of a type that a model field has.
COMPOSED_FROM_TEXT = {
    ("apps/transfers/engine/sql.py", "bound"),
    ("apps/transfers/engine/context.py", "cast_to"),
}


def modules(*places: Path) -> list[Path]:
    return sorted(
        path for place in places for path in (place.rglob("*.py") if place.is_dir() else [place])
    )


def with_sql() -> list[Path]:
    rules = list(ROOT.glob("apps/*/import_*.py"))
    return modules(ROOT / "apps/transfers", *rules)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_around(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield every node with the name of the function that it stands in."""

    def walk(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            inner = child.name if isinstance(child, ast.FunctionDef) else name
            yield inner, child
            yield from walk(child, inner)

    return walk(tree, "")


def test_the_engine_knows_no_word_of_a_domain() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}: {node.value}"
        for path in modules(ENGINE)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and node.value in DOMAIN_WORDS
    ]

    assert not found, "\n".join(found)


def test_the_columns_of_a_run_s_tables_are_named_in_the_schema_alone() -> None:
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in with_sql()
        if path != SCHEMA
        for match in PREFIXED.finditer(path.read_text(encoding="utf-8"))
    ]

    assert PREFIXED.search(SCHEMA.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


def test_sql_is_composed_of_constants_and_quoted_values() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}, in {function}"
        for path in with_sql()
        for function, node in functions_around(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "SQL"
        and not isinstance(node.args[0], ast.Constant)
        and (name_of(path), function) not in COMPOSED_FROM_TEXT
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("forbidden", ["mogrify(", '.replace("%", "%%")'])
def test_values_are_bound_and_percent_signs_escaped_in_one_place(forbidden: str) -> None:
    found = [name_of(path) for path in with_sql() if forbidden in path.read_text(encoding="utf-8")]

    assert found == ["apps/transfers/engine/sql.py"]


def test_no_exemption_from_the_check_for_injections_is_left() -> None:
    ignores = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    exempt = re.findall(r'^"apps/(?:transfers|\*/import)[^\n]*S608', ignores, re.MULTILINE)
    inline = [
        name_of(path)
        for path in with_sql()
        if "/migrations/" not in name_of(path) and "S608" in path.read_text(encoding="utf-8")
    ]

    assert (exempt, inline) == ([], [])


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_each_placeholder_of_a_statement_has_its_value() -> None:
    found = []
    for path in with_sql():
        for node in ast.walk(tree_of(path)):
            match node:
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Call(
                            func=ast.Name(id="SQL"), args=[ast.Constant(value=str(text))]
                        ),
                        attr="format",
                    )
                ):
                    given = {each.arg for each in node.keywords}
                    wanted = {name for name in names_in(text) if not name.isdigit()}
                    # What is handed on as **names may have more than one statement needs.
                    wrong = wanted - given if None not in given else given - wanted - {None}
                    if wrong or (None not in given and given - wanted):
                        found.append(f"{name_of(path)}:{node.lineno}: {wanted ^ given}")

    assert not found, "\n".join(found)
