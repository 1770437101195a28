"""Makes raw files of users who never existed, with segments planted in them."""

from __future__ import annotations

from coterie.events.synthetic.newsroom import Newsroom, RawFile, make_newsroom

__all__ = ["Newsroom", "RawFile", "make_newsroom"]
