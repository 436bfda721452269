"""Every screen, by a name, with what has to be there for it to have something to show."""

from collections.abc import Mapping
from typing import Final

import attrs

from tests.integration.running import Client, register
from tests.integration.samples import Samples

PASSWORD: Final = "correct horse"


@attrs.frozen(kw_only=True)
class Scene:
    """Addresses by the names of screens: for guests, for members, for admins; `video` is a good one."""

    guest: Mapping[str, str]
    member: Mapping[str, str]
    admin: Mapping[str, str]
    video: str


async def set_scene(admin: Client, clips: Samples) -> Scene:
    """Make a member `ann`, videos of hers, a category and an invitation."""
    ann = await register(admin, "ann")
    shelf = await admin("POST", "/api/categories", json={"name": "Holidays"})
    made = []
    for number, name in enumerate(("plain.mp4", "silent.mp4")):
        clip = clips(name)
        fields = {"title": f"By the lake {number}", "category_id": shelf.json["id"]}
        answer = await ann.upload(clip, **fields, description="Sunny & warm.\nIn May.")
        assert answer.status == 201, answer
        made.append(answer.json["id"])
    for video in made:
        await admin.wait_for(
            f"/api/videos/{video}", lambda v: v["processing_status"] == "completed"
        )
    invited = await admin("POST", "/api/invitations", json={"email": "bob@example.org"})
    return Scene(
        guest={
            "login": "/login",
            "register": f"/register?token={invited.json['token']}",
            "register-invalid": "/register?token=unknown",
        },
        member={
            "library": "/",
            "library-empty": "/?q=nothing-has-this",
            "watch": f"/videos/{made[0]}",
            "upload": "/upload",
            "own": "/me",
            "account": "/account",
        },
        admin={
            "admin": "/admin",
            "admin-queue": "/admin/queue",
            "admin-members": "/admin/members",
            "admin-invitations": "/admin/invitations",
            "admin-categories": "/admin/categories",
            "admin-settings": "/admin/settings",
        },
        video=made[0],
    )
