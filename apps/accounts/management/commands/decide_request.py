"""Decides a request on the server that nobody else can decide."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from apps.accounts.approvals.selectors import deciders_of
from apps.accounts.approvals.services import approval_approve, approval_refuse
from apps.accounts.models import ApprovalRequest
from apps.core.commands import UNUSABLE, OperatorCommand
from apps.core.errors import DomainError

BY = "command decide_request"


class Command(OperatorCommand):
    help = (
        "List the waiting requests, or decide on one that no colleague can decide on. "
        "The decision is recorded as this command's."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "request",
            nargs="?",
            help="The request's ID. Without it, the command lists the requests.",
        )
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--approve", action="store_true", help="Approve the request.")
        choice.add_argument("--refuse", action="store_true", help="Refuse the request.")
        parser.add_argument(
            "--reason", default="", help="Why you decide this. Kept with the decision."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["request"]:
                self._decide(options)
            else:
                self._list()
        except DomainError as error:
            self.stderr.write(error.message)
            raise SystemExit(UNUSABLE) from None

    def _list(self) -> None:
        waiting = ApprovalRequest.objects.pending().select_related("requester")
        for request in waiting:
            names = ", ".join(str(person) for person in deciders_of(request)) or "nobody"
            self.stdout.write(
                f"{request.pk}  {request.sentence}, asked by {request.requester}; can decide: {names}"
            )
        if not waiting:
            self.stdout.write("No requests are waiting.")

    def _decide(self, options: dict[str, Any]) -> None:
        if not (options["approve"] or options["refuse"]):
            raise DomainError("Add --approve or --refuse.")
        if not options["reason"].strip():
            raise DomainError("Add a --reason. It is kept with the decision.")
        try:
            request = ApprovalRequest.objects.filter(pk=options["request"]).first()
        except ValidationError:
            request = None
        if request is None:
            raise DomainError(f"There is no request “{options['request']}”.")
        decide = approval_approve if options["approve"] else approval_refuse
        done = decide(request=request, actor=BY, reason=options["reason"])
        self.stdout.write(f"{done.get_state_display()}. {done.outcome}")
