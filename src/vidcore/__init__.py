"""vidcore: the domain of a private video platform, as a library without any I/O.

Its rules are plain functions, and methods of frozen classes that give a changed copy:

- who is a member, and what a role may do: `User`, `Role`, `Invitation`
- how much may be uploaded in a week: `Quota`, `admit`, `Upload`
- how a video goes from pending to completed, whatever happens to its worker: `Video`, `Status`
- what has to be done to a source so that every browser plays it: `MediaInfo`, `plan`

Time, ids and randomness come in as arguments: times are aware, sizes in bytes, durations in seconds.
What can go wrong is raised as a `VidcoreError` that carries its numbers and reads as a sentence.

>>> from datetime import UTC, datetime
>>> from vidcore import Quota
>>> quota = Quota(limit=10_000, used=7_000, reserved=2_000, now=datetime(2026, 11, 20, tzinfo=UTC))
>>> quota.available
1000
>>> f"{quota.resets_at:%A %d %B}"
'Sunday 22 November'

Everything that is needed to state a rule can be imported from here. The numbers of the rules stand in
their modules (`vidcore.quota.WEEK`). What the platform asks of the world is in `vidcore.ports`, what its
people and workers do in `vidcore.use_cases`, and in-memory adapters, contract suites and hypothesis
strategies in `vidcore.testing`.
"""

from vidcore.addresses import why_not_public
from vidcore.catalogue import VideoEntry, VideoQuery, VideoSort, ordering_of
from vidcore.categories import Category, category_key, free_slug, slugify
from vidcore.checkup import (
    Finding,
    FindingKind,
    LeftSource,
    StoredFile,
    VideoFiles,
    check_expiry,
    check_file,
    check_quota,
    check_video,
    counted_for_sure,
    orphan_upload,
    same_standing,
)
from vidcore.config import Config
from vidcore.cursors import Cursor
from vidcore.details import (
    Unset,
    VideoDetails,
    check_description,
    check_title,
    title_of_file,
)
from vidcore.diagnosis import (
    Diagnosis,
    Verdict,
    everything_works,
    judge_clock,
    judge_open_files,
    judge_room,
    judge_skew,
    members_at_once,
)
from vidcore.errors import (
    AccountInactiveError,
    CategoryExistsError,
    EmailTakenError,
    FileFormatNotSupportedError,
    FileTooLargeError,
    IllegalTransitionError,
    InvalidCredentialsError,
    InvalidValueError,
    InvitationExpiredError,
    InvitationInvalidError,
    InvitationUsedError,
    LastAdminError,
    LeaseLostError,
    NotAuthenticatedError,
    NotFoundError,
    PermissionDeniedError,
    QuotaExceededError,
    ServiceUnavailableError,
    StorageFullError,
    TooManyAttemptsError,
    UnknownReferenceError,
    UploadIncompleteError,
    UsernameTakenError,
    VidcoreError,
    VideoNotReadyError,
    VideoProcessingError,
)
from vidcore.estimates import (
    CostsCache,
    Forecast,
    Line,
    Load,
    Turn,
    forecast,
    free_after,
    is_new_forecast,
)
from vidcore.following import is_final, is_news
from vidcore.invitations import Invitation, InvitationStatus, hash_token
from vidcore.joining import Joining, join_line
from vidcore.lifecycle import Event, Status
from vidcore.media import (
    AudioStream,
    Edit,
    MediaInfo,
    Mode,
    OutputFacts,
    Plan,
    Storyboard,
    Transfer,
    VideoStream,
    check_filename,
    check_output,
    check_source,
    copied_tracks,
    displayed_size,
    plan,
    storyboard_of,
    thumbnail_width,
    why_audio_is_encoded,
    why_video_is_encoded,
)
from vidcore.mending import MendedVideo, mend_video
from vidcore.orders import Aged, Order, Place, by_age
from vidcore.paces import Cost, Costs, Pace, Tally
from vidcore.pages import Ordering, Page, PageRequest, newest_first
from vidcore.quota import Quota, week_start
from vidcore.sessions import AccountCache, AccountReading, check_session
from vidcore.signatures import sign_webhook, verify_webhook, webhook_key
from vidcore.text import check_search, check_storable, check_text, clock_time, search_key
from vidcore.throttle import check_throttle
from vidcore.turns import due_at, planned_work, work_of
from vidcore.uploads import (
    Admission,
    Upload,
    UploadProgress,
    admit,
    check_fingerprint,
    check_room,
    check_size,
)
from vidcore.users import (
    Account,
    Profile,
    Role,
    User,
    check_email,
    check_password,
    check_username,
    name_key,
)
from vidcore.videos import Rendition, Video
from vidcore.webhooks import (
    Delivery,
    DeliveryStatus,
    WebhookAnswer,
    WebhookEvent,
    pause_after,
)

