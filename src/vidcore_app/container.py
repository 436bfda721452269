"""The table of what is made of what: the only module that imports dependency-injector.

Only synchronous constructors stand here; what must be opened and closed, `service` opens and closes.
Arguments of providers are not checked by type checkers, so a test resolves every one of them.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from dependency_injector import containers, providers

from adapters_auth.access_tokens import JwtAccessTokens
from adapters_auth.media_tokens import HmacMediaTokens
from adapters_auth.passwords import BcryptPasswordHasher
from adapters_db.clock import SqlClock
from adapters_db.patient_store import PatientStore
from adapters_db.store import SqlStore
from adapters_ffmpeg.find import find_ffmpeg
from adapters_ffmpeg.transcoder import FfmpegTranscoder
from adapters_fs.inventory import FilesystemInventory
from adapters_fs.media import FilesystemMedia
from adapters_fs.uploads import FilesystemUploads
from adapters_http.use_cases import UseCases
from adapters_jobs.schedule import ScheduledJobs
from adapters_jobs.worker import Worker
from vidcore.sessions import AccountCache
from vidcore.use_cases import (
    accounts,
    administration,
    categorizing,
    checking,
    housekeeping,
    inviting,
    library,
    membership,
    outlook,
    processing,
    recognizing,
    removal,
    repairing,
    resuming,
    throttling,
    uploading,
    watching,
)
from vidcore_app.queues import make_queue
from vidcore_app.secret import jwt_secret
from vidcore_app.settings import Places, Settings
from vidcore_app.system import RandomSecrets, Uuid7Ids

FILE_THREADS = 4  # as measured for uploads; the default executor stays free for everything else


class Container(containers.DeclarativeContainer):
    """Everything, made once."""

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

    account_cache = providers.Singleton(AccountCache)
    recognize = providers.Singleton(
        recognizing.Recognize, store=store, accounts=account_cache, clock=clock
    )
    throttle = providers.Singleton(throttling.Throttle, store=store, clock=clock)
    register = providers.Singleton(
        accounts.Register,
        store=store,
        passwords=passwords,
        tokens=tokens,
        throttle=throttle,
        ids=ids,
        clock=clock,
    )
    log_in = providers.Singleton(
        accounts.LogIn,
        store=store,
        passwords=passwords,
        tokens=tokens,
        throttle=throttle,
        clock=clock,
    )
    authenticate = providers.Singleton(
        accounts.Authenticate, tokens=tokens, recognize=recognize, clock=clock
    )
    show_own_account = providers.Singleton(accounts.ShowOwnAccount, store=store, clock=clock)
    change_password = providers.Singleton(
        accounts.ChangePassword,
        store=store,
        passwords=passwords,
        throttle=throttle,
        accounts=account_cache,
    )

    remove_files = providers.Singleton(
        removal.RemoveFiles, uploads=uploads, media=media, queue=queue
    )
    list_members = providers.Singleton(membership.ListMembers, store=store, clock=clock)
    show_member = providers.Singleton(membership.ShowMember, store=store, clock=clock)
    change_role = providers.Singleton(
        membership.ChangeRole, store=store, accounts=account_cache, clock=clock
    )
    change_active = providers.Singleton(
        membership.ChangeActive, store=store, accounts=account_cache, clock=clock
    )
    remove_member = providers.Singleton(
        membership.RemoveMember, store=store, accounts=account_cache, remove_files=remove_files
    )

    invite = providers.Singleton(
        inviting.Invite, store=store, ids=ids, secrets=secrets, clock=clock
    )
    list_invitations = providers.Singleton(inviting.ListInvitations, store=store, clock=clock)
    validate_invitation = providers.Singleton(inviting.ValidateInvitation, store=store, clock=clock)
    revoke_invitation = providers.Singleton(inviting.RevokeInvitation, store=store)

    list_categories = providers.Singleton(categorizing.ListCategories, store=store)
    create_category = providers.Singleton(
        categorizing.CreateCategory, store=store, ids=ids, clock=clock
    )
    rename_category = providers.Singleton(categorizing.RenameCategory, store=store)
    remove_category = providers.Singleton(categorizing.RemoveCategory, store=store)

    admit_upload = providers.Singleton(
        uploading.AdmitUpload,
        store=store,
        uploads=uploads,
        clock=clock,
        disk_floor=settings.provided.disk_floor_bytes,
    )
    begin_upload = providers.Singleton(
        uploading.BeginUpload, store=store, admit=admit_upload, ids=ids, clock=clock
    )
    check_details = providers.Singleton(uploading.CheckDetails, store=store)
    grow_upload = providers.Singleton(
        uploading.GrowUpload, store=store, admit=admit_upload, clock=clock
    )
    renew_upload = providers.Singleton(uploading.RenewUpload, store=store, clock=clock)
    abandon_upload = providers.Singleton(uploading.AbandonUpload, store=store, uploads=uploads)
    finish_upload = providers.Singleton(
        uploading.FinishUpload,
        store=store,
        uploads=uploads,
        transcoder=transcoder,
        queue=queue,
        ids=ids,
        clock=clock,
        copying=settings.provided.copy_playable,
    )

    check_upload = providers.Singleton(
        outlook.CheckUpload, store=store, admit=admit_upload, clock=clock
    )
    begin_resumable = providers.Singleton(
        resuming.BeginResumable,
        store=store,
        uploads=uploads,
        admit=admit_upload,
        ids=ids,
        clock=clock,
    )
    list_uploads = providers.Singleton(
        resuming.ListUploads, store=store, uploads=uploads, clock=clock
    )
    show_upload = providers.Singleton(
        resuming.ShowUpload, store=store, uploads=uploads, clock=clock
    )
    mark_unchecked = providers.Singleton(resuming.MarkUnchecked, store=store, clock=clock)
    complete_upload = providers.Singleton(
        resuming.CompleteUpload,
        store=store,
        finish=finish_upload,
        abandon=abandon_upload,
        clock=clock,
    )
    cancel_upload = providers.Singleton(
        resuming.CancelUpload, store=store, uploads=uploads, clock=clock
    )

    list_videos = providers.Singleton(library.ListVideos, store=store)
    list_videos_of_member = providers.Singleton(
        library.ListVideosOfMember, store=store, list_videos=list_videos
    )
    show_video = providers.Singleton(library.ShowVideo, store=store)
    edit_video = providers.Singleton(library.EditVideo, store=store)
    delete_video = providers.Singleton(library.DeleteVideo, store=store, remove_files=remove_files)
    retry_video = providers.Singleton(library.RetryVideo, store=store, queue=queue, clock=clock)
    count_view = providers.Singleton(library.CountView, store=store)
    open_media = providers.Singleton(
        watching.OpenMedia,
        store=store,
        uploads=uploads,
        media=media,
        tokens=media_tokens,
        recognize=recognize,
        clock=clock,
    )

    show_statistics = providers.Singleton(
        administration.ShowStatistics, store=store, uploads=uploads
    )
    show_config = providers.Singleton(administration.ShowConfig, store=store)
    change_config = providers.Singleton(
        administration.ChangeConfig, store=store, media=media, clock=clock
    )

    make_config = providers.Singleton(housekeeping.MakeConfig, store=store, clock=clock)
    make_admin = providers.Singleton(
        housekeeping.MakeAdmin, store=store, passwords=passwords, ids=ids, clock=clock
    )
    needs_admin = providers.Singleton(housekeeping.NeedsAdmin, store=store)
    reset_week = providers.Singleton(housekeeping.ResetWeek, store=store, clock=clock)
    tidy_up = providers.Singleton(housekeeping.TidyUp, store=store, uploads=uploads, clock=clock)

    check_platform = providers.Singleton(
        checking.CheckPlatform,
        store=store,
        uploads=uploads,
        media=media,
        inventory=inventory,
        transcoder=transcoder,
        clock=clock,
        repairing=providers.Singleton(
            repairing.Repair,
            store=store,
            uploads=uploads,
            inventory=inventory,
            queue=queue,
            pictures=providers.Singleton(
                repairing.RemakePictures,
                store=store,
                media=media,
                inventory=inventory,
                transcoder=transcoder,
            ),
            clock=clock,
        ),
        pause=providers.Object(partial(asyncio.sleep, checking.SETTLING.total_seconds())),
    )

    recover_own = providers.Singleton(processing.RecoverOwn, store=store, queue=queue, clock=clock)
    patient_store = providers.Singleton(PatientStore, store)
    worker = providers.Singleton(
        Worker,
        claim=providers.Singleton(processing.ClaimVideo, store=store, clock=clock),
        process=providers.Singleton(
            processing.ProcessVideo,
            store=patient_store,
            uploads=uploads,
            media=media,
            transcoder=transcoder,
            copying=settings.provided.copy_playable,
        ),
        report=providers.Singleton(processing.ReportProgress, store=store, clock=clock),
        end=providers.Singleton(
            processing.EndAttempt, store=patient_store, queue=queue, clock=clock
        ),
        # Not patient: who stops while the database is away leaves it to the lease.
        hand_back=providers.Singleton(processing.HandBack, store=store, queue=queue, clock=clock),
        queue=queue,
        concurrency=settings.provided.worker_concurrency,
    )

    use_cases = providers.Singleton(
        UseCases,
        register=register,
        log_in=log_in,
        authenticate=authenticate,
        show_own_account=show_own_account,
        change_password=change_password,
        list_members=list_members,
        show_member=show_member,
        change_role=change_role,
        change_active=change_active,
        remove_member=remove_member,
        invite=invite,
        list_invitations=list_invitations,
        validate_invitation=validate_invitation,
        revoke_invitation=revoke_invitation,
        list_categories=list_categories,
        create_category=create_category,
        rename_category=rename_category,
        remove_category=remove_category,
        admit_upload=admit_upload,
        begin_upload=begin_upload,
        check_details=check_details,
        grow_upload=grow_upload,
        renew_upload=renew_upload,
        abandon_upload=abandon_upload,
        finish_upload=finish_upload,
        check_upload=check_upload,
        begin_resumable=begin_resumable,
        list_uploads=list_uploads,
        show_upload=show_upload,
        mark_unchecked=mark_unchecked,
        complete_upload=complete_upload,
        cancel_upload=cancel_upload,
        list_videos=list_videos,
        list_videos_of_member=list_videos_of_member,
        show_video=show_video,
        edit_video=edit_video,
        delete_video=delete_video,
        retry_video=retry_video,
        count_view=count_view,
        open_media=open_media,
        show_statistics=show_statistics,
        show_config=show_config,
        change_config=change_config,
        clock=clock,
        media_tokens=media_tokens,
        store=store,
        uploads=uploads,
        media=media,
        transcoder=transcoder,
    )
