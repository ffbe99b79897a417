"""The peak memory of this process."""

import resource
from pathlib import Path


def peak_rss_mb() -> float:
    """Return the peak resident memory of this process, in MB.

    Reads the kernel's own value from /proc where possible: `ru_maxrss` starts with the parent's
    value, and so can be too high.
    """
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
