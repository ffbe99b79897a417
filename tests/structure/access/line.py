"""What one entry asks for and answers, by method, and what that means for each persona."""

from dataclasses import dataclass

from tests.structure.access.asks import Persona, outcome

# In the place of what POST asks for: the same as GET.
SAME = '"'


@dataclass(frozen=True)
class Line:
    """`elsewhere` is what somebody gets who is limited to other organizations; "" the same as everybody.

    Answers of GET and POST in `elsewhere` are separated by a space; alternatives by a slash.
    """

    entry: str
    get_asks: str
    get_answers: str
    post_asks: str
    post_answers: str
    elsewhere: str = ""
    why: str = ""

    def expected(self, method: str, persona: Persona) -> str:
        if method == "GET":
            return outcome(self.get_asks, self.get_answers, persona)
        asks = self.get_asks if self.post_asks == SAME else self.post_asks
        return outcome(asks, self.post_answers, persona)

    def expected_elsewhere(self, method: str, persona: Persona) -> str:
        if self.elsewhere in ("", SAME):
            return self.expected(method, persona)
        get, _, post = self.elsewhere.partition(" ")
        return get if method == "GET" else post or get
