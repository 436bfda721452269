"""A processing plan as JSON text: it is shown and followed, but never searched."""

import json
from typing import Any

from vidcore.media import Plan, Transfer


def plan_to_text(plan: Plan) -> str:
    """Give a plan as a JSON object."""
    return json.dumps(
        {
            "video_index": plan.video_index,
            "audio_index": plan.audio_index,
            "width": plan.width,
            "height": plan.height,
            "matrix": plan.matrix,
            "deinterlace": plan.deinterlace,
            "cap_frame_rate": plan.cap_frame_rate,
            "tone_map": plan.tone_map,
            "reasons": plan.reasons,
        }
    )


def plan_from_text(text: str) -> Plan:
    """Make the plan of a JSON object that `plan_to_text` gave."""
    stored: dict[str, Any] = json.loads(text)
    tone_map = stored["tone_map"]
    return Plan(
        video_index=stored["video_index"],
        audio_index=stored["audio_index"],
        width=stored["width"],
        height=stored["height"],
        matrix=stored["matrix"],
        deinterlace=stored["deinterlace"],
        cap_frame_rate=stored["cap_frame_rate"],
        tone_map=None if tone_map is None else Transfer(tone_map),
        reasons=tuple(stored["reasons"]),
    )
