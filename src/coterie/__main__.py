"""``python -m coterie`` is ``coterie``."""

from __future__ import annotations

from coterie.cli.verbs import main

if __name__ == "__main__":
    main()
