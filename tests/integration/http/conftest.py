from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from adapters_auth.access_tokens import JwtAccessTokens
from adapters_auth.media_tokens import HmacMediaTokens
from adapters_auth.passwords import BcryptPasswordHasher
from adapters_fs.media import FilesystemMedia
from adapters_fs.uploads import FilesystemUploads
from adapters_http import HttpSettings, UseCases, create_app
from tests.integration.http.api import PUBLIC_URL, Api, LoopbackServer, Member
from vidcore.sessions import AccountCache
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW, example_config
from vidcore.testing.identity import SequentialIds, SequentialSecrets
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.queue import InMemoryQueue
from vidcore.testing.transcoding import FixedTranscoder
from vidcore.use_cases import (
    accounts,
    administration,
    categorizing,
    estimating,
    inviting,
    library,
    membership,
    operating,
    outlook,
    readiness,
    recognizing,
    removal,
    resuming,
    throttling,
    uploading,
    watching,
)

SECRET = "a secret of more than thirty-two bytes"


def write_file(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)


@pytest.fixture
def file_pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
async def store() -> InMemoryStore:
    store = InMemoryStore()
    async with store.write() as uow:
        await uow.config.save(example_config())
        await uow.commit()
    return store


@pytest.fixture
def passwords() -> Iterator[BcryptPasswordHasher]:
    hasher = BcryptPasswordHasher(rounds=4, workers=1)
    yield hasher
    hasher.close()


def make_use_cases(  # noqa: PLR0913 - one for each neighbour that a test looks behind
    *,
    store: InMemoryStore,
    account_cache: AccountCache,
    clock: FixedClock,
    queue: InMemoryQueue,
    transcoder: FixedTranscoder,
    passwords: BcryptPasswordHasher,
    tokens: JwtAccessTokens,
    media_tokens: HmacMediaTokens,
    uploads: FilesystemUploads,
    media: FilesystemMedia,
) -> UseCases:
    ids = SequentialIds()
    files = removal.RemoveFiles(uploads=uploads, media=media, queue=queue)
    admit = uploading.AdmitUpload(store=store, uploads=uploads, clock=clock, disk_floor=0)
    abandon = uploading.AbandonUpload(store=store, uploads=uploads)
    common: dict[str, Any] = {"store": store, "clock": clock}
    estimate = estimating.EstimateRemaining(clock=clock)
    list_videos = library.ListVideos(store=store, estimate=estimate)
    finish = uploading.FinishUpload(
        **common, estimate=estimate, uploads=uploads, transcoder=transcoder, queue=queue, ids=ids
    )
    recognize = recognizing.Recognize(**common, accounts=account_cache)
    changing: dict[str, Any] = {"store": store, "accounts": account_cache}
    throttle = throttling.Throttle(**common)
    accounting = common | {"passwords": passwords, "tokens": tokens, "throttle": throttle}
    return UseCases(
        register=accounts.Register(**accounting, ids=ids),
        log_in=accounts.LogIn(**accounting),
        authenticate=accounts.Authenticate(tokens=tokens, recognize=recognize, clock=clock),
        show_own_account=accounts.ShowOwnAccount(**common),
        change_password=accounts.ChangePassword(**accounting, accounts=account_cache),
        list_members=membership.ListMembers(**common),
        show_member=membership.ShowMember(**common),
        change_role=membership.ChangeRole(**changing, clock=clock),
        change_active=membership.ChangeActive(**changing, clock=clock),
        remove_member=membership.RemoveMember(
            **changing, uploads=uploads, remove_files=files, clock=clock
        ),
        invite=inviting.Invite(**common, ids=ids, secrets=SequentialSecrets()),
        list_invitations=inviting.ListInvitations(**common),
        validate_invitation=inviting.ValidateInvitation(**common),
        revoke_invitation=inviting.RevokeInvitation(store=store),
        list_categories=categorizing.ListCategories(store=store),
        create_category=categorizing.CreateCategory(**common, ids=ids),
        rename_category=categorizing.RenameCategory(store=store),
        remove_category=categorizing.RemoveCategory(store=store),
        admit_upload=admit,
        begin_upload=uploading.BeginUpload(**common, admit=admit, ids=ids),
        check_details=uploading.CheckDetails(store=store),
        grow_upload=uploading.GrowUpload(**common, admit=admit),
        renew_upload=uploading.RenewUpload(**common),
        abandon_upload=abandon,
        finish_upload=finish,
        check_upload=outlook.CheckUpload(**common, admit=admit),
        begin_resumable=resuming.BeginResumable(**common, uploads=uploads, admit=admit, ids=ids),
        list_uploads=resuming.ListUploads(**common, uploads=uploads),
        show_upload=resuming.ShowUpload(**common, uploads=uploads),
        mark_unchecked=resuming.MarkUnchecked(**common),
        complete_upload=resuming.CompleteUpload(**common, finish=finish, abandon=abandon),
        cancel_upload=resuming.CancelUpload(**common, uploads=uploads),
        list_videos=list_videos,
        list_videos_of_member=library.ListVideosOfMember(store=store, list_videos=list_videos),
        show_video=library.ShowVideo(store=store, estimate=estimate),
        edit_video=library.EditVideo(store=store, estimate=estimate),
        delete_video=library.DeleteVideo(store=store, remove_files=files),
        retry_video=library.RetryVideo(**common, queue=queue, estimate=estimate),
        count_view=library.CountView(store=store),
        open_media=watching.OpenMedia(
            uploads=uploads, **common, media=media, tokens=media_tokens, recognize=recognize
        ),
        show_operations=operating.ShowOperations(**common, uploads=uploads, media=media),
        show_statistics=administration.ShowStatistics(store=store, uploads=uploads),
        show_config=administration.ShowConfig(store=store),
        change_config=administration.ChangeConfig(**common, media=media),
        check_storage=readiness.CheckStorage(uploads=uploads, media=media),
        check_room=readiness.CheckRoom(uploads=uploads, disk_floor=0),
        clock=clock,
        media_tokens=media_tokens,
        store=store,
        uploads=uploads,
        media=media,
        transcoder=transcoder,
    )


