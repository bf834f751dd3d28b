#!/bin/bash
# run.sh DIRECTORY FUZZER..: runs each for FUZZ_SECONDS (60), as many at once as
# there are processors. What they find of interest gathers in DIRECTORY/found/;
# inputs that fail are DIRECTORY/NAME-crash-* and the like. Fails on any finding.
set -euo pipefail

directory=$1
shift
seeds=$(cd "$(dirname "$0")" && pwd)/corpus
export directory seeds seconds=${FUZZ_SECONDS:-60}
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1}

run_one() {
  local name=$1
  local found=$directory/found/$name log=$directory/$name.log
  mkdir -p "$found"
  if "$directory/$name" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 -max_len=8192 \
      -artifact_prefix="$directory/$name-" "$found" "$seeds/${name#fuzz_}" >"$log" 2>&1; then
    echo "$name: $(grep -a '^Done' "$log"), nothing found"
    return 0
  fi
  tail -n 60 "$log"
  echo "$name: FAILED, see $log"
  return 1
}
export -f run_one

printf '%s\n' "$@" | xargs -P "$(nproc)" -I {} bash -c 'run_one {}'
