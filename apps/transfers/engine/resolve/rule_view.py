"""The rules' view of a run: implements `RuleView` of `apps.transfers.rules` over the run's tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.sql import SQL, Composable, Identifier

from apps.transfers.engine.context import RunContext
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.schema import Table
from apps.transfers.engine.sql import FALSE
from apps.transfers.engine.stage.cleaned_sql import cleaned_sql


@dataclass(frozen=True)
class ContextView:
    context: RunContext

    @property
    def given(self) -> list[str]:
        return self.context.given

    @property
    def actor(self) -> Any:
        return self.context.actor

    @property
    def confirmed_at(self) -> datetime | None:
        return self.context.run.confirmed_at

    @property
    def staged(self) -> Table:
        return self.context.tables.stage

    @property
    def plan(self) -> Table:
        return self.context.tables.plan

    def records(self, part: str) -> Table:
        return self.context.tables.part(part)

    def is_refused(self, line: str) -> Composable:
        return SQL("EXISTS (SELECT FROM {} x WHERE x.number = {}.first)").format(
            self.context.tables.refused, Identifier(line)
        )

    def comes_back(self, part: str, key: Composable) -> Composable:
        return reactivation.comes_back(self.context, self.context.by_name[part], key) or FALSE

    def as_read(self, column: str, text: Composable) -> Composable:
        return cleaned_sql(self.context.columns[column], text)
