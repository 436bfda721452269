"""What admins and members do about members, categories, settings and what is their own."""

from playwright.async_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.members import Window
from tests.browser.screens import PASSWORD, set_scene
from tests.integration.running import PASSWORD as ADMIN_PASSWORD
from tests.integration.running import Client, RunningService, register
from tests.integration.samples import Samples


def row(window: Window, text: str) -> Locator:
    return window.page.get_by_role("row").filter(has_text=text)


async def press(place: Locator, name: str) -> None:
    await place.get_by_role("button", name=name).click()


async def test_members_are_promoted_switched_off_and_deleted_with_a_hand_over(
    admin: Client, open_window: Open, clips: Samples
) -> None:
    scene = await set_scene(admin, clips)
    await register(admin, "eve")
    window = await open_window()
    await window.sign_in("admin", ADMIN_PASSWORD)
    await window.go("/admin/members")

    await press(row(window, "eve"), "Make admin")
    await expect(row(window, "eve").get_by_role("button", name="Make member")).to_be_visible()
    await press(row(window, "eve"), "Switch off")
    await expect(row(window, "eve").get_by_text("Switched off")).to_be_visible()
    await press(row(window, "eve"), "Switch on")
    await expect(row(window, "eve").get_by_text("Active")).to_be_visible()
    await press(row(window, "ann@"), "Delete")
    dialog = window.page.get_by_role("dialog")
    await dialog.get_by_label("Videos").select_option("Hand them over to eve")
    await press(dialog, "Delete")
    await expect(window.page.get_by_text("ann is deleted.")).to_be_visible()

    await expect(row(window, "ann@")).to_have_count(0)
    video = await admin("GET", f"/api/videos/{scene.video}")
    assert video.json["uploader"]["username"] == "eve"


async def test_the_last_admin_is_told_why_not(admin: Client, open_window: Open) -> None:
    await register(admin, "ann")
    window = await open_window()
    await window.sign_in("admin", ADMIN_PASSWORD)
    await window.go("/admin/members")
    await window.page.get_by_label("Search by name or e-mail").fill("admin")

    await expect(row(window, "ann@")).to_have_count(0)
    await expect(row(window, "admin@").get_by_text("That is you")).to_be_visible()
    await expect(row(window, "admin@").get_by_role("button")).to_have_count(0)


async def test_categories_come_are_renamed_and_go(admin: Client, open_window: Open) -> None:
    window = await open_window()
    await window.sign_in("admin", ADMIN_PASSWORD)
    await window.go("/admin/categories")
    await window.page.get_by_label("Name").fill("Holidays")
    await press(window.page.locator("main"), "Add")

    await press(row(window, "Holidays"), "Rename")
    await window.page.get_by_role("dialog").get_by_label("Name").fill("Journeys")
    await press(window.page.get_by_role("dialog"), "Save")
    await expect(row(window, "Journeys")).to_be_visible()
    assert [each["name"] for each in (await admin("GET", "/api/categories")).json["items"]] == [
        "Journeys"
    ]
    await press(row(window, "Journeys"), "Delete")
    await press(window.page.get_by_role("dialog"), "Delete")
    await expect(window.page.get_by_text("No categories yet")).to_be_visible()


async def test_settings_hold_at_once_and_what_was_not_changed_stays(
    admin: Client, open_window: Open
) -> None:
    before = (await admin("GET", "/api/admin/config")).json
    window = await open_window()
    await window.sign_in("admin", ADMIN_PASSWORD)
    await window.go("/admin/settings")
    await window.page.get_by_label("Largest file").fill("1.5")
    await press(window.page.locator("main"), "Save")
    await expect(window.page.get_by_text("Saved")).to_be_visible()

    after = (await admin("GET", "/api/admin/config")).json
    assert after["max_file_size_bytes"] == 3 << 29
    kept = ("weekly_upload_limit_bytes", "video_storage_path")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    window.may_fail = True
    await window.page.get_by_label("Folder for videos").fill("not/absolute")
    await press(window.page.locator("main"), "Save")
    await expect(window.page.get_by_label("Folder for videos")).to_have_attribute(
        "aria-invalid", "true"
    )


async def test_an_invitation_is_withdrawn_and_its_link_then_says_so(
    admin: Client, open_window: Open
) -> None:
    invited = await admin("POST", "/api/invitations", json={"email": "bob@example.org"})
    window, guest = await open_window(), await open_window()
    await window.sign_in("admin", ADMIN_PASSWORD)
    await window.go("/admin/invitations")
    await press(row(window, "bob@"), "Withdraw")
    await expect(row(window, "bob@")).to_have_count(0)

    guest.may_fail = True
    await guest.go(f"/register?token={invited.json['token']}")
    await expect(guest.page.get_by_role("heading")).to_have_text("This invitation is not valid")


async def test_a_member_sees_the_own_videos_and_what_is_left_of_the_week(
    admin: Client, open_window: Open, clips: Samples
) -> None:
    await set_scene(admin, clips)
    window = await open_window()
    await window.sign_in("ann", PASSWORD)
    await window.go("/me")

    await expect(window.page.get_by_role("listitem").filter(has_text="By the lake")).to_have_count(
        2
    )
    await expect(window.page.get_by_text("10 GiB of 10 GiB left")).to_be_visible()
    await press(window.page.get_by_role("listitem").filter(has_text="By the lake 1"), "Delete")
    await press(window.page.get_by_role("dialog"), "Delete")
    await expect(window.page.get_by_role("listitem").filter(has_text="By the lake")).to_have_count(
        1
    )


async def test_a_new_password_keeps_this_window_signed_in(admin: Client, open_window: Open) -> None:
    await register(admin, "ann")
    window = await open_window()
    await window.sign_in("ann", PASSWORD)
    await window.go("/account")
    await window.page.get_by_label("Current password").fill(PASSWORD)
    await window.page.get_by_label("New password").fill("another password")
    await press(window.page.locator("main"), "Change password")
    await expect(window.page.get_by_text("The password is changed.")).to_be_visible()

    await window.go("/upload")
    await window.at("upload")
    await window.go("/account")
    await window.page.get_by_label("Language").select_option("de")
    await expect(window.page.get_by_role("heading", name="Konto")).to_be_visible()


async def test_a_failed_video_shows_its_reason_and_is_tried_again(
    service: RunningService, open_window: Open, clips: Samples
) -> None:
    await service.stop()
    await service.start("--no-worker")
    admin = Client(service.url)
    await admin.log_in("admin", ADMIN_PASSWORD)
    answer = await admin.upload(clips("portrait.mp4"), title="Broken")
    path = f"/api/videos/{answer.json['id']}"
    for source in (service.folder / "vidcore-data" / "uploads").iterdir():
        source.write_bytes(bytes(source.stat().st_size))  # as a dying disk would
    window = await open_window()
    await window.sign_in("admin", ADMIN_PASSWORD)
    async with service.beside("worker"):
        failed = await admin.wait_for(path, lambda v: v["processing_status"] == "failed")
        await window.go("/admin/queue")
        await expect(row(window, "Broken")).to_contain_text(failed["error_message"])
    await press(row(window, "Broken"), "Process again")

    await expect(row(window, "Broken").get_by_text("Waiting to be processed.")).to_be_visible()
    await window.go(f"/videos/{answer.json['id']}")
    await expect(window.page.get_by_text("It is next.")).to_be_visible()
