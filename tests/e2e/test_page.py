"""The local page in a real browser, beside the deployed stack."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from apns_simulator import SimulatorClient
from local.phones import phone
from local.phones.phone import Phone
from ops.calls import end_webhooks, webhooks
from ops.doctor.end_to_end import end_to_end
from ops.stack.deployed import DeployedStack
from ops.stack.description import StackDescription
from ops.stack.directory import ROOT
from shared.device_tokens import device_hash
from tests.support.drill import FAULTS, World
from tests.support.stack.browser import chromium
from tests.support.stack.calls import a_user

pytestmark = pytest.mark.browser

WITHIN_3_S = 3_000
DESKTOP: ViewportSize = {"width": 1130, "height": 1120}
PHONE: ViewportSize = {"width": 390, "height": 844}
# For what waits for retries or for the end of an invocation.
PATIENTLY = 25_000
SCREENSHOTS = os.environ.get("VOIP_SCREENSHOTS")
"""A directory, given by make screenshot."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def page(browser: Browser, stack: StackDescription, apple: SimulatorClient) -> Iterator[Page]:
    """Live, after a call that has made everything warm. Nothing may be loaded from elsewhere, and nothing may fail."""
    context = browser.new_context(viewport={"width": 1360, "height": 1000}, reduced_motion="reduce")
    shown = context.new_page()
    problems: list[str] = []
    shown.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    shown.on("pageerror", lambda error: problems.append(str(error)))
    shown.on("request", lambda request: problems.append(request.url) if not of_this_page(request.url) else None)

    def of_this_page(url: str) -> bool:
        return url.startswith(stack.page_url + "/")

    shown.goto(stack.page_url)
    expect(shown.locator("#live")).to_have_text("live")
    # With the first reading of the stack, which on a stack with a past takes a moment.
    expect(shown.get_by_role("switch").first).to_be_visible(timeout=PATIENTLY)
    yield shown
    apple.clear_faults()
    context.close()
    assert problems == []


type NewPhone = Callable[[str], Locator]


@pytest.fixture
def new_phone(page: Page) -> NewPhone:
    """A phone by the page's own form; the last one of that user."""

    def add(uid: str, environment: str = "production") -> Locator:
        phones = page.locator(f'.phone[data-uid="{uid}"]')
        before = phones.count()
        page.get_by_role("textbox", name="Whose phone").fill(uid)
        page.get_by_role("combobox", name="APNs environment").select_option(environment)
        page.get_by_role("button", name="Add a phone").click()
        expect(phones).to_have_count(before + 1, timeout=PATIENTLY)
        return page.locator(f'.phone[data-device="{phones.last.get_attribute("data-device")}"]')

    return add


@pytest.fixture
def warm(page: Page, new_phone: NewPhone) -> None:
    """A first call, so that what comes then finds every function warm."""
    uid = a_user()
    mine = new_phone(uid)
    call(page, uid)
    expect(state(mine, "ringing")).to_be_visible(timeout=PATIENTLY)


def call(page: Page, callee: str, **fields: str) -> None:
    form = page.locator("form#call")
    form.get_by_role("textbox", name="From").fill("alice")
    form.get_by_role("combobox", name="To", exact=True).fill(callee)
    form.get_by_role("spinbutton", name="Delivered").fill(fields.get("deliveries", "1"))
    form.get_by_role("spinbutton", name="Cancelled after").fill(fields.get("cancel_after_s", ""))
    form.get_by_role("button", name="Call").click()


def state(of: Locator, name: str) -> Locator:
    return of.and_(of.page.locator(f'[data-state="{name}"]'))


def way_of(page: Page, callee: str) -> Locator:
    """The call to that callee in the list."""
    return page.locator("article.way").filter(has=page.get_by_role("heading", name=f"alice → {callee}", exact=True))


def steps(way: Locator) -> Locator:
    return way.locator(".steps")


def switch_on(page: Page, fault: str, of: Locator, pushes: str) -> None:
    scope = page.locator("form#fault-scope")
    scope.get_by_role("combobox", name="For").select_option(pushes)
    scope.get_by_role("combobox", name="To").select_option(of.get_attribute("data-device") or "")
    page.get_by_role("switch", name=fault).click()
    expect(page.get_by_role("switch", name=fault)).to_be_checked()