@pytest.fixture
def http_settings() -> HttpSettings:
    """The plainest settings; tests of others override this."""
    return HttpSettings(public_url=PUBLIC_URL)


@pytest.fixture
async def api(
    tmp_path: Path,
    http_settings: HttpSettings,
    store: InMemoryStore,
    passwords: BcryptPasswordHasher,
    file_pool: ThreadPoolExecutor,
) -> AsyncIterator[Api]:
    """The application, served on loopback at the moment NOW."""
    data = tmp_path / "data"
    uploads = FilesystemUploads(data / "uploads", file_pool)
    media = FilesystemMedia(data, data / "videos", data / "thumbnails", file_pool)
    for name in ("uploads", "videos", "thumbnails"):  # `prepare` would wait for the disk each time
        (data / name).mkdir(parents=True)
    neighbours: dict[str, Any] = {
        "store": store,
        "account_cache": AccountCache(),
        "clock": FixedClock(NOW),
        "queue": InMemoryQueue(),
        "transcoder": FixedTranscoder(write=write_file),
        "passwords": passwords,
        "tokens": JwtAccessTokens(SECRET),
        "media_tokens": HmacMediaTokens(SECRET),
    }
    use_cases = make_use_cases(**neighbours, uploads=uploads, media=media)
    app = create_app(use_cases, http_settings)
    async with TestClient(LoopbackServer(app)) as client:
        yield Api(
            client=client,
            use_cases=use_cases,
            uploads=data / "uploads",
            data=data,
            **neighbours,
        )


@pytest.fixture
async def admin(api: Api) -> Member:
    return await api.add_admin("Ada")


@pytest.fixture
async def member(api: Api) -> Member:
    return await api.add_member("Max")


@pytest.fixture
async def other(api: Api) -> Member:
    return await api.add_member("Eve")
