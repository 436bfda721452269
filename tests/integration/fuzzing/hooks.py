"""What keeps a run of Schemathesis alive, and on its own ground. It imports this by name."""

import os
from typing import Any

import schemathesis

# Bytes as they are, under the name that tus has for them.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


@schemathesis.hook
def filter_case(_: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """Leave out texts with blanks around them: they are trimmed, then measured; no schema says so."""
    texts = case.body.values() if isinstance(case.body, dict) else ()
    return all(text == text.strip() for text in texts if isinstance(text, str))


@schemathesis.hook
def before_call(
    _: schemathesis.HookContext, case: schemathesis.Case[Any], __: dict[str, Any]
) -> None:
    """Spare whoever fuzzes, one video, and the machine's other folders."""
    spared = {
        os.environ["FUZZ_SELF"]: os.environ["FUZZ_USER"],
        os.environ["FUZZ_VIDEO"]: os.environ["FUZZ_DOOMED_VIDEO"],
    }
    operation = case.operation.definition.raw["operationId"]
    found = str(case.path_parameters.get("id", ""))
    if operation in {"change_role", "change_active", "remove_user", "delete_video"}:
        case.path_parameters["id"] = spared.get(found.lower(), found)
    if isinstance(case.body, dict):
        path = case.body.get("video_storage_path")
        if isinstance(path, str) and path.startswith("/"):
            case.body["video_storage_path"] = os.environ["FUZZ_FOLDER"]
