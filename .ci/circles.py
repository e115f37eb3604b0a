#!/usr/bin/env python3
"""Checks that no modules of one folder depend on each other in a circle.

usage: circles.py [SOURCE …]    each a folder such as server/src; by default those of SOURCES

A module depends on another one if it imports from it, re-exports an item of it, or names a path
into it. A re-export is followed to the module that defines the item. Two modules are compared in
the innermost folder that contains both: if `api::leads::list` uses `http::Json`, then `api` depends
on `http`. A module and its own parent may use each other, and tests may use everything.

`cargo modules dependencies --acyclic` does not replace this: it takes an import of `a::Item` for
one of the item and not of `a`, and it compiles most of rust-analyzer.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The crates without a circle. Add each other one once it has none.
SOURCES = [
    "app/domain/src",
    "app/src",
    "frontend/src",
    "frontend/bundle/src",
    "server/console/src",
    "server/files/src",
    "server/src",
    "server/web/src",
    "server/service/src",
    "server/contract/src",
    "server/testkit/src",
]
# Number of reasons that are printed for each pair of modules.
PRINTED = 3

NOT_CODE = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | r(\#*)".*?"\1 | "(?:\\.|[^"\\])*" | '(?:\\.[^']*|[^\\'])'""",
    re.DOTALL | re.VERBOSE,
)
CHILD = re.compile(r"\bmod (\w+);")
ITEM = re.compile(r"\b(?:struct|enum|union|trait|type|fn|const|static|macro_rules!)\s+(\w+)")
USE = re.compile(r"\buse\s+([^;]+);")
PATH = re.compile(r"(?<![\w:.])\w+(?:::\w+)+")
DEPTH = {"{": 1, "}": -1}


def without_tests(code):
    """Removes each item under `#[cfg(test)]`, up to its semicolon or its closing brace."""
    while "#[cfg(test)]" in code:
        start = code.index("#[cfg(test)]")
        end = re.compile("[;{]|$").search(code, start).end()
        depth = code[start:end].count("{")
        while depth and end < len(code):
            depth += DEPTH.get(code[end], 0)
            end += 1
        code = code[:start] + code[end:]
    return code


def leaves(tree):
    """Returns each path of a `use` with its name in the module: `a::{b, c as d}` has two."""
    head, brace, inner = tree.partition("{")
    path = re.findall(r"\w+|\*", head)
    if not brace:
        return [(path[:-2] if "as" in path else path, path[-1])] if path else []
    result, depth, start = [], 0, 0
    inner = inner[: inner.rindex("}")] + ","
    for position, character in enumerate(inner):
        depth += DEPTH.get(character, 0)
        if character == "," and depth == 0:
            result += [(path + rest, name) for rest, name in leaves(inner[start:position])]
            start = position + 1
    # `a::b::{self}` is `a::b`.
    return [(p[:-1], p[-2]) if p[-1] == "self" and p[1:] else (p, name) for p, name in result]


class Module:
    def __init__(self, file):
        self.file = file.relative_to(ROOT)
        code = NOT_CODE.sub(" ", file.read_text(encoding="utf-8")).replace("r#", "")
        code = without_tests(code)
        self.children = CHILD.findall(code)
        self.items = set(ITEM.findall(code))
        uses = [leaf for tree in USE.findall(code) for leaf in leaves(tree)]
        self.globs = [path[:-1] for path, name in uses if name == "*"]
        self.uses = [path for path, name in uses if name != "*"] + self.globs
        self.names = {name: path for path, name in uses}
        self.paths = [path.split("::") for path in PATH.findall(USE.sub(";", code))]


class Crate:
    def __init__(self, source):
        self.modules = {}
        root = source / "lib.rs"
        self.load((), root if root.exists() else source / "main.rs", source)

    def load(self, name, file, folder):
        module = self.modules[name] = Module(file)
        for child in module.children:
            below, alone = folder / child, folder / f"{child}.rs"
            self.load((*name, child), alone if alone.exists() else below / "mod.rs", below)

    def resolve(self, place, path, inside=False, seen=()):
        """Returns the module with the item of a path that is written in the module `place`, or
        `None` if it is in another crate. `inside`: an earlier part of the path led to `place`."""
        if not path:
            return place
        (head, *rest), module = path, self.modules[place]
        step = {"crate": (), "self": place, "super": place[:-1]}.get(head, (*place, head))
        if step in self.modules:
            return self.resolve(step, rest, True, seen)
        if head in module.items:
            return place
        found = None
        # A name may be imported from a crate of the same name, which would have no end.
        if (place, head) not in seen:
            seen = (*seen, (place, head))
            homes = [self.resolve(place, glob, False, seen) for glob in module.globs]
            homes = [home for home in homes if home and self.resolve(home, [head], False, seen)]
            if head in module.names:
                found = self.resolve(place, module.names[head] + rest, False, seen)
            elif homes:
                found = self.resolve(homes[0], path, True, seen)
        return place if inside and found is None else found

    def folders(self):
        """Returns for each folder which of its modules depend on which, with the reasons."""
        folders = {}
        for name, module in self.modules.items():
            # A path such as `Item::new` adds nothing to the import of `Item`.
            end = lambda path: self.resolve(name, path)
            written = [path for path in module.paths if end(path) != end(path[:1])]
            for path in module.uses + written:
                other = end(path) or ()
                for depth, (here, there) in enumerate(zip(name, other)):
                    if here != there:
                        arrows = folders.setdefault(name[:depth], {}).setdefault(here, {})
                        reason = f"{module.file} uses {'::'.join(path)}"
                        arrows.setdefault(there, {})[reason] = None
                        break
        return folders


def circles(arrows):
    """Returns the largest sets of modules that all depend on each other, directly or not."""

    def reachable(start):
        found, waiting = set(), [start]
        while waiting:
            new = {*arrows.get(waiting.pop(), ())} - found
            found |= new
            waiting += new
        return found

    below = {one: reachable(one) for one in arrows}
    sets = {frozenset(o for o in below[one] if one in below.get(o, ())) for one in below}
    return sorted(sorted(circle) for circle in sets if circle)


def main():
    lines = []
    for source in sys.argv[1:] or SOURCES:
        for folder, arrows in sorted(Crate(ROOT / source).folders().items()):
            for circle in circles(arrows):
                place = "/".join([source, *folder])
                lines.append(f"{place}: {', '.join(circle)} depend on each other:")
                for one, other in [(a, b) for a in circle for b in circle if b in arrows[a]]:
                    reasons = [*arrows[one][other]]
                    more = [f"and {len(reasons) - PRINTED} more"] if reasons[PRINTED:] else []
                    lines.append("\n    ".join([f"  {one} -> {other}", *reasons[:PRINTED], *more]))
    print("\n".join(lines), file=sys.stderr) if lines else None
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
