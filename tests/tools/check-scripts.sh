#!/bin/sh
# Shell scripts pass shellcheck, where it is installed, and no test waits by sleeping: it waits for
# an event, with a deadline.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

scripts=$(find tests .ci -type f | while read -r file; do
    case $file in tests/traces/*) ;; *.sh | .ci/*) echo "$file" ;; esac # what traces were made of
done | sort)

for script in $scripts; do
    if [ "$script" != tests/tools/tally.sh ] && [ ! -x "$script" ]; then
        fails "$script cannot be executed"
    elif command -v shellcheck >/dev/null; then
        expect_none "shellcheck complains about $script" "$(shellcheck -x "$script" 2>&1 || :)"
    else
        expect_none "$script is no shell script" "$(sh -n "$script" 2>&1 || :)"
    fi
done
expect_none 'a test sleeps' "$(grep -rnE '(^|[^A-Za-z0-9_])(sleep|usleep|nanosleep|uv_sleep|uv\.sleep|vim\.uv\.sleep)[[:space:]]*(\(|[0-9.])' \
    tests --include='*.c' --include='*.h' --include='*.lua' --include='*.sh' | grep -v '^tests/tools/check-scripts\.sh:' || :)"
tally
