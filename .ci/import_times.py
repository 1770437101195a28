"""Hold the time that starting takes: CPU seconds, the best of five, with bytecode in place."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

LIMITS = {
    "import coterie": 0.3,
    "import sys; sys.argv = ['coterie', '--help']; from coterie.cli.verbs import main; main()": 0.5,
}

# Where bytecode may not be written, every start compiles anew, which nobody's installation does.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def cpu_seconds(code: str) -> float:
    """Run `code` in an interpreter of its own and return the CPU time of that."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print each time beside its limit; return 1 if one is over."""
    bare = min(cpu_seconds("pass") for _ in range(5))
    slow = False
    for code, limit in LIMITS.items():
        cpu_seconds(code)
        seconds = min(cpu_seconds(code) for _ in range(5))
        slow = slow or seconds > limit
        print(f"{seconds:.2f} s (at most {limit}; an empty interpreter takes {bare:.2f}): {code}")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
