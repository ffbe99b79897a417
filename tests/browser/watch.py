"""A page that is watched: everything that it could not load, run or show is written down."""

from playwright.sync_api import ConsoleMessage, Page, Request, Response


class Watch:
    """What went wrong on a page since the last look; a refusal's own status is not a fault."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.visited: set[str] = set()
        page.on("pageerror", lambda error: self._note(f"script: {error}"))
        page.on("console", self._console)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def visit(self, url: str) -> int:
        """Open an address and wait until its scripts have run; return its status."""
        answer: Response | None = None
        self.visited.add(url)
        try:
            answer = self.page.goto(url, wait_until="load")
        except Exception as error:
            # A file is no page: the browser takes it and stays where it was.
            if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
                raise
            return 200
        assert answer is not None
        if self.page.locator("html[x-data]").count():
            self.page.wait_for_function("!document.documentElement.hasAttribute('x-cloak')")
        return answer.status

    def _is_visited(self, url: str) -> bool:
        """Also of the icon that a browser looks for where an answer is no page and names none."""
        if url.endswith("/favicon.ico"):
            return True
        return url.removeprefix("http://").partition("/")[2] in {
            visited.removeprefix("/") for visited in self.visited
        }

    def _note(self, fault: str) -> None:
        self.faults.append(f"{self.page.url}: {fault}")

    def _console(self, message: ConsoleMessage) -> None:
        own_status = message.text.startswith("Failed to load resource") and (
            self._is_visited(message.location.get("url", ""))
        )
        if message.type in ("error", "warning") and not own_status:
            self._note(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # What is cut off by leaving the page, and a file that is taken away, did not fail.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"request: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not self._is_visited(response.url):
            self._note(f"response: {response.url} {response.status}")
