"""The WSGI application. It refuses to start without chosen settings; see `config.entry`."""

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.entry import enter, exit_on_refusal, require_ports
from deploy.web.readable import readable

with exit_on_refusal():
    enter()
    application = readable(get_wsgi_application())
    require_ports()

# Load every page before the server forks, so that no visitor waits and workers share the memory.
get_resolver().url_patterns  # noqa: B018
