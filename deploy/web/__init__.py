"""The web server: Gunicorn starts and watches the processes, and waitress does the talking in each.

Waitress has one loop per process that receives requests and sends answers, and a few threads that work.
A thread gets a request when all of it has arrived, and is free as soon as it has handed over the
answer. So a client that sends a head, a body or reads an answer slowly costs a socket and no thread.
What we add is in the modules of this package:

- `request`: a large body is not received ahead, so that a page that takes none refuses it unread
- `server`: deadlines for slow heads and bodies, and room for others where there are too many connections
- `readable`: what Django reads of a request before our pages can refuse it
- `worker`: the loop as a worker of Gunicorn
"""
