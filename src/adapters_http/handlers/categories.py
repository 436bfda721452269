"""Categories."""

from http import HTTPStatus

import attrs

from adapters_http.presenting import CategoriesAnswer, CategoryAnswer
from adapters_http.routing import Access, Call, Nothing, route
from adapters_http.schemas import NOT_BLANK, bounded
from vidcore import errors
from vidcore.categories import NAME_MAX


@attrs.frozen(kw_only=True)
class CategoryBody:
    """The name of a category."""

    name: str = attrs.field(
        metadata=bounded(minLength=1, maxLength=NAME_MAX, pattern=NOT_BLANK, examples=["Cooking"])
    )


async def list_categories(call: Call[Nothing, Nothing]) -> CategoriesAnswer:
    """List the categories."""
    entries = await call.use_cases.list_categories()
    return CategoriesAnswer(items=[CategoryAnswer.of(entry) for entry in entries])


async def create_category(call: Call[CategoryBody, Nothing]) -> CategoryAnswer:
    """Make a category."""
    entry = await call.use_cases.create_category(created_by=call.actor.id, name=call.body.name)
    return CategoryAnswer.of(entry)


async def rename_category(call: Call[CategoryBody, Nothing]) -> CategoryAnswer:
    """Rename a category."""
    entry = await call.use_cases.rename_category(category_id=call.ids["id"], name=call.body.name)
    return CategoryAnswer.of(entry)


async def remove_category(call: Call[Nothing, Nothing]) -> None:
    """Delete a category."""
    await call.use_cases.remove_category(call.ids["id"])


ROUTES = (
    route(
        "GET",
        "/api/categories",
        Access.MEMBER,
        list_categories,
        "List the categories by name",
        answer=CategoriesAnswer,
    ),
    route(
        "POST",
        "/api/categories",
        Access.ADMIN,
        create_category,
        "Make a category",
        body=CategoryBody,
        answer=CategoryAnswer,
        status=HTTPStatus.CREATED,
        errors=(errors.CategoryExistsError,),
    ),
    route(
        "PATCH",
        "/api/categories/{id}",
        Access.ADMIN,
        rename_category,
        "Rename a category",
        body=CategoryBody,
        answer=CategoryAnswer,
        errors=(errors.NotFoundError, errors.CategoryExistsError),
    ),
    route(
        "DELETE",
        "/api/categories/{id}",
        Access.ADMIN,
        remove_category,
        "Delete a category; its videos stay, without one",
        status=HTTPStatus.NO_CONTENT,
        errors=(errors.NotFoundError,),
    ),
)
