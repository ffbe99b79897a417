"""Settings and environment of PostgreSQL's programs."""

import os
import sys

from config import env


def options() -> dict[str, str]:
    """Return the server's settings: those of PostgreSQL but for bulk work on one machine.

    Everything stays durable (`fsync`, `synchronous_commit`). A small `/dev/shm`, as in containers,
    would let parallel queries fail, so then the shared memory is in files.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        shm = os.statvfs("/dev/shm")  # noqa: S108
        roomy = shm.f_bavail * shm.f_frsize > 512 * 2**20
    except OSError:
        roomy = sys.platform == "darwin"
    return {
        "listen_addresses": "",
        # The folder around it is private already; this holds wherever the socket lies.
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(256, max(32, memory // 2**20 // 8))}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        # An import of a million rows writes about 1 GB; a checkpoint in its midst doubles that.
        "max_wal_size": "4GB",
        "min_wal_size": "128MB",
        "checkpoint_timeout": "15min",
        # No replica ever reads from this server.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "random_page_cost": "1.1",
        "jit": "off",
        "dynamic_shared_memory_type": "posix" if roomy else "mmap",
        "log_checkpoints": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def environment() -> dict[str, str]:
    """Return our environment without the variables that PostgreSQL's programs read."""
    return {
        name: value
        for name, value in env.surroundings().items()
        if not name.startswith(("PG", "LC_"))
    }
