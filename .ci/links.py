#!/usr/bin/env python3
"""Checks the documents of this repository: every page of the book is in its table of contents and exists, and every
relative link, anchor and included file resolves."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "docs/src"
SUMMARY = BOOK / "SUMMARY.md"

FENCE = re.compile(r"^( *)(```+|~~~+).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`]*`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
INCLUDE = re.compile(r"\{\{#include ([^}:]+)\}\}")


def prose(text):
    """The text without its blocks of code, in which nothing is a link."""
    return FENCE.sub("", text)


def anchors(page):
    """The anchors of a page's headings, formed as GitHub and mdBook form them."""
    result = set()
    for heading in re.findall(r"^#+ +(.*?) *$", prose(page.read_text()), re.MULTILINE):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = "".join(c for c in title if c.isalnum() or c in "_- ").replace(" ", "-")
        number = 0
        while (anchor if number == 0 else f"{anchor}-{number}") in result:
            number += 1
        result.add(anchor if number == 0 else f"{anchor}-{number}")
    return result


def faults(page):
    text = page.read_text()
    for target in INCLUDE.findall(text):
        if not (page.parent / target).is_file():
            yield f"includes {target}, which does not exist"
    for target in LINK.findall(CODE.sub("", prose(text))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        target_path = (page.parent / path).resolve() if path else page
        if not target_path.exists():
            yield f"links to {target}, which does not exist"
        elif BOOK in page.parents and BOOK not in target_path.parents:
            yield f"links to {target}, which is not a page of the book"
        elif anchor and anchor not in anchors(target_path):
            yield f"links to {target}, and that page has no such heading"


def main():
    pages = sorted(BOOK.rglob("*.md"))
    listed_pages = [(BOOK / target).resolve() for target in LINK.findall(SUMMARY.read_text())]
    problems = [f"{SUMMARY.relative_to(ROOT)}: {page.relative_to(ROOT)} is listed twice"
                for page in sorted(set(listed_pages)) if listed_pages.count(page) > 1]
    problems += [f"{page.relative_to(ROOT)}: is not listed in SUMMARY.md"
                 for page in pages if page != SUMMARY and page not in listed_pages]
    for page in sorted(ROOT.glob("*.md")) + pages:
        problems += [f"{page.relative_to(ROOT)}: {fault}" for fault in faults(page)]
    print("\n".join(problems), file=sys.stderr) if problems else None
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
