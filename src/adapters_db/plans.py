"""A processing plan and a storyboard as JSON text: they are shown and followed, but never searched."""

import json
from typing import Any

import attrs

from vidcore.media import Plan, Storyboard, Transfer


def plan_to_text(plan: Plan) -> str:
    """Give a plan as a JSON object."""
    return json.dumps(attrs.asdict(plan))


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


def storyboard_from_text(text: str) -> Storyboard:
    """Make the layout of a JSON object that `storyboard_to_text` gave."""
    return Storyboard(**json.loads(text))