__all__ = [
    "Account",
    "AccountCache",
    "AccountInactiveError",
    "AccountReading",
    "Admission",
    "Aged",
    "AudioStream",
    "Category",
    "CategoryExistsError",
    "Config",
    "Cost",
    "Costs",
    "CostsCache",
    "Cursor",
    "Delivery",
    "DeliveryStatus",
    "Diagnosis",
    "Edit",
    "EmailTakenError",
    "Event",
    "FileFormatNotSupportedError",
    "FileTooLargeError",
    "Finding",
    "FindingKind",
    "Forecast",
    "IllegalTransitionError",
    "InvalidCredentialsError",
    "InvalidValueError",
    "Invitation",
    "InvitationExpiredError",
    "InvitationInvalidError",
    "InvitationStatus",
    "InvitationUsedError",
    "Joining",
    "LastAdminError",
    "LeaseLostError",
    "LeftSource",
    "Line",
    "Load",
    "MediaInfo",
    "MendedVideo",
    "Mode",
    "NotAuthenticatedError",
    "NotFoundError",
    "Order",
    "Ordering",
    "OutputFacts",
    "Pace",
    "Page",
    "PageRequest",
    "PermissionDeniedError",
    "Place",
    "Plan",
    "Profile",
    "Quota",
    "QuotaExceededError",
    "Rendition",
    "Role",
    "ServiceUnavailableError",
    "Status",
    "StorageFullError",
    "StoredFile",
    "Storyboard",
    "Tally",
    "TooManyAttemptsError",
    "Transfer",
    "Turn",
    "UnknownReferenceError",
    "Unset",
    "Upload",
    "UploadIncompleteError",
    "UploadProgress",
    "User",
    "UsernameTakenError",
    "Verdict",
    "VidcoreError",
    "Video",
    "VideoDetails",
    "VideoEntry",
    "VideoFiles",
    "VideoNotReadyError",
    "VideoProcessingError",
    "VideoQuery",
    "VideoSort",
    "VideoStream",
    "WebhookAnswer",
    "WebhookEvent",
    "admit",
    "by_age",
    "category_key",
    "check_description",
    "check_email",
    "check_expiry",
    "check_file",
    "check_filename",
    "check_fingerprint",
    "check_output",
    "check_password",
    "check_quota",
    "check_room",
    "check_search",
    "check_session",
    "check_size",
    "check_source",
    "check_storable",
    "check_text",
    "check_throttle",
    "check_title",
    "check_username",
    "check_video",
    "clock_time",
    "copied_tracks",
    "counted_for_sure",
    "displayed_size",
    "due_at",
    "everything_works",
    "forecast",
    "free_after",
    "free_slug",
    "hash_token",
    "is_final",
    "is_new_forecast",
    "is_news",
    "join_line",
    "judge_clock",
    "judge_open_files",
    "judge_room",
    "judge_skew",
    "members_at_once",
    "mend_video",
    "name_key",
    "newest_first",
    "ordering_of",
    "orphan_upload",
    "pause_after",
    "plan",
    "planned_work",
    "same_standing",
    "search_key",
    "sign_webhook",
    "slugify",
    "storyboard_of",
    "thumbnail_width",
    "title_of_file",
    "verify_webhook",
    "webhook_key",
    "week_start",
    "why_audio_is_encoded",
    "why_not_public",
    "why_video_is_encoded",
    "work_of",
]
