# mypy: ignore-errors
# Its packages are not those of the rest, where types are checked.
"""The stack that the seed of this project planned, as a small service of its own.

    python seed_plan.py fill DATABASE MEDIA VIDEOS     make a database, with videos that have that file
    python seed_plan.py serve DATABASE PORT            one process of uvicorn, as it comes

FastAPI, SQLAlchemy's asynchronous ORM on aiosqlite, JWTs by python-jose, passwords by passlib: written
as their documentation does it, without what would slow it down (the relations are loaded by the query
itself, and uvicorn has uvloop and httptools). It stands alone: its packages are in seed_plan.txt.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query, status
from fastapi.responses import FileResponse
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt
from passlib.context import CryptContext
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship

SECRET = "a secret of a benchmark, which is no secret"  # noqa: S105 - of a database that is thrown away
ALGORITHM = "HS256"
LIFE = timedelta(days=1)
PASSWORD = "a password of the first admin"  # noqa: S105 - as that of the service beside it
PEOPLE, CATEGORIES = 10, 5

passwords = CryptContext(schemes=["bcrypt"], deprecated="auto")
bearer = OAuth2PasswordBearer(tokenUrl="/api/auth/login")


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """A member."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    username: Mapped[str] = mapped_column(unique=True, index=True)
    password_hash: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime]
    is_active: Mapped[bool] = mapped_column(default=True)
    weekly_upload_bytes: Mapped[int] = mapped_column(default=0)
    last_upload_reset: Mapped[datetime | None]
    videos: Mapped[list["Video"]] = relationship(back_populates="uploader")


class Category(Base):
    """A category."""

    __tablename__ = "categories"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    videos: Mapped[list["Video"]] = relationship(back_populates="category")


class Video(Base):
    """A video."""

    __tablename__ = "videos"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str | None]
    filename: Mapped[str | None]
    thumbnail_filename: Mapped[str | None]
    original_filename: Mapped[str]
    file_size_bytes: Mapped[int]
    duration_seconds: Mapped[float | None]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    view_count: Mapped[int] = mapped_column(default=0)
    processing_status: Mapped[str]
    error_message: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    uploader: Mapped[User] = relationship(back_populates="videos")
    category: Mapped[Category | None] = relationship(back_populates="videos")


class Shown(BaseModel):
    """What is read from an object of the ORM."""

    model_config = ConfigDict(from_attributes=True)


class UploaderResponse(Shown):
    """Who uploaded a video."""

    id: int
    username: str


class CategoryResponse(Shown):
    """The category of a video."""

    id: int
    name: str
    slug: str


class VideoResponse(Shown):
    """A video."""

    id: int
    title: str
    description: str | None
    filename: str | None
    thumbnail_filename: str | None
    original_filename: str
    file_size_bytes: int
    duration_seconds: float | None
    uploaded_by: int
    uploader: UploaderResponse
    category_id: int | None
    category: CategoryResponse | None
    view_count: int
    processing_status: str
    error_message: str | None
    created_at: datetime


class VideoPage(BaseModel):
    """A page of videos."""

    items: list[VideoResponse]
    total: int
    page: int
    page_size: int
    pages: int


class LoginRequest(BaseModel):
    """Who wants a token."""

    username: str
    password: str


class TokenResponse(BaseModel):
    """A token."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the name of a scheme


class Database:
    """Where the sessions of requests come from."""

    sessions: async_sessionmaker[AsyncSession]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Give a session of the database."""
    async with Database.sessions() as session:
        yield session


Db = Annotated[AsyncSession, Depends(get_db)]


async def get_current_user(token: Annotated[str, Depends(bearer)], db: Db) -> User:
    """Give whose token it is."""
    refused = HTTPException(status.HTTP_401_UNAUTHORIZED, "Could not validate credentials")
    try:
        payload = jwt.decode(token, SECRET, algorithms=[ALGORITHM])
    except JWTError:
        raise refused from None
    user = await db.get(User, payload["user_id"])
    if user is None:
        raise refused
    return user


async def get_current_active_user(user: Annotated[User, Depends(get_current_user)]) -> User:
    """Give whose token it is, if the account is active."""
    if not user.is_active:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Inactive user")
    return user


Actor = Annotated[User, Depends(get_current_active_user)]