@pytest.mark.usefixtures("warm")
def test_a_click_on_call_rings_the_callees_phone_within_3_s(page: Page, new_phone: NewPhone) -> None:
    bob = a_user()
    one, other = new_phone(bob), new_phone(bob)

    call(page, bob)

    expect(state(one, "ringing")).to_be_visible(timeout=WITHIN_3_S)
    expect(one.get_by_role("article", name="ringing: Alice")).to_be_visible()
    expect(page.locator("[aria-live=assertive]")).to_contain_text("Alice is calling")
    expect(state(other, "ringing")).to_be_visible()
    way = way_of(page, bob)
    expect(way.get_by_text("Rang 2 phones after")).to_be_visible()
    expect(way.locator(".bar li")).to_contain_text(["webhook", "queue", "push", "APNs"])
    way.get_by_text("The push as Apple received it").click()
    expect(way.get_by_text("apns-push-type")).to_have_count(2)
    expect(way.get_by_role("group", name="payload")).to_contain_text('"callerName": "Alice"')
    way.get_by_text("With PayloadProfile=expo").click()
    expect(way.get_by_role("group", name="payload, expo")).to_contain_text('"incoming_call"')

    one.get_by_role("button", name="Answer").click()

    expect(state(one, "in-call")).to_be_visible()
    expect(other.get_by_text("Answered on another phone")).to_be_visible(timeout=PATIENTLY)
    one.get_by_role("button", name="End").click()
    expect(one.get_by_text("Call ended")).to_be_visible()


@pytest.mark.usefixtures("warm")
def test_a_duplicate_delivery_rings_once_and_says_so(page: Page, new_phone: NewPhone, apple: SimulatorClient) -> None:
    bob = a_user()
    mine = new_phone(bob)
    sequence = apple.counters()["last_sequence"]

    call(page, bob, deliveries="3")

    expect(state(mine, "ringing")).to_be_visible(timeout=PATIENTLY)
    way = way_of(page, bob)
    expect(way.get_by_text("delivered 3 times and rang once")).to_be_visible(timeout=PATIENTLY)
    expect(way.get_by_text("settled as “duplicate”")).to_have_count(2, timeout=PATIENTLY)
    assert [push["payload"]["receiver"] for push in apple.pushes(after=sequence)] == [bob]


def test_a_cancelled_call_stops(page: Page, new_phone: NewPhone) -> None:
    bob = a_user()
    mine = new_phone(bob)

    call(page, bob, cancel_after_s="2")

    expect(state(mine, "ringing")).to_be_visible(timeout=PATIENTLY)
    expect(state(mine, "idle")).to_be_visible(timeout=PATIENTLY)
    expect(mine.get_by_text("the caller gave up")).to_be_visible()
    expect(way_of(page, bob).get_by_text("then it was cancelled")).to_be_visible()


