#!/bin/sh
# lint.sh FILE.c... -- COMPILER-FLAG...
#
# Runs clang-tidy (as .clang-tidy says) and cppcheck on the C sources and luacheck on the Lua ones,
# those of them that are installed.  Status 1 when one of them complains.
set -eu
cd "$(dirname "$0")/../.."

files=''
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    files="$files $1"
    shift
done
[ $# -eq 0 ] || shift
status=0

have() {
    command -v "$1" >/dev/null && return
    echo "lint: no $1 here, left out" >&2
    return 1
}

if have clang-tidy; then
    # shellcheck disable=SC2086 # a list of files
    printf '%s\n' $files | xargs -P "${JOBS:-2}" -I FILE clang-tidy --quiet FILE -- "$@" 2>/dev/null || status=1
fi
if have cppcheck; then
    # shellcheck disable=SC2086
    cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
        --suppress=missingInclude -Iinclude $files || status=1
fi
if have luacheck; then
    for directory in lua plugin tests/lua; do
        [ ! -d "$directory" ] || luacheck --quiet "$directory" || status=1
    done
fi
exit "$status"
