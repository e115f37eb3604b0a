#!/usr/bin/env python3
"""Style check of the repository: counts patterns in comments that make them hard to read.

usage: words.py [--places]    with --places: print each place of a pattern that is above its limit

Comments are plain English: full sentences with a subject and a verb, and the nouns of the field.
Each pattern below has a limit per 1,000 comment lines, since some uses of it are right. No line of
a comment is longer than 100 columns.

The texts of the console use one word for one thing. SCREEN lists the other words for it.

The rules return facts, and the crates above have the words for them: no text in FACTS is a sentence for
people. Texts for the log, the operator and programmers may be there.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

COLUMNS = 100

# A pattern, its limit per 1,000 comment lines, and what to write instead.
PATTERNS = {
    "what": (
        r"^What\b",
        1.7,
        'Begin with the noun of what the item is, "Length of a key" and not "What a key is long".',
    ),
    "where": (
        r"\b[Ww]here (it|there|that|this|nobody|one|they|a|an|the|no)\b",
        5.0,
        'Write "if" or "when" for a condition, and keep "where" for places.',
    ),
    "told": (
        r"\b(told|tells?|telling)\b",
        1.4,
        'Write "report", "return", "notify" or "show", and name who does it.',
    ),
    "stands": (r"\b(stands?|stood)\b", 0.5, 'Write "is" or "is stored".'),
    "says": (
        r"\b(says?|said)\b",
        6.6,
        'A value "is" or "contains" something, and a header "declares" it; only people say things.',
    ),
    "nobody": (
        r"\b(nobody|somebody)\b",
        0.8,
        "Name the actor: the caller, the server, another node, a member, the operator.",
    ),
    "whoever": (
        r"\b(whoever|Who (is|has|asks|makes|reads|comes|sees|types?|typed|copies|waits|came)\b"
        r"|who (asks|comes|waits|reads|writes|makes))",
        1.7,
        'Name the actor: "a caller that asks" and not "who asks".',
    ),
    "is no": (r"\bis no \w+", 6.4, 'Write "is not a".'),
    "mend": (r"\b(mend(ed|s)?|anew)\b", 0.5, 'Write "correct", "repair" or "again".'),
    "at once": (r"\bat once\b", 3.0, 'Write "immediately", "concurrently" or "in one batch".'),
    "so many": (r"\bso many\b", 1.0, 'Write "this number of", or "the maximum number of".'),
    "of its own": (r"\bof (its|their|her|his) own\b", 5.0, 'Write "its own …", "a separate …" or "another …".'),
    "all the same": (r"\b(all the same|in vain)\b", 0.5, 'Write "nevertheless", "still" or "unnecessarily".'),
}

# Areas, by the beginning of a path; the first that fits counts.
AREAS = ("app/", "server/service/", "server/storage/", "server/console/", "server/files/", "server/web/", "server/src/", "server/tests/", "server/")

# Words that the texts of the console do not use, and the word for the same thing.
SCREEN = (
    (r"calls?|called|calling", "request"),
    (r"refus\w+|turned away", "rejected"),
    (r"answers?|answered", "response"),
    (r"ends?|ended (?=in|on|within)|last day", "expires, expiration"),
    (r"knocks?|still used", "in use"),
    (r"second factors?", "two-factor authentication"),
    (r"whole keys?", "full key"),
    (r"allowed (from|addresses)", "allowed IPs"),
    (r"at once", "immediately, or burst size"),
    (r"withdr\w+", "cancel an invitation"),
    (r"hand(ed)? over", "transfer ownership"),
    (r"passed over", "skipped"),
    (r"mend(s|ed)?", "fix"),
    (r"e-mails?", "email"),
    (r"somebody|anybody|everybody|nobody|whoever", "someone, anyone, everyone"),
)
SCREEN_FOLDERS = (
    "app/domain/src", "app/src/components", "app/src/pages", "app/src/page.rs", "server/console/src",
    "server/files/src/invalid_entry.rs", "server/src/mail", "server/web/src/words",
)
# "End date" of a filter and the like, and ids of elements.
SCREEN_EXCEPTIONS = (
    r"^(End date|End of the inventory|End session|End all( other)? sessions|End (a member's|your) sessions)$|the end of th(?:is|at) day|The end date must|session has ended|a session, end it"
    r"|^expires-end |^file-hint "
)


# The rules.
FACTS = ("server/service/src",)
# Statements whose texts are not for the callers of the rules.
NOT_FOR_PEOPLE = r"tracing::|assert\w*!|panic!|unreachable!|expect(_err)?\(|reason = $|#\[error|Error::(broken|Unavailable)\("
# A capital or a value, a space, and the end of a sentence or a third word.
SENTENCE = re.compile(r"^[“‘]?[A-Z{].*\s.*([.!?]$|\s)", re.S)


def texts(folders):
    """Yields the place of each text in code that is not a test, the text, and the statement up to it."""
    for path in source_files(folders):
        if "/tests" in path:
            continue
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            code = file.read()
        code = code.split("#[cfg(test)]\nmod tests", 1)[0]
        code = re.sub(r"(?m)^[ \t]*//.*$", "", code)
        for literal in re.finditer(r'"((?:[^"\\]|\\.)*)"', code, re.S):
            text = re.sub(r"\\\n\s*", "", literal.group(1))
            statement = re.split(r"[;{}]\s", code[: literal.start()])[-1]
            yield f"{path}:{code.count(chr(10), 0, literal.start()) + 1}", text, statement


def screen_texts():
    for place, text, statement in texts(SCREEN_FOLDERS):
        is_shown = " " in text.strip() or re.match(r"[A-Z ]", text)
        if is_shown and not re.search(r"tracing::|expect\(|reason = $|#\[error|\b(class|href|action|id|name)=$", statement):
            yield place, text


def sentences_of_rules():
    for place, text, statement in texts(FACTS):
        if SENTENCE.search(text.strip()) and not re.search(NOT_FOR_PEOPLE, statement):
            yield place, text


def source_files(folders):
    for folder in folders:
        if folder.endswith(".rs"):
            yield folder
        for base, _, files in os.walk(os.path.join(ROOT, folder)):
            for name in sorted(files):
                if name.endswith(".rs"):
                    yield os.path.relpath(os.path.join(base, name), ROOT)


def comments():
    for top in sorted({area.split("/")[0] for area in AREAS}):
        for base, folders, files in os.walk(os.path.join(ROOT, top)):
            folders[:] = [folder for folder in folders if folder not in ("target", "node_modules")]
            for name in files:
                if not name.endswith(".rs"):
                    continue
                path = os.path.relpath(os.path.join(base, name), ROOT)
                area = next(area for area in AREAS if path.startswith(area))
                with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                    for number, line in enumerate(file, 1):
                        if line.strip().startswith("//"):
                            text = re.sub(r"^//[/!]?\s?", "", line.strip())
                            yield area, f"{path}:{number}", text, len(line.rstrip("\n"))


def main():
    lines = dict.fromkeys(AREAS, 0)
    matches = {(area, name): [] for area in AREAS for name in PATTERNS}
    failed = False
    for area, place, text, columns in comments():
        lines[area] += 1
        if columns > COLUMNS and " " in text:
            failed = True
            print(f"{place} has {columns} columns, at most {COLUMNS}: break the line.", file=sys.stderr)
        for name, (pattern, _, _) in PATTERNS.items():
            matches[area, name] += [f"{place}: {text}" for _ in re.findall(pattern, text)]

    for (area, name), places in matches.items():
        _, limit, advice = PATTERNS[name]
        # One place is always allowed: in a small area it would be a high rate.
        allowed = max(1, int(limit * lines[area] / 1000))
        if len(places) > allowed:
            failed = True
            print(f'{area}: "{name}" in {len(places)} places, at most {allowed}.', file=sys.stderr)
            print(f"    {advice}", file=sys.stderr)
            if "--places" in sys.argv:
                print("\n".join(f"    {place}" for place in places), file=sys.stderr)
    for place, text in screen_texts():
        for pattern, word in SCREEN:
            found = re.search(rf"\b({pattern})\b", text, re.I)
            if found and not re.search(SCREEN_EXCEPTIONS, text):
                failed = True
                print(f'{place}: "{found.group(0)}": the word of the console is "{word}".', file=sys.stderr)

    for place, text in sentences_of_rules():
        failed = True
        print(f'{place}: "{text}": the rules return facts; their words are in server/web and server/files.', file=sys.stderr)

    if failed and "--places" not in sys.argv:
        print(".ci/words.py --places lists the places.", file=sys.stderr)
    sys.exit(failed)


if __name__ == "__main__":
    main()
