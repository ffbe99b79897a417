"""The options of `DatasetResource.import_data()`."""

from dataclasses import dataclass, fields
from typing import Any, Self

from apps.core.actors import Actor


@dataclass(frozen=True)
class Options:
    """The options of `import_data()`, by the names of its arguments."""

    dry_run: bool = False
    raise_errors: bool = False
    collect_failed_rows: bool = False
    all_or_nothing: bool = False
    retain_instance_in_row_result: bool = False
    user: Actor = None
    file_name: str = ""
    reason: str = ""
    mode: str = "upsert"
    create_missing: tuple[str, ...] = ()

    @classmethod
    def from_keywords(cls, keywords: dict[str, Any], **given: Any) -> Self:
        """Raise TypeError for a keyword that would be ignored: no hook is called that could read it."""
        known = {each.name for each in fields(cls)} - given.keys()
        unknown = [name for name in keywords if name not in known]
        if unknown:
            raise TypeError(
                f"import_data() does not take {', '.join(unknown)}: the engine calls no hooks that could "
                f"read it. It takes {', '.join(sorted(known))}."
            )
        return cls(**given, **keywords)
