"""What the stores are called with: few ids, names and moments, so that calls meet, and any others."""

from datetime import timedelta

from hypothesis import strategies as st

from tests.integration.differential import Call
from vidcore.catalogue import VideoQuery, VideoSort
from vidcore.details import VideoDetails
from vidcore.invitations import InvitationStatus, hash_token
from vidcore.lifecycle import Status
from vidcore.orders import Order
from vidcore.pages import PAGE_MAX, PageRequest
from vidcore.ports.store import UserQuery
from vidcore.testing import strategies
from vidcore.testing.examples import (
    MICROSECOND,
    NOW,
    PLAN,
    SUNDAY,
    example_category,
    example_config,
    example_delivery,
    example_invitation,
    example_upload,
    example_user,
    example_video,
)
from vidcore.testing.identity import numbered_id
from vidcore.users import Role
from vidcore.webhooks import DeliveryStatus, WebhookEvent

numbers = st.integers(1, 4)
ids = numbers.map(numbered_id)
moments = (
    st.sampled_from([SUNDAY, NOW - MICROSECOND, NOW, NOW + MICROSECOND, NOW + timedelta(days=7)])
    | strategies.moments()
)
names = st.sampled_from(["ada", "ADA", "a_a", "axa", "b.b-b"])
emails = st.sampled_from(
    [
        "ada@example.org",
        "ADA@example.org",
        "straße@x",
        "STRASSE@x",
        "jo\u0308rg@例え.x",
        "jörg@例え.x",
    ]
)
texts = (
    st.sampled_from(["Straße 100%", "STRASSE", "a_b", "aXb", "back\\slash", "sla/sh", "one\ntwo"])
    | st.sampled_from(["É", "E\u0301", "İstanbul", "istanbul", "😀 smile", "ﬁn"])
    | strategies.texts(30, at_least=1)
)
parts = (
    st.none()
    | st.sampled_from(["", "%", "_", "\\", "/", "ss", "SS", "ß", "é", "e\u0301", "I", "i̇", "fi"])
    | texts
)
requests = st.builds(
    PageRequest,
    page=st.sampled_from([1, 1, 2, 3, PAGE_MAX]),
    page_size=st.sampled_from([1, 2, 3, 100]),
)

users = st.builds(
    example_user,
    numbers,
    username=names | strategies.usernames(),
    email=emails | strategies.emails(),
    role=st.sampled_from(Role),
    is_active=st.booleans(),
    created_at=moments,
    token_epoch=st.integers(0, 2**31),
    weekly_upload_bytes=strategies.sizes(),
    last_upload_reset=moments,
)
invitations = st.builds(
    example_invitation,
    numbers,
    email=emails,
    token_hash=numbers.map(str).map(hash_token),
    created_by=st.none() | ids,
    created_at=moments,
    expires_at=moments,
    used_at=st.none() | moments,
)
categories = st.builds(
    example_category,
    numbers,
    name=texts,
    slug=st.sampled_from(["category", "cats", "dogs", "dogs-2"]),
    created_by=st.none() | ids,
    created_at=moments,
)
videos = st.builds(
    example_video,
    numbers,
    numbers.map(example_user),
    title=texts,
    description=st.none() | texts,
    category_id=st.none() | ids,
    file_size_bytes=strategies.sizes(),
    duration_seconds=st.none() | st.floats(0, 1e6),
    width=st.none() | st.integers(1, 8192),
    height=st.none() | st.integers(1, 8192),
    view_count=st.integers(0, 2) | strategies.sizes(),
    status=st.sampled_from(Status),
    progress=st.floats(0, 1),
    error_message=st.none() | texts,
    error_log=st.none() | texts,
    created_at=moments,
    source=st.none() | st.sampled_from(["source-1", "source-2"]),
    media=st.none() | texts,
    thumbnail=st.none() | texts,
    plan=st.none() | st.just(PLAN),
    attempt=st.integers(0, 2**31),
    tries=st.integers(0, 3),
    ready_at=moments,
    lease_until=st.none() | moments,
)
uploads = st.builds(
    example_upload,
    numbers,
    numbers.map(example_user),
    filename=texts,
    details=st.none()
    | st.builds(
        VideoDetails, title=texts, description=st.none() | texts, category_id=st.none() | ids
    ),
    reserved_bytes=strategies.sizes(),
    resumable=st.booleans(),
    created_at=moments,
    expires_at=moments,
    video_id=st.none() | ids,
)
urls = st.sampled_from(["https://example.org/a", "https://example.org/b"])
deliveries = st.builds(
    example_delivery,
    numbers,
    event=st.sampled_from(WebhookEvent),
    url=urls,
    payload=texts,
    status=st.sampled_from(DeliveryStatus),
    attempt=st.integers(0, 2**31 - 1),
    answer=st.none() | texts,
    created_at=moments,
    ready_at=moments,
    ended_at=st.none() | moments,
)
configs = st.builds(
    example_config,
    max_file_size_bytes=strategies.sizes(),
    weekly_upload_limit_bytes=strategies.sizes(),
    video_storage_path=st.none() | texts,
    updated_at=moments,
    updated_by=st.none() | ids,
)
video_queries = st.builds(
    VideoQuery,
    category_id=st.none() | ids,
    uploaded_by=st.none() | ids,
    status=st.none() | st.sampled_from(Status),
    q=parts,
    seen_by=st.none() | ids,
    sort_by=st.sampled_from(VideoSort),
    order=st.sampled_from(Order),
)
user_queries = st.builds(
    UserQuery,
    q=parts,
    role=st.none() | st.sampled_from(Role),
    is_active=st.none() | st.booleans(),
)
addresses = st.sampled_from(["192.0.2.1", "2001:db8::1"])


