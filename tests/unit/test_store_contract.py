from collections import Counter

from vidcore.testing.store_contract import StoreContract


def test_no_promise_of_the_suite_hides_another_of_the_same_name() -> None:
    names = Counter(
        name for part in StoreContract.__bases__ for name in vars(part) if name.startswith("test_")
    )

    assert [name for name, times in names.items() if times > 1] == []
    assert len(names) > 80
