"""What is made of the adapters for requests: the second part of the table of what is made of what."""

from dependency_injector import providers

from adapters_http.use_cases import UseCases
from vidcore.sessions import AccountCache
from vidcore.use_cases import (
    accounts,
    administration,
    announcing,
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
from vidcore_app.adapters import Adapters


class RequestedUseCases(Adapters):
    """Every use case that a request asks for, made once."""

    account_cache = providers.Singleton(AccountCache)
    recognize = providers.Singleton(
        recognizing.Recognize, store=Adapters.store, accounts=account_cache, clock=Adapters.clock
    )
    throttle = providers.Singleton(throttling.Throttle, store=Adapters.store, clock=Adapters.clock)
    outbox = providers.Singleton(
        announcing.Outbox,
        presenter=Adapters.event_presenter,
        ids=Adapters.ids,
        urls=Adapters.settings.provided.webhook_urls,
    )
    register = providers.Singleton(
        accounts.Register,
        store=Adapters.store,
        passwords=Adapters.passwords,
        tokens=Adapters.tokens,
        throttle=throttle,
        ids=Adapters.ids,
        clock=Adapters.clock,
        outbox=outbox,
    )
    log_in = providers.Singleton(
        accounts.LogIn,
        store=Adapters.store,
        passwords=Adapters.passwords,
        tokens=Adapters.tokens,
        throttle=throttle,
        clock=Adapters.clock,
    )
    authenticate = providers.Singleton(
        accounts.Authenticate, tokens=Adapters.tokens, recognize=recognize, clock=Adapters.clock
    )
    show_own_account = providers.Singleton(
        accounts.ShowOwnAccount, store=Adapters.store, clock=Adapters.clock
    )
    change_password = providers.Singleton(
        accounts.ChangePassword,
        store=Adapters.store,
        passwords=Adapters.passwords,
        tokens=Adapters.tokens,
        throttle=throttle,
        accounts=account_cache,
        clock=Adapters.clock,
    )

    remove_files = providers.Singleton(
        removal.RemoveFiles, uploads=Adapters.uploads, media=Adapters.media, queue=Adapters.queue
    )
    list_members = providers.Singleton(
        membership.ListMembers, store=Adapters.store, clock=Adapters.clock
    )
    show_member = providers.Singleton(
        membership.ShowMember, store=Adapters.store, clock=Adapters.clock
    )
    change_role = providers.Singleton(
        membership.ChangeRole, store=Adapters.store, accounts=account_cache, clock=Adapters.clock
    )
    change_active = providers.Singleton(
        membership.ChangeActive, store=Adapters.store, accounts=account_cache, clock=Adapters.clock
    )
    remove_member = providers.Singleton(
        membership.RemoveMember,
        store=Adapters.store,
        accounts=account_cache,
        uploads=Adapters.uploads,
        remove_files=remove_files,
        clock=Adapters.clock,
    )

    invite = providers.Singleton(
        inviting.Invite,
        store=Adapters.store,
        ids=Adapters.ids,
        secrets=Adapters.secrets,
        clock=Adapters.clock,
    )
    list_invitations = providers.Singleton(
        inviting.ListInvitations, store=Adapters.store, clock=Adapters.clock
    )
    validate_invitation = providers.Singleton(
        inviting.ValidateInvitation, store=Adapters.store, clock=Adapters.clock
    )
    revoke_invitation = providers.Singleton(inviting.RevokeInvitation, store=Adapters.store)

    list_categories = providers.Singleton(categorizing.ListCategories, store=Adapters.store)
    create_category = providers.Singleton(
        categorizing.CreateCategory, store=Adapters.store, ids=Adapters.ids, clock=Adapters.clock
    )
    rename_category = providers.Singleton(categorizing.RenameCategory, store=Adapters.store)
    remove_category = providers.Singleton(categorizing.RemoveCategory, store=Adapters.store)

    admit_upload = providers.Singleton(
        uploading.AdmitUpload,
        store=Adapters.store,
        uploads=Adapters.uploads,
        clock=Adapters.clock,
        disk_floor=Adapters.settings.provided.disk_floor_bytes,
    )
    begin_upload = providers.Singleton(
        uploading.BeginUpload,
        store=Adapters.store,
        admit=admit_upload,
        ids=Adapters.ids,
        clock=Adapters.clock,
    )
    estimate_remaining = providers.Singleton(estimating.EstimateRemaining, clock=Adapters.clock)
    check_details = providers.Singleton(uploading.CheckDetails, store=Adapters.store)
    grow_upload = providers.Singleton(
        uploading.GrowUpload, store=Adapters.store, admit=admit_upload, clock=Adapters.clock
    )
    renew_upload = providers.Singleton(
        uploading.RenewUpload, store=Adapters.store, clock=Adapters.clock
    )
    abandon_upload = providers.Singleton(
        uploading.AbandonUpload, store=Adapters.store, uploads=Adapters.uploads
    )
    finish_upload = providers.Singleton(
        uploading.FinishUpload,
        store=Adapters.store,
        uploads=Adapters.uploads,
        transcoder=Adapters.transcoder,
        queue=Adapters.queue,
        ids=Adapters.ids,
        clock=Adapters.clock,
        estimate=estimate_remaining,
        copying=Adapters.settings.provided.copy_playable,
    )

    check_upload = providers.Singleton(
        outlook.CheckUpload, store=Adapters.store, admit=admit_upload, clock=Adapters.clock
    )
    begin_resumable = providers.Singleton(
        resuming.BeginResumable,
        store=Adapters.store,
        uploads=Adapters.uploads,
        admit=admit_upload,
        ids=Adapters.ids,
        clock=Adapters.clock,
    )
    list_uploads = providers.Singleton(
        resuming.ListUploads, store=Adapters.store, uploads=Adapters.uploads, clock=Adapters.clock
    )
    show_upload = providers.Singleton(
        resuming.ShowUpload, store=Adapters.store, uploads=Adapters.uploads, clock=Adapters.clock
    )
    mark_unchecked = providers.Singleton(
        resuming.MarkUnchecked, store=Adapters.store, clock=Adapters.clock
    )
    complete_upload = providers.Singleton(
        resuming.CompleteUpload,
        store=Adapters.store,
        finish=finish_upload,
        abandon=abandon_upload,
        clock=Adapters.clock,
    )
    cancel_upload = providers.Singleton(
        resuming.CancelUpload, store=Adapters.store, uploads=Adapters.uploads, clock=Adapters.clock
    )

    list_videos = providers.Singleton(
        library.ListVideos, store=Adapters.store, estimate=estimate_remaining
    )
    list_videos_of_member = providers.Singleton(
        library.ListVideosOfMember, store=Adapters.store, list_videos=list_videos
    )
    show_video = providers.Singleton(
        library.ShowVideo, store=Adapters.store, estimate=estimate_remaining
    )
    edit_video = providers.Singleton(
        library.EditVideo, store=Adapters.store, estimate=estimate_remaining
    )
    delete_video = providers.Singleton(
        library.DeleteVideo, store=Adapters.store, remove_files=remove_files
    )
    retry_video = providers.Singleton(
        library.RetryVideo,
        store=Adapters.store,
        queue=Adapters.queue,
        clock=Adapters.clock,
        estimate=estimate_remaining,
    )
    count_view = providers.Singleton(library.CountView, store=Adapters.store)
    open_media = providers.Singleton(
        watching.OpenMedia,
        store=Adapters.store,
        uploads=Adapters.uploads,
        media=Adapters.media,
        tokens=Adapters.media_tokens,
        recognize=recognize,
        clock=Adapters.clock,
    )

    show_operations = providers.Singleton(
        operating.ShowOperations,
        store=Adapters.store,
        uploads=Adapters.uploads,
        media=Adapters.media,
        clock=Adapters.clock,
    )
    show_statistics = providers.Singleton(
        administration.ShowStatistics, store=Adapters.store, uploads=Adapters.uploads
    )
    show_config = providers.Singleton(administration.ShowConfig, store=Adapters.store)
    change_config = providers.Singleton(
        administration.ChangeConfig,
        store=Adapters.store,
        media=Adapters.media,
        clock=Adapters.clock,
    )
    check_storage = providers.Singleton(
        readiness.CheckStorage, uploads=Adapters.uploads, media=Adapters.media
    )
    check_room = providers.Singleton(
        readiness.CheckRoom,
        uploads=Adapters.uploads,
        disk_floor=Adapters.settings.provided.disk_floor_bytes,
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
        show_operations=show_operations,
        show_statistics=show_statistics,
        show_config=show_config,
        change_config=change_config,
        check_storage=check_storage,
        check_room=check_room,
        clock=Adapters.clock,
        media_tokens=Adapters.media_tokens,
        store=Adapters.store,
        uploads=Adapters.uploads,
        media=Adapters.media,
        transcoder=Adapters.transcoder,
    )
