"""Changes flags, switches, and samples; each needs a reason and records an event."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from psycopg.errors import LockNotAvailable

from apps.accounts.approvals.guard import require_approval
from apps.audit.events import record_event
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError
from apps.core.gates import Gate
from apps.core.job_kinds import JOBS_SWEEP
from apps.core.read_only_guards import release_step
from apps.core.scope import refuse_limited
from apps.core.sending import after_commit, send_now
from apps.flags import event_kinds
from apps.flags.gates import READ_ONLY_MODE
from apps.flags.models import Flag, Sample, Switch, Toggle
from apps.flags.registry import declared_gates

TURN = "flags.turn"
EVERYONE = {"on": True, "off": False, "targets": None}


def _check(actor: Actor, reason: str) -> str:
    require(actor, "flags.flip_flag")
    refuse_limited(actor, "Flags affect every organization.")
    reason = reason.strip()
    if not reason:
        raise DomainError("A reason is required.")
    return reason


def _locked(model: type[Toggle], name: str) -> Any:
    found = model._default_manager.select_for_update().filter(name=name).first()
    if found is None:
        raise DomainError(f"There is no {str(model._meta.verbose_name).lower()} “{name}”.")
    return found


def _write(
    toggle: Toggle,
    field: str,
    value: object,
    *,
    reason: str,
    actor: Actor,
    is_approved: bool = False,
) -> bool:
    before = getattr(toggle, field)
    if before == value:
        return False
    if toggle.is_protected and not is_approved:
        require_approval(TURN, turn_arguments(toggle, field, value), actor=actor)
    with acting_as(actor=actor, reason=reason):
        setattr(toggle, field, value)
        toggle.save(update_fields=[field, "modified"])
        record_event(
            event_kinds.FLAG_FLIP,
            actor=actor,
            target=toggle,
            name=toggle.name,
            field=field,
            before=None if before is None else str(before),
            after=None if value is None else str(value),
        )
    return True


def _switch(name: str, active: bool, **about: Any) -> bool:
    try:
        has_changed = _write(_locked(Switch, name), "active", active, **about)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            # Read-only mode waits for writers; the database says which ones.
            raise DomainError(str(error.__cause__.diag.message_primary)) from error
        raise
    if has_changed and name == READ_ONLY_MODE.name and not active:
        after_commit(lambda: send_now(JOBS_SWEEP))  # What has waited goes on at once.
    return has_changed


@transaction.atomic
def flag_set(*, name: str, everyone: bool | None, reason: str, actor: Actor) -> bool:
    """Turn a flag on (True) or off (False) for everyone, or leave it to its targets (None).

    Returns whether that changed anything. Raises `MissingPermission`, and `DomainError` without a
    reason or such a flag.
    """
    reason = _check(actor, reason)
    return _write(_locked(Flag, name), "everyone", everyone, reason=reason, actor=actor)


@transaction.atomic
def switch_set(*, name: str, active: bool, reason: str, actor: Actor) -> bool:
    """Turn a switch on or off; returns and raises as `flag_set` does."""
    return _switch(name, active, reason=_check(actor, reason), actor=actor)


@transaction.atomic
def sample_set(*, name: str, percent: Decimal, reason: str, actor: Actor) -> bool:
    """Set the share of a sample, 0 to 100; returns and raises as `flag_set` does."""
    reason = _check(actor, reason)
    if not 0 <= percent <= 100:
        raise DomainError("The percentage of a sample must be between 0 and 100.")
    return _write(_locked(Sample, name), "percent", percent, reason=reason, actor=actor)


@transaction.atomic
def toggle_become(
    *, kind: str, name: str, becomes: str, reason: str, actor: Actor, is_approved: bool = False
) -> bool:
    """Make a "flag" or "switch" what a plan says: "on", "off", "targets", or a percentage such as "12.5".

    Returns and raises as `flag_set` does. `is_approved` says that a second person has approved the plan.
    """
    reason = _check(actor, reason)
    about: dict[str, Any] = {"reason": reason, "actor": actor, "is_approved": is_approved}
    if kind == "switch":
        return _switch(name, becomes == "on", **about)
    flag = _locked(Flag, name)
    if becomes in EVERYONE:
        return _write(flag, "everyone", EVERYONE[becomes], **about)
    has_changed = _write(flag, "percent", Decimal(becomes), **about)
    return _write(flag, "everyone", None, **about) or has_changed


@transaction.atomic
def flag_protect(
    *, toggle: Flag | Switch | Sample, is_protected: bool, reason: str, actor: Actor
) -> bool:
    """Protect a flag, a switch or a sample, or take its protection away; returns as `flag_set` does.

    Taking it away needs the same as changing the flag.
    """
    reason = _check(actor, reason)
    locked = _locked(type(toggle), toggle.name)
    return _write(locked, "is_protected", is_protected, reason=reason, actor=actor)


@transaction.atomic
def toggles_delete(*, toggles: QuerySet[Any], actor: Actor, reason: str = "") -> int:
    """Delete flags, switches, or samples of one model that no code asks for; return their number.

    Raises `MissingPermission`, and `DomainError` where one is protected; the database refuses one that
    is declared in the code.
    """
    model = toggles.model
    require(actor, f"flags.delete_{model._meta.model_name}")
    refuse_limited(actor, "Flags affect every organization.")
    keys = list(toggles.order_by().values_list("pk", flat=True))
    rows: Any = model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk")
    locked = list(rows)
    protected = next((toggle for toggle in locked if toggle.is_protected), None)
    if protected is not None:
        raise DomainError(f"{protected} is protected. End its protection first.")
    with acting_as(actor=actor, reason=reason):
        for toggle in locked:
            # One by one, so that waffle's signals clear its cache.
            toggle.delete()
    return len(locked)


def turn_arguments(toggle: Toggle, field: str, value: object) -> dict[str, Any]:
    """Return the arguments of a request to change a protected flag."""
    plain = value if value is None or isinstance(value, bool) else str(value)
    kind = toggle._meta.model_name
    return {"kind": kind, "name": toggle.name, "field": field, "value": plain}


def flags_ensure() -> list[str]:
    """Create every missing declared flag, switch, and sample; return their names.

    Existing ones keep the state that staff have set. What the code no longer declares may be
    deleted from then on.
    """
    created = []
    with release_step(), acting_as(actor="set-up", reason="Declared in the code."):
        roles = dict(Group.objects.values_list("name", "pk"))
        for model, by, state in (
            (Flag, "flag", lambda on: {"everyone": on}),
            (Switch, "switch", lambda on: {"active": on}),
            (Sample, "sample", lambda on: {"percent": Decimal(100 if on else 0)}),
        ):
            declared = declared_gates(by)
            for declaration in declared.values():
                _, is_new = model.objects.get_or_create(
                    name=declaration.name,
                    defaults={
                        "is_declared": True,
                        **state(declaration.default),
                        **_life(model, declaration),
                    },
                )
                if is_new:
                    created.append(declaration.name)
                if model is not Sample:
                    _keep_life(model, declaration, roles.get(declaration.owner))
            model.objects.filter(name__in=declared, is_declared=False).update(is_declared=True)
            model.objects.exclude(name__in=declared).filter(is_declared=True).update(
                is_declared=False
            )
    return created


def _life(model: type[Any], gate: Gate) -> dict[str, Any]:
    if model is Sample:
        return {}
    return {"kind": gate.kind, "tags": sorted(gate.tags), "expires_on": gate.expires_on}


def _keep_life(model: type[Any], gate: Gate, role: int | None) -> None:
    """Write the kind that the code says; give an ownerless flag to the role that it names."""
    rows = model.objects.filter(name=gate.name)
    rows.exclude(kind=gate.kind).update(kind=gate.kind)
    if role is not None:
        rows.filter(owner=None, owner_role=None).update(owner_role=role)


def flag_edited(*, flag: Flag, changes: dict[str, list[Any]], actor: Actor) -> None:
    """Record the event of a change to a flag's targets. The caller has stored the change.

    `changes` holds, by field, what it was and what it is.
    """
    record_event(event_kinds.FLAG_FLIP, actor=actor, target=flag, name=flag.name, changes=changes)
