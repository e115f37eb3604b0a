#!/usr/bin/env bash
# Offers the git hook that checks commit messages. It does not change any setting.

source "$(dirname "$0")/say.sh"
cd "$root"

have git && git rev-parse --git-dir >/dev/null 2>&1 || exit 0
[ "$(git config core.hooksPath || true)" = .githooks ] && exit 0
say "To have git check your commit messages, run: git config core.hooksPath .githooks"
