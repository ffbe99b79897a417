"""How much memory this process has taken."""

import resource
from pathlib import Path


def peak_rss_mb() -> float:
    """Return the most memory that this process ever had resident, in MB.

    The kernel's own mark where there is /proc: `ru_maxrss` begins with what the parent had when it
    started this process, and so tells of the wrong one.
    """
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
