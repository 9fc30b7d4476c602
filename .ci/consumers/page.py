"""Opens the page in a headless browser, and uses it as people do.

usage: page.py PAGE BROWSER
"""

import pathlib
import re
import sys

from playwright.sync_api import sync_playwright

PAGE = pathlib.Path(sys.argv[1]).resolve()
BROWSER = sys.argv[2]


def need(condition, words):
    if not condition:
        sys.exit(f"html: {words}")


def luminance(colour):
    channels = [int(n) / 255 for n in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def look(browser, scheme, width, html):
    # A phone's browser lays a page out for a desk if the page does not speak of phones.
    phone = width < 600
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800}, is_mobile=phone, has_touch=phone)
    page = context.new_page()
    problems = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.on("dialog", lambda d: (problems.append(f"dialog {d.message}"), d.dismiss()))
    page.on("request", lambda r: problems.append(f"request {r.url}") if not r.url.startswith("file:") else None)
    page.goto(html.as_uri())
    return context, page, problems


def check_layout(page, width):
    wide = page.evaluate("document.documentElement.scrollWidth")
    need(wide <= width, f"{wide} pixels on a screen of {width}")


def check_contrast(page):
    colours = page.evaluate(
        """() => [...document.querySelectorAll('p, h3, .dim, .error, .warning, .note, a, code')].slice(0, 400).map(e => {
            let back = e;
            while (back && getComputedStyle(back).backgroundColor === 'rgba(0, 0, 0, 0)') back = back.parentElement;
            return [getComputedStyle(e).color, back ? getComputedStyle(back).backgroundColor : 'rgb(255,255,255)', e.outerHTML.slice(0, 80)];
        })"""
    )
    for text, back, element in colours:
        need(contrast(text, back) >= 4.5, f"contrast of {contrast(text, back):.1f} in {element}")


def check_keyboard(page):
    """Every control is reached by the tab key, and works by the keyboard alone."""
    page.keyboard.press("Tab")
    need(page.evaluate("document.activeElement.className") == "skip", "the first stop is not the skip link")
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        need(page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", "the focus cannot be seen")
        if page.evaluate("document.activeElement.id") == "show-warning":
            break
    need("show-warning" in reached, f"the tab key does not reach the filter, but {reached}")
    shown = page.locator("article.is-warning:visible").count()
    page.keyboard.press("Space")
    need(page.locator("article.is-warning:visible").count() == 0, "the filter hides nothing")
    page.keyboard.press("Space")
    need(page.locator("article.is-warning:visible").count() == shown, "the filter does not show again")


def check_contents(page):
    links = [link.get_attribute("href") for link in page.locator("nav a").all()]
    need(len(links) >= 3, f"the contents have {len(links)} links")
    for link in links:
        page.locator(f'nav a[href="{link}"]').click()
        need(page.locator(link).evaluate("e => Math.abs(e.getBoundingClientRect().top) < innerHeight"), f"{link} leads nowhere")


def check_map(page):
    cells = page.locator(".cells > *").count()
    need(cells >= 1000, f"the map has {cells} cells")
    for link in page.locator(".cells > a").all()[:5]:
        target = link.get_attribute("href")
        need(page.locator(target).count() == 1, f"{target} leads nowhere")
        need(link.get_attribute("aria-label"), "a cell without a name")


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for width in (360, 1280):
                context, page, problems = look(browser, scheme, width, PAGE)
                need(page.locator("h1").count() == 1 and page.locator("main").count() == 1, "no heading or no main part")
                check_layout(page, width)
                check_contrast(page)
                check_keyboard(page)
                check_contents(page)
                check_map(page)
                page.screenshot(path=str(PAGE.with_name(f"html-{scheme}-{width}.png")), full_page=True)
                need(not problems, f"{problems[:3]}")
                context.close()
        # A script in the page does not run, even if it gets in.
        broken = PAGE.with_name("html-broken.html")
        text = PAGE.read_text(encoding="utf-8")
        broken.write_text(text.replace("<h1>", "<img src=x onerror=alert(1)><script>alert(2)</script><h1>", 1), encoding="utf-8")
        context, page, problems = look(browser, "light", 1280, broken)
        page.wait_for_timeout(200)
        need(problems, "a foreign script and image go unnoticed")
        need(not any(p.startswith("dialog") for p in problems), "a foreign script runs")
        context.close()
        browser.close()
    print("html: readable on a phone and a desk, light and dark, by keyboard; foreign scripts do not run")


if __name__ == "__main__":
    main()
