#!/usr/bin/env python3
"""Checks that each partial of style/ styles only its own.

A class belongs to the partial that has a rule for the class alone (`.box { … }`). No two partials of components/ and
pages/ may own the same class, and no rule may style only classes of other partials: its selector must contain something
of its own, as in `.attention > .button`. Rules that are nested in another rule belong to that rule.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

STYLE = Path(__file__).resolve().parent.parent / "style"
CLASS = re.compile(r"\.([a-z][\w-]*)")


def selectors(text):
    """Returns the selectors of all rules that are not nested in another rule."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found, enclosing, current = [], [], ""
    for char in text:
        if char == "{":
            head = current.strip()
            if not head.startswith("@") and all(outer.startswith("@") for outer in enclosing):
                # A comma inside of parentheses does not end a selector.
                found += [part.strip() for part in re.split(r",(?![^(]*\))", head)]
            enclosing.append(head)
            current = ""
        elif char == "}":
            enclosing.pop()
            current = ""
        elif char == ";":
            current = ""
        else:
            current += char
    return found


def main():
    partials = sorted([*STYLE.glob("components/*.css"), *STYLE.glob("pages/*.css")])
    rules = {partial: selectors(partial.read_text()) for partial in partials}
    owners = defaultdict(set)
    for partial, parts in rules.items():
        for part in parts:
            if re.fullmatch(r"\.[a-z][\w-]*", part):
                owners[part[1:]].add(partial)
    faults = [
        f"style: .{name} has rules of its own in {', '.join(str(p.relative_to(STYLE)) for p in sorted(places))}"
        for name, places in owners.items()
        if len(places) > 1
    ]
    for partial, parts in rules.items():
        for part in parts:
            names = CLASS.findall(part)
            if names and all(owners[name] and partial not in owners[name] for name in names):
                faults.append(f"style/{partial.relative_to(STYLE)}: {part} styles only what other partials own")
    imported = set(re.findall(r'url\("([^"]+)"\)', (STYLE / "main.css").read_text()))
    missing = {str(p.relative_to(STYLE)) for p in STYLE.rglob("*.css")} - imported - {"main.css"}
    faults += [f"style/{name} is not imported by style/main.css" for name in sorted(missing)]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
