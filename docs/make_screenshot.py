"""Take the pictures of the documents from a running demo district.

    HOTLINE_DEMO_PASSWORD=… .venv/bin/python docs/make_screenshot.py http://127.0.0.1:8000

Writes docs/screenshot.png: the page of a ticket in hand, as the liaison of its unit sees it.
"""
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
PLACE = Path(__file__).parent / "screenshot.png"


def sign_in(page, site, username):
    page.goto(f"{site}/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", os.environ["HOTLINE_DEMO_PASSWORD"])
    page.click("form .btn-primary")
    page.wait_for_load_state("networkidle")


def take(site):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN", timezone_id="Asia/Shanghai")
        sign_in(page, site, "sv")
        page.goto(f"{site}/tickets/?state=handling&urgency=urgent")
        page.click("table a[href^='/tickets/2']")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PLACE)
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