def calls(
    path: str, *args: st.SearchStrategy[object], **named: st.SearchStrategy[object]
) -> st.SearchStrategy[Call]:
    return st.builds(Call, st.just(path), *args, **named)


CHANGES = st.one_of(
    calls("users.add", users),
    calls("users.save", users),
    calls("users.remove", ids),
    calls("invitations.add", invitations),
    calls("invitations.save", invitations),
    calls("invitations.remove", ids),
    calls("categories.add", categories),
    calls("categories.save", categories),
    calls("categories.remove", ids),
    calls("videos.add", videos),
    calls("videos.save", videos),
    calls("videos.remove", ids),
    calls("uploads.add", uploads),
    calls("uploads.save", uploads),
    calls("uploads.remove", ids),
    calls("config.save", configs),
    calls("deliveries.add", deliveries),
    calls("deliveries.save", deliveries),
    calls("deliveries.forget", delivered_before=moments, others_before=moments),
    calls("login_failures.add", name=names, address=addresses, at=moments),
    calls("login_failures.forget", name=names),
    calls("login_failures.forget_before", moments),
    calls("books.reset_quotas", moments),
    calls("books.claim_run", st.sampled_from(["reset", "tidy"]), st.sampled_from(["1", "2"])),
)
LOOKS = st.one_of(
    calls("users.get", ids),
    calls("users.find", names | emails),
    calls("users.page", user_queries, requests),
    calls("users.active_admin_ids"),
    calls("invitations.get", ids),
    calls("invitations.find", numbers.map(str).map(hash_token)),
    calls("invitations.page", st.none() | st.sampled_from(InvitationStatus), moments, requests),
    calls("categories.get", ids),
    calls("categories.listing"),
    calls("videos.get", ids),
    calls("videos.entry", ids),
    calls("videos.page", video_queries, requests),
    calls("videos.of_uploader", ids),
    calls("videos.next_claimable", moments),
    calls("uploads.get", ids),
    calls("uploads.reserved_bytes", moments, st.none() | ids),
    calls("uploads.expired", moments),
    calls("deliveries.get", ids),
    calls("deliveries.next_claimable", urls, moments),
    calls("config.find"),
    calls("config.get"),
    calls("login_failures.moments", name=names, address=addresses, since=moments),
    calls("books.statistics"),
    calls("books.completed_counts", st.lists(ids, max_size=5)),
    calls("books.source_ids"),
)
