from datetime import timedelta

import pytest

from vidcore.config import BYTES_MAX, Config
from vidcore.errors import InvalidValueError
from vidcore.testing.examples import NOBODY, NOW, example_config


def test_a_new_platform_publishes_to_the_storages_own_place() -> None:
    first = Config.first(max_file_size_bytes=1, weekly_upload_limit_bytes=0, now=NOW)

    assert first == example_config(max_file_size_bytes=1, weekly_upload_limit_bytes=0)


def test_only_what_is_given_is_changed() -> None:
    def changed(**changes: object) -> Config:
        return example_config(updated_by=NOBODY, **changes)

    config = example_config()

    assert config.changed(by=NOBODY, now=NOW) == changed()
    assert config.changed(by=NOBODY, now=NOW, max_file_size_bytes=BYTES_MAX) == changed(
        max_file_size_bytes=BYTES_MAX
    )
    assert config.changed(by=NOBODY, now=NOW, weekly_upload_limit_bytes=0) == changed(
        weekly_upload_limit_bytes=0
    )
    assert config.changed(by=NOBODY, now=NOW, video_storage_path="/srv") == changed(
        video_storage_path="/srv"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_file_size_bytes", 0),
        ("max_file_size_bytes", BYTES_MAX + 1),
        ("weekly_upload_limit_bytes", -1),
        ("weekly_upload_limit_bytes", BYTES_MAX + 1),
    ],
)
def test_a_size_out_of_bounds_is_refused_by_the_name_of_its_field(field: str, value: int) -> None:
    sizes = {"max_file_size_bytes": 1, "weekly_upload_limit_bytes": 1, field: value}

    with pytest.raises(InvalidValueError) as first:
        Config.first(now=NOW, **sizes)
    with pytest.raises(InvalidValueError) as changed:
        example_config().changed(
            by=NOBODY,
            now=NOW,
            max_file_size_bytes=sizes["max_file_size_bytes"],
            weekly_upload_limit_bytes=sizes["weekly_upload_limit_bytes"],
        )

    assert first.value.field == changed.value.field == field


def test_the_largest_size_is_the_largest_integer_that_javascript_can_read() -> None:
    assert BYTES_MAX == 9_007_199_254_740_991


def test_a_change_says_when_and_by_whom() -> None:
    changed = example_config().changed(by=NOBODY, now=NOW + timedelta(days=1))

    assert (changed.updated_at, changed.updated_by) == (NOW + timedelta(days=1), NOBODY)
