"""All that HTTP may ask of the core."""

import attrs

from vidcore.ports.clock import Clock
from vidcore.ports.storage import MediaStore, UploadArea
from vidcore.ports.store import Store
from vidcore.ports.tokens import MediaTokens
from vidcore.ports.transcoding import Transcoder
from vidcore.use_cases.accounts import (
    Authenticate,
    ChangePassword,
    LogIn,
    Register,
    ShowOwnAccount,
)
from vidcore.use_cases.administration import ChangeConfig, ShowConfig, ShowStatistics
from vidcore.use_cases.categorizing import (
    CreateCategory,
    ListCategories,
    RemoveCategory,
    RenameCategory,
)
from vidcore.use_cases.inviting import (
    Invite,
    ListInvitations,
    RevokeInvitation,
    ValidateInvitation,
)
from vidcore.use_cases.library import (
    CountView,
    DeleteVideo,
    EditVideo,
    ListVideos,
    ListVideosOfMember,
    RetryVideo,
    ShowVideo,
)
from vidcore.use_cases.membership import (
    ChangeActive,
    ChangeRole,
    ListMembers,
    RemoveMember,
    ShowMember,
)
from vidcore.use_cases.operating import ShowOperations
from vidcore.use_cases.outlook import CheckUpload
from vidcore.use_cases.readiness import CheckRoom, CheckStorage
from vidcore.use_cases.resuming import (
    BeginResumable,
    CancelUpload,
    CompleteUpload,
    ListUploads,
    MarkUnchecked,
    ShowUpload,
)
from vidcore.use_cases.uploading import (
    AbandonUpload,
    AdmitUpload,
    BeginUpload,
    CheckDetails,
    FinishUpload,
    GrowUpload,
    RenewUpload,
)
from vidcore.use_cases.watching import OpenMedia


@attrs.frozen(kw_only=True)
class UseCases:
    """The use cases that handlers call, and the ports through which their answers are presented."""

    register: Register
    log_in: LogIn
    authenticate: Authenticate
    show_own_account: ShowOwnAccount
    change_password: ChangePassword

    list_members: ListMembers
    show_member: ShowMember
    change_role: ChangeRole
    change_active: ChangeActive
    remove_member: RemoveMember

    invite: Invite
    list_invitations: ListInvitations
    validate_invitation: ValidateInvitation
    revoke_invitation: RevokeInvitation

    list_categories: ListCategories
    create_category: CreateCategory
    rename_category: RenameCategory
    remove_category: RemoveCategory

    admit_upload: AdmitUpload
    begin_upload: BeginUpload
    check_details: CheckDetails
    grow_upload: GrowUpload
    renew_upload: RenewUpload
    abandon_upload: AbandonUpload
    finish_upload: FinishUpload

    check_upload: CheckUpload
    begin_resumable: BeginResumable
    list_uploads: ListUploads
    show_upload: ShowUpload
    mark_unchecked: MarkUnchecked
    complete_upload: CompleteUpload
    cancel_upload: CancelUpload

    list_videos: ListVideos
    list_videos_of_member: ListVideosOfMember
    show_video: ShowVideo
    edit_video: EditVideo
    delete_video: DeleteVideo
    retry_video: RetryVideo
    count_view: CountView
    open_media: OpenMedia

    show_operations: ShowOperations
    show_statistics: ShowStatistics
    show_config: ShowConfig
    change_config: ChangeConfig

    check_storage: CheckStorage
    check_room: CheckRoom

    clock: Clock
    media_tokens: MediaTokens
    store: Store
    uploads: UploadArea
    media: MediaStore
    transcoder: Transcoder
