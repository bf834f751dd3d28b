#!/bin/sh
# Runs a command that may mount file systems, which nobody else sees and which go with it.
set -eu
if [ "$(id -u)" = 0 ]; then exec unshare --mount -- "$@"; fi
exec unshare --user --map-current-user --keep-caps --mount -- "$@"
