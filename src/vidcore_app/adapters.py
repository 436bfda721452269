"""What this machine's settings make of every port: the first half of the table of what is made of what.

Only synchronous constructors stand here; what must be opened and closed, `service` opens and closes.
"""

from concurrent.futures import ThreadPoolExecutor

from dependency_injector import containers, providers

from adapters_auth.access_tokens import JwtAccessTokens
from adapters_auth.media_tokens import HmacMediaTokens
from adapters_auth.passwords import BcryptPasswordHasher
from adapters_db.clock import SqlClock
from adapters_db.store import SqlStore
from adapters_ffmpeg.find import find_ffmpeg
from adapters_ffmpeg.transcoder import FfmpegTranscoder
from adapters_fs.inventory import FilesystemInventory
from adapters_fs.media import FilesystemMedia
from adapters_fs.uploads import FilesystemUploads
from adapters_http.webhook_payloads import JsonEventPresenter
from adapters_http.webhook_sender import AiohttpWebhookSender
from adapters_jobs.schedule import ScheduledJobs
from vidcore_app.queues import make_queue
from vidcore_app.secret import jwt_secret
from vidcore_app.settings import Places, Settings
from vidcore_app.system import RandomSecrets, Uuid7Ids

FILE_THREADS = 4  # as measured for uploads; the default executor stays free for everything else


class Adapters(containers.DeclarativeContainer):
    """Every adapter, made once."""

    settings = providers.Dependency(instance_of=Settings)
    places = providers.Singleton(Places.of, settings)

    store = providers.Singleton(SqlStore, places.provided.database_url)
    clock = providers.Singleton(SqlClock, store.provided.engines.read)
    ids = providers.Singleton(Uuid7Ids)
    secrets = providers.Singleton(RandomSecrets)

    secret = providers.Singleton(
        jwt_secret, settings.provided.jwt_secret, places.provided.jwt_secret
    )
    passwords = providers.Singleton(BcryptPasswordHasher)
    tokens = providers.Singleton(
        JwtAccessTokens,
        secret,
        algorithm=settings.provided.jwt_algorithm,
        expires_seconds=settings.provided.jwt_expires_seconds,
    )
    media_tokens = providers.Singleton(HmacMediaTokens, secret)

    file_pool = providers.Singleton(
        ThreadPoolExecutor, max_workers=FILE_THREADS, thread_name_prefix="files"
    )
    uploads = providers.Singleton(FilesystemUploads, places.provided.uploads, file_pool)
    media = providers.Singleton(
        FilesystemMedia,
        places.provided.data,
        places.provided.videos,
        places.provided.thumbnails,
        file_pool,
    )
    inventory = providers.Singleton(
        FilesystemInventory,
        places.provided.data,
        places.provided.videos,
        places.provided.thumbnails,
        file_pool,
    )
    ffmpeg = providers.Singleton(find_ffmpeg, settings.provided.ffmpeg)
    transcoder = providers.Singleton(
        FfmpegTranscoder,
        ffmpeg,
        preset=settings.provided.ffmpeg_preset,
        crf=settings.provided.ffmpeg_crf,
    )
    queue = providers.Singleton(
        make_queue, settings.provided.queue, places.provided.database_url, clock
    )
    schedule = providers.Singleton(ScheduledJobs)
    event_presenter = providers.Singleton(JsonEventPresenter)
    webhook_sender = providers.Singleton(
        AiohttpWebhookSender, allow_private=settings.provided.webhook_allow_private
    )
