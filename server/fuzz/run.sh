#!/usr/bin/env bash
# Searches with each target for so many seconds. What was found before is kept in target/fuzz/corpus and gone on from.
# A finding ends it, and stands in target/fuzz/artifacts: mend the fault, and put a small form of it among the seeds.

set -euo pipefail

seconds=${1:?how many seconds for each target}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
build=$target/fuzz
unset CARGO_TARGET_DIR

# What is searched is what is shipped: the same versions of everything.
cp "$root/Cargo.lock" "$here/Cargo.lock"
cd "$here"
# The instruments are switched on by options that a stable compiler has and hides.
export RUSTC_BOOTSTRAP=1
cargo fuzz build --fuzz-dir . --target-dir "$build"
for file in targets/*.rs; do
    name=$(basename "$file" .rs)
    printf '\n==> %s, for %s seconds\n' "$name" "$seconds"
    mkdir -p "$build/corpus/$name" "$build/artifacts/$name"
    cargo fuzz run --fuzz-dir . --target-dir "$build" "$name" "$build/corpus/$name" "seeds/$name" -- \
        -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=10 -verbosity=0 -print_final_stats=1 \
        -artifact_prefix="$build/artifacts/$name/"
done
