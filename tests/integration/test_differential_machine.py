"""The same commands, at random, to the store in memory and to those on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from adapters_db.store import SqlStore
from tests.integration.differential import MISUSE, Call, SideBySide
from tests.integration.differential_calls import CHANGES, LOOKS
from vidcore.catalogue import VideoQuery
from vidcore.details import VideoDetails
from vidcore.invitations import VALIDITY, InvitationStatus
from vidcore.lifecycle import LEASE
from vidcore.pages import PageRequest
from vidcore.ports.store import UserQuery
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    example_category,
    example_completed,
    example_invitation,
    example_processing,
    example_upload,
    example_user,
    example_video,
)
from vidcore.uploads import RESUMABLE_LIFETIME
from vidcore.users import Role

EVERYTHING = PageRequest(page_size=100)
ADA, BOB, CLEO = (example_user(number) for number in (1, 2, 3))
DETAILS = VideoDetails(title="Cats", category_id=example_category(1).id)
FIRST = (
    Call("users.add", attrs.evolve(ADA, role=Role.ADMIN)),
    Call("users.add", BOB),
    Call("users.add", CLEO),
    Call("invitations.add", example_invitation(1, created_by=ADA.id)),
    Call("invitations.add", example_invitation(2, created_by=BOB.id, used_at=NOW)),
    Call("categories.add", example_category(1, created_by=ADA.id)),
    Call("categories.add", example_category(2, created_by=BOB.id)),
    Call("videos.add", example_completed(1, ADA, title="a_b", category_id=example_category(1).id)),
    Call("videos.add", example_video(2, BOB, title="aXb", ready_at=NOW + 2 * LEASE)),
    Call("videos.add", example_processing(3, BOB, title="100%")),
    Call("uploads.add", example_upload(1, ADA)),
    Call("uploads.add", example_upload(2, CLEO, details=DETAILS)),
    Call("login_failures.add", name="ada", address="192.0.2.1", at=NOW),
    Call("login_failures.add", name="ada", address="192.0.2.1", at=NOW - MICROSECOND),
    Call("login_failures.forget_before", NOW - MICROSECOND),
)
WHOLE = (
    Call("users.page", UserQuery(), EVERYTHING),
    Call("users.active_admin_ids"),
    Call("invitations.page", None, NOW, EVERYTHING),
    Call("categories.listing"),
    Call("videos.page", VideoQuery(), EVERYTHING),
    Call("videos.page", VideoQuery(q="A_B"), EVERYTHING),
    Call("videos.page", VideoQuery(seen_by=BOB.id), EVERYTHING),
    Call("uploads.expired", NOW + timedelta(days=365 * 100)),
    Call("uploads.reserved_bytes", NOW),
    Call("config.find"),
    Call("login_failures.moments", name="ada", address="192.0.2.1", since=NOW - timedelta(days=1)),
    Call("books.statistics"),
    Call("books.source_ids"),
    *(Call("invitations.page", status, NOW + VALIDITY, EVERYTHING) for status in InvitationStatus),
    Call("uploads.reserved_bytes", NOW + RESUMABLE_LIFETIME),
    Call("uploads.expired", NOW + RESUMABLE_LIFETIME),
    Call("videos.next_claimable", NOW + LEASE),
)


class DifferentialMachine(RuleBasedStateMachine):
    def __init__(self, sides: SideBySide) -> None:
        super().__init__()
        self.sides = sides
        self.writing = True

    @initialize()
    def open(self) -> None:
        self.sides.begin(write=True)
        for call in FIRST:
            self.sides.ask(call)
        self.go_on(commit=True, write=True)

    def go_on(self, *, commit: bool, write: bool) -> None:
        self.sides.end(commit=commit)
        self.sides.begin(write=write)
        self.writing = write

    @precondition(lambda self: self.writing)
    @rule(call=CHANGES)
    def change(self, call: Call) -> None:
        if self.sides.ask(call) is MISUSE:
            self.go_on(commit=False, write=True)

    @rule(call=LOOKS)
    def look(self, call: Call) -> None:
        assert self.sides.ask(call) is not MISUSE

    @rule(commit=st.booleans(), write=st.booleans())
    def next_unit_of_work(self, commit: bool, write: bool) -> None:  # noqa: FBT001 - drawn
        self.go_on(commit=commit and self.writing, write=write)
        for call in WHOLE:
            self.sides.ask(call)

    def teardown(self) -> None:
        self.sides.end(commit=False)
        self.sides.clear()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def others(
    runner: asyncio.Runner, sqlite_url: str, postgres_url: str
) -> Iterator[dict[str, SqlStore]]:
    stores = {"sqlite": SqlStore(sqlite_url), "postgresql": SqlStore(postgres_url)}
    yield stores
    for store in stores.values():
        runner.run(store.close())


def test_all_stores_answer_alike(
    runner: asyncio.Runner, others: dict[str, SqlStore], pytestconfig: pytest.Config
) -> None:
    seeded = pytestconfig.getoption("hypothesis_seed") is not None

    class Machine(DifferentialMachine):
        def __init__(self) -> None:
            super().__init__(SideBySide(runner, others))

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=5 if seeded else 15,  # each costs a second; of seeds there are hundreds
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
