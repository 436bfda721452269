"""A processing plan and a storyboard as JSON text: they are shown and followed, but never searched."""

import json
from functools import lru_cache
from typing import Any, Final

import attrs

from vidcore.media import Plan, Storyboard, Transfer

_REMEMBERED: Final = (
    1024  # texts, of some 500 bytes; most videos of a platform have one of a few plans
)


def plan_to_text(plan: Plan) -> str:
    """Give a plan as a JSON object."""
    return json.dumps(attrs.asdict(plan))


@lru_cache(_REMEMBERED)
def plan_from_text(text: str) -> Plan:
    """Make the plan of a JSON object that `plan_to_text` gave, in this or an earlier version."""
    stored: dict[str, Any] = json.loads(text)
    tone_map = stored.pop("tone_map")
    reasons = tuple(stored.pop("reasons"))
    return Plan(
        **stored, tone_map=None if tone_map is None else Transfer(tone_map), reasons=reasons
    )


def storyboard_to_text(board: Storyboard) -> str:
    """Give the layout of a storyboard as a JSON object."""
    return json.dumps(attrs.asdict(board))


@lru_cache(_REMEMBERED)
def storyboard_from_text(text: str) -> Storyboard:
    """Make the layout of a JSON object that `storyboard_to_text` gave."""
    return Storyboard(**json.loads(text))
