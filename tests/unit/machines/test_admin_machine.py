"""Members come, act, change their roles, are switched off and leave; their tokens, videos and files.

The oracle keeps a list of people, of the tokens that they were given, and of who owns which video.
"""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, invariant, multiple, rule

from tests.unit.machines.people import Film, Pass, Person
from tests.unit.machines.platform_machine import PlatformMachine
from tests.unit.use_cases.memory_platform import HOME
from vidcore.errors import (
    AccountInactiveError,
    InvalidCredentialsError,
    InvalidValueError,
    LastAdminError,
    LeaseLostError,
    NotAuthenticatedError,
    NotFoundError,
    UnknownReferenceError,
)
from vidcore.lifecycle import Status
from vidcore.ports.tokens import MediaGrant
from vidcore.testing.examples import MICROSECOND, NOBODY, example_config, example_video
from vidcore.use_cases.accounts import Authenticate, ChangePassword, LogIn
from vidcore.use_cases.claiming import ClaimVideo
from vidcore.use_cases.housekeeping import MakeAdmin, NeedsAdmin, TidyUp
from vidcore.use_cases.membership import ChangeActive, ChangeRole, RemoveMember
from vidcore.use_cases.processing import ProcessVideo
from vidcore.use_cases.uploading import BeginUpload
from vidcore.use_cases.watching import OpenMedia
from vidcore.users import Role
from vidcore.videos import Video

DAY = timedelta(days=1)
GRANTED = timedelta(hours=6)
GRACE = timedelta(hours=1)  # for bytes that nothing refers to
JUMPS = st.sampled_from([MICROSECOND, timedelta(minutes=2), timedelta(hours=6), DAY, -DAY])


STRANGER = Person(NOBODY, "nobody", "nothing", gone=True)


