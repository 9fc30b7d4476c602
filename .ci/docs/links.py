"""Follows every link of a built book that stays in it: to pages, to their parts, to pictures, styles and scripts.

usage: links.py FOLDER
"""

import pathlib
import sys
import urllib.parse

from bs4 import BeautifulSoup

ROOT = pathlib.Path(sys.argv[1])
# Where each kind of element leads to.
LEADS = {"a": "href", "img": "src", "link": "href", "script": "src"}


def main():
    pages = {path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in sorted(ROOT.rglob("*.html"))}
    names = {path: {e.get("id") or e.get("name") for e in soup.find_all(lambda e: e.get("id") or e.get("name"))} for path, soup in pages.items()}
    broken, followed = [], 0
    for path, soup in pages.items():
        # The page for what is not found lies nowhere, and the one for paper repeats the others.
        if path.name in ("404.html", "print.html"):
            continue
        text = soup.get_text()
        if "{{#" in text:
            broken.append(f"{path}: an include is left")
        for element in soup.find_all(list(LEADS)):
            link = element.get(LEADS[element.name])
            parts = urllib.parse.urlsplit(link or "")
            if not link or parts.scheme or parts.netloc:
                continue
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            followed += 1
            if not target.is_file():
                broken.append(f"{path}: {link} leads nowhere")
            elif parts.fragment and target in names and urllib.parse.unquote(parts.fragment) not in names[target]:
                broken.append(f"{path}: {link} leads to no part of that page")
    print("\n".join(broken) or f"book: {len(pages)} pages, {followed} links lead somewhere")
    sys.exit(1 if broken or followed < 100 else 0)


if __name__ == "__main__":
    main()
