#!/usr/bin/env bash
# lint.sh BUILD_DIR JOBS: the format of every file, clang-tidy over every source
# outside the tests, shell and JavaScript syntax. BUILD_DIR is configured; the
# generated headers are built here.
set -euo pipefail
build=$1
jobs=$2

git ls-files '*.cc' '*.h' | xargs clang-format-14 --dry-run -Werror
echo "format: ok"

git ls-files '*.sh' '.ci/run' | while read -r file; do bash -n "$file"; done
git ls-files '*.mjs' | while read -r file; do node --check "$file"; done
echo "scripts: ok"

ninja -C "$build" -j "$jobs" edgeplane_proto edgeplane_proto_grpc edgeplane_storage_sqlite edgeplane_storage_postgres >/dev/null
git ls-files '*.cc' | grep -v '^tests/' |
  xargs -P "$jobs" -n 4 clang-tidy-14 -p "$build" --quiet \
    --extra-arg=-Wno-unknown-warning-option 2> >(grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -' >&2)
echo "clang-tidy: ok"