class AdminMachine(PlatformMachine):
    people = Bundle("people")
    passes = Bundle("passes")
    films = Bundle("films")
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count(1)
        self.everybody: list[Person] = []
        self.given: list[Pass] = []
        self.made: list[Film] = []
        self.sent: dict[str, tuple[Person, datetime]] = {}

    def is_last(self, person: Person) -> bool:
        others = [p for p in self.everybody if p is not person and not p.gone]
        alone = not any(other.admin and other.active for other in others)
        return person.admin and person.active and alone

    def refusal(self, person: Person, *, leaves: bool) -> set[type[Exception]]:
        if person.gone:
            return {NotFoundError}
        return {LastAdminError} if leaves and self.is_last(person) else set()

    def kill_passes(self, person: Person) -> None:
        for each in self.given:
            each.dead = each.dead or each.person is person

    @initialize(target=people)
    def open(self) -> Any:
        self.run(self.platform.add(example_config()))
        return multiple(self.make_person(), self.make_person(), self.make_person())

    @rule(target=people)
    def join(self) -> Person:
        return self.make_person()

    def make_person(self) -> Person:
        name = f"member-{next(self.numbers)}"
        make = self.platform.make(MakeAdmin)
        user = self.run(make(username=name, email=f"{name}@example.org", password=f"pass {name}"))
        person = Person(user.id, name, f"pass {name}")
        self.everybody.append(person)
        self.admit(person)
        return person

    def admit(self, person: Person) -> Pass:
        log_in = self.platform.make(LogIn)
        session = self.run(
            log_in(login=person.name.upper(), password=person.password, address="192.0.2.1")
        )
        self.given.append(Pass(person, session.token.value, self.now + DAY))
        return self.given[-1]

    @rule(person=people, admin=st.booleans())
    def change_role(self, person: Person, admin: bool) -> None:  # noqa: FBT001 - drawn
        refused = self.refusal(person, leaves=not admin)
        change = self.platform.make(ChangeRole)
        role = Role.ADMIN if admin else Role.USER
        self.expect(refused, change(user_id=person.key, role=role))
        if not refused:
            person.admin = admin

    @rule(person=people, active=st.booleans())
    def switch(self, person: Person, active: bool) -> None:  # noqa: FBT001 - drawn
        refused = self.refusal(person, leaves=not active)
        change = self.platform.make(ChangeActive)
        self.expect(refused, change(user_id=person.key, is_active=active))
        if not refused:
            person.active = active
            if not active:
                self.kill_passes(person)

    @rule(person=people)
    def remove(self, person: Person) -> None:
        refused = self.refusal(person, leaves=True)
        remove = self.platform.make(RemoveMember)
        self.expect(refused, remove(user_id=person.key, transfer_to=None))
        if not refused:
            person.gone = True
            for film in self.made:
                film.gone = film.gone or film.owner is person

    @rule(person=people, heir=people | st.just(STRANGER))
    def remove_and_hand_over(self, person: Person, heir: Person) -> None:
        refused = self.refusal(person, leaves=True)
        if heir is person:
            refused = {InvalidValueError}
        elif heir.gone and not refused:
            refused = {UnknownReferenceError}
        remove = self.platform.make(RemoveMember)
        self.expect(refused, remove(user_id=person.key, transfer_to=heir.key))
        if not refused:
            person.gone = True
            for film in self.made:
                film.owner = heir if film.owner is person else film.owner

    @rule(target=passes, person=people)
    def log_in(self, person: Person) -> Any:
        if not person.gone and person.active:
            return self.admit(person)
        with pytest.raises(InvalidCredentialsError if person.gone else AccountInactiveError):
            self.admit(person)
        self.run(self.forget_failures())
        return multiple()

    async def forget_failures(self) -> None:
        """Keep the throttle out of this game."""
        async with self.platform.store.write() as work:
            await work.login_failures.forget_before(self.now + 2 * DAY)
            await work.commit()

    @rule(person=people, knows=st.booleans())
    def change_password(self, person: Person, knows: bool) -> None:  # noqa: FBT001 - drawn
        if person.gone:
            return
        actor = self.run(self.platform.user(person.key))
        new = f"another {next(self.numbers)}"
        change = self.platform.make(ChangePassword)
        refused: set[type[Exception]] = set() if knows else {InvalidCredentialsError}
        current = person.password if knows else "something else"
        self.expect(refused, change(actor=actor, current=current, new=new, address=HOME))
        if knows:
            person.password = new
            self.kill_passes(person)

    @rule(target=films, person=people)
    def upload(self, person: Person) -> Any:
        if person.gone:
            return multiple()
        owner = self.run(self.platform.user(person.key))
        video = example_video(next(self.numbers), owner, ready_at=self.now)
        self.run(self.platform.add(video))
        self.run(self.platform.receive(str(video.source), b"sent"))
        self.made.append(Film(video.id, person))
        return self.made[-1]

    @rule(target=claims)
    def claim(self) -> Any:
        claim = self.run(self.platform.make(ClaimVideo)())
        return multiple() if claim is None else claim

    @rule(claim=consumes(claims))
    def process(self, claim: Video) -> None:
        film = next(film for film in self.made if film.key == claim.id)
        stored = self.platform.remembered().videos.get(claim.id)
        now = None if stored is None else (stored.status, stored.attempt)
        held = now == (Status.PROCESSING, claim.attempt)
        work = self.platform.make(ProcessVideo)(claim, lambda _: None)
        self.expect(set() if held else {LeaseLostError}, work)
        film.done = film.done or held

    @rule()
    def process_all(self) -> None:
        while (claim := self.run(self.platform.make(ClaimVideo)())) is not None:
            self.process(claim)

    @rule(target=passes, person=people, film=films)
    def sign(self, person: Person, film: Film) -> Any:
        if person.gone or not person.active or film.gone or not film.done:
            return multiple()
        user = self.run(self.platform.user(person.key))
        token = self.platform.media_tokens.sign(
            MediaGrant(
                video_id=film.key,
                user_id=user.id,
                epoch=user.token_epoch,
                expires_at=self.now + GRANTED,
            )
        )
        self.given.append(Pass(person, token, self.now + GRANTED, film.key))
        return self.given[-1]

    @rule(person=people)
    def begin_upload(self, person: Person) -> None:
        if person.gone:
            return
        actor = self.run(self.platform.user(person.key))
        begin = self.platform.make(BeginUpload)
        begun = self.run(begin(actor=actor, filename="a.mp4", at_least=1, at_most=1))
        self.run(self.platform.receive(str(begun.upload.id), b"."))
        self.sent[str(begun.upload.id)] = (person, self.now)

    @rule()
    def tidy(self) -> None:
        self.run(self.platform.make(TidyUp)())
        kept = self.platform.bytes_kept()
        for name, (person, arrived) in self.sent.items():
            assert not (person.gone and arrived < self.now - GRACE and name in kept)

    @rule(by=JUMPS)
    def advance_clock(self, by: timedelta) -> None:
        self.platform.clock.advance(by)

    @rule(each=passes, by=st.sampled_from([-MICROSECOND, timedelta()]))
    def go_to_an_end(self, each: Pass, by: timedelta) -> None:
        self.platform.clock.set(each.until + by)

    @invariant()
    def a_pass_lets_in_whom_the_list_lets_in(self) -> None:
        authenticate = self.platform.make(Authenticate)
        for each in self.given:
            if each.video is None:
                user = self.expect(each.refusal(self.now), authenticate(each.token))
                assert user is None or user.id == each.person.key
                assert user is None or user.is_admin == each.person.admin

    @invariant()
    def a_signed_address_plays_its_one_video(self) -> None:
        media = self.platform.make(OpenMedia)
        for each in self.given:
            if each.video is None:
                continue
            gone = any(film.gone for film in self.made if film.key == each.video)
            refused = each.refusal(self.now) or ({NotFoundError} if gone else set())
            video = self.expect(refused, media.by_token(token=each.token, video_id=each.video))
            assert video is None or media.stream(video) in self.platform.media.files
            self.expect({NotAuthenticatedError}, media.by_token(token=each.token, video_id=NOBODY))

    @invariant()
    def the_accounts_are_those_of_the_list(self) -> None:
        accounts = self.platform.remembered().users
        assert {
            (user.id, user.username, user.is_admin, user.is_active) for user in accounts.values()
        } == {(p.key, p.name, p.admin, p.active) for p in self.everybody if not p.gone}

    @invariant()
    def there_is_an_active_admin(self) -> None:
        if self.everybody:
            assert any(p.admin and p.active and not p.gone for p in self.everybody)
            assert not self.run(self.platform.make(NeedsAdmin)())

    @invariant()
    def videos_are_gone_or_handed_over_and_their_files_with_them(self) -> None:
        owners = {
            video.id: video.uploaded_by for video in self.platform.remembered().videos.values()
        }
        assert owners == {film.key: film.owner.key for film in self.made if not film.gone}
        files = self.platform.media.files
        for film in self.made:
            finished = film.done and not film.gone
            assert sum(str(film.key) in path for path in files) == (3 if finished else 0)

    @invariant()
    def sources_are_kept_exactly_as_long_as_they_are_needed(self) -> None:
        sources = {video.source for video in self.platform.remembered().videos.values()} - {None}
        arrived = {name for name in self.platform.bytes_kept() if name.startswith("source-")}
        assert sources == arrived
        assert len(sources) == sum(not (film.done or film.gone) for film in self.made)


TestAdminMachine = AdminMachine.TestCase
TestAdminMachine.settings = settings(max_examples=25, stateful_step_count=40)
