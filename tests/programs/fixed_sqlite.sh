#!/bin/sh
# fixed_sqlite.sh FOLDER: prints the path of a libsqlite3 without the WAL-reset bug, which it builds
# in FOLDER once, of the source that npm's better-sqlite3 carries. WALBENCH_FIXED_SQLITE names one
# that is there already. Without either it fails, and prints why.
set -eu

folder=$1
library=$folder/libsqlite3.so.0
if [ -n "${WALBENCH_FIXED_SQLITE:-}" ]; then
  echo "$WALBENCH_FIXED_SQLITE"
  exit
fi
if [ ! -e "$library" ]; then
  command -v npm >/dev/null || { echo "npm is not installed"; exit 1; }
  command -v cc >/dev/null || { echo "there is no C compiler"; exit 1; }
  mkdir -p "$folder"
  work=$(mktemp -d "$folder/XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  timeout 120 npm pack --silent better-sqlite3@12 >/dev/null 2>&1 ||
    { echo "npm could not fetch better-sqlite3"; exit 1; }
  tar xzf better-sqlite3-*.tgz package/deps/sqlite3
  cc -O1 -w -shared -fPIC -Wl,-soname,libsqlite3.so.0 -o built.so package/deps/sqlite3/sqlite3.c
  mv built.so "$library"
fi
echo "$library"
