"""The formset of our inlines."""

from unfold.forms import PaginationInlineFormSet


class PagedFormSet(PaginationInlineFormSet):
    """Shows the first page where the address names none; Unfold fails at digits such as “²”."""

    def get_page_num(self) -> int:
        try:
            return int(super().get_page_num())
        except ValueError:
            return 1
