#!/usr/bin/env bash
# Installs what is missing of deploy/packages.txt, Node.js, and the npm packages
# of the end-to-end tests. Does nothing, quickly, when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "setup: packages are missing, and there is no sudo: run 'make setup' once as root" >&2
    exit 1
  fi
}

missing=()
while read -r package; do
  case "$package" in '' | '#'*) continue ;; esac
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done <deploy/packages.txt
# Any Node.js from 18 on will do, wherever it comes from.
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)

if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -q
  as_root apt-get install -y -q --no-install-recommends "${missing[@]}"
  # The package starts a Prometheus of its own; only promtool is wanted here.
  if [[ " ${missing[*]} " == *" prometheus "* ]] && [ -d /run/systemd/system ]; then
    as_root systemctl disable --now prometheus prometheus-node-exporter 2>/dev/null || true
  fi
  # As does this one; the tests make a server of their own.
  if [[ " ${missing[*]} " == *" postgresql-15 "* ]] && [ -d /run/systemd/system ]; then
    as_root systemctl disable --now postgresql 2>/dev/null || true
  fi
fi

lock=tests/e2e/package-lock.json
mark=tests/e2e/node_modules/.package-lock.json
if [ ! -e "$mark" ] || [ "$lock" -nt "$mark" ]; then
  echo "setup: installing the npm packages of the end-to-end tests"
  npm ci --prefix tests/e2e --no-audit --no-fund --no-update-notifier
  touch "$mark"
fi