app = FastAPI()


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that it serves."""
    return {"status": "ok"}


@app.post("/api/auth/login")
async def login(body: LoginRequest, db: Db) -> TokenResponse:
    """Log in."""
    user = await db.scalar(select(User).where(User.username == body.username))
    if user is None or not await asyncio.to_thread(
        passwords.verify, body.password, user.password_hash
    ):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Incorrect username or password")
    payload = {
        "user_id": user.id,
        "username": user.username,
        "role": user.role,
        "exp": datetime.now(UTC) + LIFE,  # noqa: TID251 - no part of vidcore
    }
    return TokenResponse(access_token=jwt.encode(payload, SECRET, algorithm=ALGORITHM))


@app.get("/api/videos")
async def list_videos(  # noqa: PLR0913, PLR0917 - the parameters of the query
    _: Actor,
    db: Db,
    page: Annotated[int, Query(ge=1)] = 1,
    page_size: Annotated[int, Query(ge=1, le=100)] = 10,
    category_id: int | None = None,
    uploaded_by: int | None = None,
    sort_by: Literal["created_at", "view_count"] = "created_at",
    order: Literal["asc", "desc"] = "desc",
) -> VideoPage:
    """List the videos."""
    query = select(Video)
    if category_id is not None:
        query = query.where(Video.category_id == category_id)
    if uploaded_by is not None:
        query = query.where(Video.uploaded_by == uploaded_by)
    total = await db.scalar(select(func.count()).select_from(query.subquery())) or 0
    key = Video.created_at if sort_by == "created_at" else Video.view_count
    found = await db.scalars(
        query.options(joinedload(Video.uploader), joinedload(Video.category))
        .order_by(key.desc() if order == "desc" else key.asc())
        .offset((page - 1) * page_size)
        .limit(page_size)
    )
    return VideoPage(
        items=[VideoResponse.model_validate(each) for each in found],
        total=total,
        page=page,
        page_size=page_size,
        pages=-(-total // page_size),
    )


async def _video(db: AsyncSession, video_id: int) -> Video:
    video = await db.scalar(
        select(Video)
        .where(Video.id == video_id)
        .options(joinedload(Video.uploader), joinedload(Video.category))
    )
    if video is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Video not found")
    return video


@app.get("/api/videos/{video_id}")
async def show_video(video_id: int, _: Actor, db: Db) -> VideoResponse:
    """Show a video."""
    return VideoResponse.model_validate(await _video(db, video_id))


@app.get("/api/videos/{video_id}/stream")
async def stream(video_id: int, _: Actor, db: Db) -> FileResponse:
    """Send the file, or a range of it, as Starlette does."""
    video = await _video(db, video_id)
    return FileResponse(video.filename or "", media_type="video/mp4")


def open_database(path: str) -> None:
    """Let requests use the database."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    Database.sessions = async_sessionmaker(engine, expire_on_commit=False)


async def fill(path: str, media: str, videos: int) -> None:
    """Make the database, with an admin, members, categories and videos."""
    open_database(path)
    now = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 - no part of vidcore
    async with Database.sessions() as db:
        connection = await db.connection()
        await connection.run_sync(Base.metadata.create_all)
        hashed = passwords.hash(PASSWORD)
        db.add_all(
            User(
                id=number + 1,
                email=f"member-{number}@example.org",
                username="admin" if number == 0 else f"member-{number}",
                password_hash=hashed,
                role="admin" if number == 0 else "user",
                created_at=now,
            )
            for number in range(PEOPLE)
        )
        db.add_all(
            Category(id=number + 1, name=f"Category {number}", slug=f"c-{number}", created_at=now)
            for number in range(CATEGORIES)
        )
        await db.flush()
        db.add_all(
            Video(
                id=number + 1,
                title=f"Video {number}",
                description=f"{number}: " + "word " * 40,
                filename=media,
                thumbnail_filename=f"{number}.jpg",
                original_filename="holiday.mp4",
                file_size_bytes=1_000_000,
                duration_seconds=12.5,
                uploaded_by=number % PEOPLE + 1,
                category_id=number % CATEGORIES + 1,
                processing_status="completed",
                created_at=now + timedelta(seconds=number),
            )
            for number in range(videos)
        )
        await db.commit()


def main(command: str, database: str, *arguments: str) -> None:
    """Do what the command line says."""
    if command == "fill":
        asyncio.run(fill(database, arguments[0], int(arguments[1])))
    else:
        open_database(database)
        uvicorn.run(app, host="127.0.0.1", port=int(arguments[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
