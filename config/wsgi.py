"""The WSGI application. It refuses to start where nobody chose its settings; see `config.entry`."""

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.entry import enter, exit_on_refusal, require_ports
from deploy.web.readable import readable

with exit_on_refusal():
    enter()
    application = readable(get_wsgi_application())
    require_ports()

# Every page is loaded before the server forks: no visitor waits for it, and workers share it.
get_resolver().url_patterns  # noqa: B018
