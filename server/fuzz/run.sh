#!/usr/bin/env bash
# Runs each target for the given number of seconds. Each run continues from the corpus of earlier
# ones in target/fuzz/corpus. A finding ends the run and is stored in target/fuzz/artifacts: correct
# the fault, and add a small form of the input to the seeds.

set -euo pipefail

seconds=${1:?how many seconds for each target}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
build=$target/fuzz
unset CARGO_TARGET_DIR

# The targets use the same versions of all dependencies as the program.
cp "$root/Cargo.lock" "$here/Cargo.lock"
cd "$here"
# The instrumentation needs options that are unstable, and that a stable compiler accepts with this.
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
