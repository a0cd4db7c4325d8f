"""What was cited as CSL-JSON, which Zotero and other reference managers import."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chat.answer import Answer
from chat.citing import Style
from chat.export.works import works_of

name, suffix, media_type = "csl-json", ".csl.json", "application/vnd.citationstyles.csl+json"
title = "CSL-JSON"


def export(answers: Sequence[Answer], _style: Style) -> bytes:
    """A list of items."""
    return (json.dumps(works_of(answers), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
