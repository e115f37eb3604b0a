#!/usr/bin/env python3
"""Checks that the documents for engineers name only things that exist.

- Each relative link of each document leads to a file or a folder.
- Each path in backticks, such as `server/src/router/mod.rs` or `visitor.rs`, exists.
- Each identifier in backticks, such as `Node::propagate`, occurs in the source, and in the file
  whose path follows it.
- Each decision record has the sections of a record, 15 to 40 lines and a place in the index, and
  each citation, such as "decision 6", is the number of a record.
- ARCHITECTURE.md, the map, has at most 150 lines, and CHANGELOG.md at most 120.

docs/src is a book, whose links the book's builder checks.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKIPPED = {".git", "target", "node_modules", "data", "test-results", "playwright-report"}
SOURCES = (".rs", ".sql", ".py", ".sh", ".toml", ".js", ".mjs", ".ts", ".yml", "Makefile")
SECTIONS = ["## Context", "## Decision", "## Consequences"]
LINES = {"ARCHITECTURE.md": 150, "CHANGELOG.md": 120}
# Documents whose backticks name parts of this repository; those of other documents name commands,
# settings and fields of the API.
MAPS = ("ARCHITECTURE.md", "CONTRIBUTING.md", "docs/decisions/")


def walk():
    for base, folders, files in os.walk(ROOT):
        folders[:] = [folder for folder in folders if folder not in SKIPPED]
        for name in folders + files:
            yield os.path.relpath(os.path.join(base, name), ROOT)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def links(document, text):
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:|#", target):
            continue
        path = os.path.join(ROOT, os.path.dirname(document), target.split("#")[0])
        if not os.path.exists(path):
            yield f"the link to {target} leads nowhere"


def names(text, paths, words):
    basenames = {os.path.basename(path) for path in paths}
    folders = {path.split("/")[0] for path in paths if "/" in path}
    for name in re.findall(r"`([^`\n]+)`", text):
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", name) and name.split("/")[0] in folders:
            if name.rstrip("/") not in paths:
                yield f"the path {name} does not exist"
        elif re.fullmatch(r"\w+\.(rs|sql|py|sh|toml|js|ts)", name):
            if name not in basenames:
                yield f"no file has the name {name}"
        elif re.fullmatch(r"[A-Za-z_]\w*(::\w+)*(\(\))?", name):
            missing = [word for word in re.findall(r"\w+", name) if word not in words]
            if missing:
                yield f"{name} does not occur in the source"


def places(text, sources):
    """Checks names that are followed by their file: `spend` (`server/service/src/limit/mod.rs`)."""
    pattern = r"`(\w+(?:::\w+)*)`,?\s+\(?`([\w./-]+/[\w.-]+\.\w+)`"
    for name, path in re.findall(pattern, text):
        last = name.split("::")[-1]
        if path in sources and not re.search(rf"\b{last}\b", sources[path]):
            yield f"{path} does not contain {last}"


def records(numbers):
    folder = "docs/decisions"
    index = read(f"{folder}/README.md")
    for number, path in sorted(numbers.items()):
        text = read(path)
        if os.path.basename(path) not in index:
            yield path, f"the record is missing in {folder}/README.md"
        if not text.startswith(f"# {number}. "):
            yield path, f"the title does not begin with the number {number}"
        if [line for line in text.split("\n") if line.startswith("## ")] != SECTIONS:
            yield path, f"the sections are not {', '.join(SECTIONS)}"
        if not 15 <= text.count("\n") <= 40:
            yield path, f"the record has {text.count(chr(10))} lines instead of 15 to 40"


def faults():
    paths = set(walk())
    words, sources = set(), {}
    for path in paths:
        if path.endswith(SOURCES) and os.path.isfile(os.path.join(ROOT, path)):
            text = read(path)
            words.update(re.findall(r"\w+", text))
            sources[path] = text
    documents = {
        path: read(path)
        for path in paths
        if path.endswith(".md") and not path.startswith(("docs/src/", "server/src/"))
    }
    numbers = {}
    for path in documents:
        record = re.fullmatch(r"docs/decisions/(\d{4})-[a-z0-9-]+\.md", path)
        if record:
            numbers[int(record[1])] = path
    yield from records(numbers)
    for path, text in documents.items():
        for fault in links(path, text):
            yield path, fault
        if path.startswith(MAPS):
            for fault in [*names(text, paths, words), *places(text, sources)]:
                yield path, fault
        if text.count("\n") > LINES.get(path, sys.maxsize):
            yield path, f"the document has more than {LINES[path]} lines"
    for path, text in {**documents, **sources}.items():
        for number in re.findall(r"\b[Dd]ecision\s+(\d+)\b", text):
            if int(number) not in numbers:
                yield path, f"there is no record of decision {number}"


def main():
    problems = sorted(faults())
    for path, fault in problems:
        print(f"{path}: {fault}", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