def test_a_call_cancelled_1_s_after_it_rang_stops_at_the_phones_next_question(
    page: Page, new_phone: NewPhone, stack: StackDescription
) -> None:
    bob = a_user()
    mine = new_phone(bob)
    ringing = webhooks.new_call("alice", bob, "video")
    webhooks.post(stack, webhooks.webhook("documented", ringing, stack.webhook))
    expect(state(mine, "ringing")).to_be_visible(timeout=PATIENTLY)

    time.sleep(1)
    for each in end_webhooks.cancelled("documented", ringing, (), time.time_ns() // 1_000_000, stack.webhook):
        assert webhooks.post(stack, each).status == 200

    expect(mine.get_by_text("the caller gave up")).to_be_visible(timeout=PATIENTLY)
    expect(state(mine, "idle")).to_be_visible()


def test_answered_on_one_phone_the_other_stops_and_the_call_goes_on(page: Page, new_phone: NewPhone) -> None:
    bob = a_user()
    one, other = new_phone(bob), new_phone(bob)
    call(page, bob)
    for each in (one, other):
        expect(state(each, "ringing")).to_be_visible(timeout=PATIENTLY)

    one.get_by_role("button", name="Answer").click()

    expect(other.get_by_text("Answered on another phone")).to_be_visible(timeout=PATIENTLY)
    expect(state(other, "idle")).to_be_visible()
    expect(state(one, "in-call")).to_be_visible()
    expect(one.get_by_role("button", name="End")).to_be_visible()


def test_a_late_push_for_a_cancelled_call_does_not_ring(page: Page, new_phone: NewPhone) -> None:
    bob = a_user()
    mine = new_phone(bob)
    switch_on(page, "503", mine, "")

    call(page, bob, cancel_after_s="1")
    way = way_of(page, bob)
    expect(way.get_by_text("noted: cancelled")).to_be_visible(timeout=PATIENTLY)
    page.get_by_role("switch", name="503").click()

    expect(way.get_by_text("Did not ring: the call had ended (cancelled)")).to_be_visible(timeout=PATIENTLY)
    expect(state(mine, "idle")).to_be_visible()
    expect(steps(way).get_by_text("answered 200")).to_have_count(0)


def test_a_dead_token_disappears_after_its_410(page: Page, new_phone: NewPhone) -> None:
    bob = a_user()
    dead, alive = new_phone(bob), new_phone(bob)
    dead.get_by_role("button", name="Delete app").click()
    expect(dead.get_by_text("App deleted")).to_be_visible()

    call(page, bob)

    expect(dead).to_have_count(0, timeout=PATIENTLY)
    expect(state(alive, "ringing")).to_be_visible()
    expect(steps(way_of(page, bob)).get_by_text("answered 410 Unregistered")).to_be_visible()


def test_a_fault_is_visible_as_retries_and_an_accepted_push(page: Page, new_phone: NewPhone) -> None:
    bob = a_user()
    mine = new_phone(bob)
    switch_on(page, "503", mine, "2")

    call(page, bob)

    expect(state(mine, "ringing")).to_be_visible(timeout=PATIENTLY)
    way = way_of(page, bob)
    expect(steps(way).get_by_text("answered 503 ServiceUnavailable")).to_have_count(2)
    expect(steps(way).get_by_text("answered 200")).to_have_count(1)
    expect(way.get_by_text("accepted by APNs at send 3")).to_be_visible(timeout=PATIENTLY)
    expect(page.get_by_role("switch", name="503")).not_to_be_checked()


def test_a_second_push_of_a_call_shows_no_second_screen(page: Page, new_phone: NewPhone) -> None:
    bob = a_user()
    mine = new_phone(bob)
    switch_on(page, "Silence, but it rings", mine, "1")

    call(page, bob)

    expect(state(mine, "ringing")).to_be_visible(timeout=PATIENTLY)
    expect(mine.get_by_text("2 pushes, one call: the same uuid")).to_be_visible(timeout=PATIENTLY)
    expect(mine.get_by_role("button", name="Answer")).to_have_count(1)


def test_a_call_from_elsewhere_is_seen_by_keyboard_alone(page: Page, stack: StackDescription) -> None:
    """Registered and called by others; declined with the keyboard, on a page as wide as a phone."""
    page.set_viewport_size({"width": 390, "height": 844})
    bob = Phone(a_user(), phone.new_device_token())
    phone.register(stack, bob)
    mine = page.locator(f'.phone[data-device="{device_hash(bob.token)}"]')
    expect(mine).to_be_visible()

    webhooks.post(stack, webhooks.webhook("signed", webhooks.new_call("zoe", bob.uid, "audio"), stack.webhook))

    expect(state(mine, "ringing")).to_be_visible(timeout=PATIENTLY)
    mine.get_by_role("button", name="Decline").focus()
    page.keyboard.press("Enter")
    expect(mine.get_by_text("Declined here")).to_be_visible()
    way = page.locator("article.way").filter(has_text=f"zoe → {bob.uid}")
    expect(way.get_by_text("then it was declined")).to_be_visible(timeout=PATIENTLY)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_group(page: Page, new_phone: NewPhone) -> None:
    bob, carol, guid = a_user(), a_user(), f"group-of-{a_user()}"
    phones = [new_phone(bob), new_phone(carol)]
    page.get_by_role("radio", name="a group").check()
    page.get_by_role("textbox", name="Members").fill(f"{bob}, {carol}")

    call(page, guid)

    for each in phones:
        expect(state(each, "ringing")).to_be_visible(timeout=PATIENTLY)
    way = page.locator("article.way").filter(has_text=f"alice → {guid} (group)")
    expect(way.get_by_text("Rang 2 phones after")).to_be_visible()


def test_what_can_not_be_read_is_said_instead_of_live(
    page: Page, deployed: DeployedStack, apple: SimulatorClient
) -> None:
    with FAULTS["the devices table was deleted"].inject(World(deployed, apple)):
        expect(page.locator("#live")).to_contain_text("table devices does not exist, since", timeout=PATIENTLY)

    expect(page.locator("#live")).to_have_text("live", timeout=PATIENTLY)


def test_a_callee_without_a_phone_is_named_and_doctors_calls_are_hidden(page: Page, deployed: DeployedStack) -> None:
    nobody = a_user()
    call(page, nobody)
    expect(way_of(page, nobody).get_by_text(f"Did not ring: {nobody} has no phone registered")).to_be_visible(
        timeout=PATIENTLY
    )

    test_calls = page.locator("article.way").filter(has_text="make doctor")
    list(end_to_end(deployed))

    tests = page.get_by_role("checkbox", name="test calls of doctor and smoke")
    expect(tests).to_be_visible(timeout=PATIENTLY)
    expect(test_calls).to_have_count(0)
    tests.check()
    expect(test_calls.first).to_be_visible()


@pytest.mark.usefixtures("warm")
def test_on_a_phone_the_first_call_is_on_the_first_screen(page: Page, new_phone: NewPhone) -> None:
    bob = a_user()
    new_phone(bob)
    call(page, bob)
    way = way_of(page, bob)
    expect(way.get_by_text("Rang 1 phone after")).to_be_visible(timeout=PATIENTLY)

    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("scrollTo(0, 0)")

    verdict = way.locator(".verdict").bounding_box()
    assert verdict is not None
    assert verdict["y"] + verdict["height"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.skipif(not SCREENSHOTS, reason="only for make screenshot")
def test_the_scene_of_the_screenshot(page: Page, new_phone: NewPhone) -> None:
    """Two phones of bob, one of them behind an APNs that is overloaded, and a webhook that comes twice."""
    directory = ROOT / Path(SCREENSHOTS or "")
    _, second, _ = new_phone("bob"), new_phone("bob", "sandbox"), new_phone("carol")
    switch_on(page, "503", second, "2")

    call(page, "bob", deliveries="2")

    expect(state(second, "ringing")).to_be_visible(timeout=PATIENTLY)
    expect(way_of(page, "bob").get_by_text("settled as “duplicate”")).to_be_visible(timeout=PATIENTLY)
    for name, size in {"page": DESKTOP, "page-phone": PHONE}.items():
        page.set_viewport_size(size)
        page.evaluate("scrollTo(0, 0)")
        shoot(page, directory / f"{name}.png", "light")
        shoot(page, directory / f"{name}-dark.png", "dark")


@pytest.mark.skipif(not SCREENSHOTS, reason="only for make screenshot")
def test_the_scene_of_the_screenshot_with_a_fault(
    page: Page, new_phone: NewPhone, deployed: DeployedStack, apple: SimulatorClient
) -> None:
    """dave has no phone, erin's APNs refuses the key, and somebody has deleted the devices table."""
    directory = ROOT / Path(SCREENSHOTS or "")
    mine = new_phone("erin")
    call(page, "dave")
    expect(way_of(page, "dave").get_by_text("dave has no phone registered")).to_be_visible(timeout=PATIENTLY)
    switch_on(page, "403", mine, "1")
    call(page, "erin")
    expect(way_of(page, "erin").get_by_text("dead-letter queue").first).to_be_visible(timeout=PATIENTLY)

    with FAULTS["the devices table was deleted"].inject(World(deployed, apple)):
        expect(page.locator("#live")).to_contain_text("does not exist", timeout=PATIENTLY)
        for name, size in {"page-fault": DESKTOP, "page-fault-phone": PHONE}.items():
            page.set_viewport_size(size)
            page.evaluate("scrollTo(0, 0)")
            shoot(page, directory / f"{name}.png", "light")
            shoot(page, directory / f"{name}-dark.png", "dark")


def shoot(page: Page, path: Path, color_scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=color_scheme, reduced_motion="reduce")
    page.screenshot(path=path)
