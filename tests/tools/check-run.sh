#!/bin/sh
# The test runner itself: what fails, crashes or ends early is counted and shown.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
place="$scratch/빈 칸" # a path may hold blanks
mkdir -p "$place/tests/text" "$place/tests/daemon" "$place/tests/tools" "$place/build/asan/tests/text"
cp tests/run.sh "$place/tests/"

program() { # NAME SCRIPT: a test program that does SCRIPT
    : >"$place/tests/text/$1.c"
    printf '#!/bin/sh\n%s\n' "$2" >"$place/build/asan/tests/text/$1"
    chmod +x "$place/build/asan/tests/text/$1"
}

run() { # ARGUMENT...: sets $status, $output and $last
    status=0
    output=$(cd "$place" && tests/run.sh "$@" 2>&1) || status=$?
    last=$(printf '%s\n' "$output" | tail -n 1)
}

expect() { # STATUS LAST-LINE WHAT
    if [ "$status" -eq "$1" ] && [ "$last" = "$2" ]; then passes "$3"; else fails "$3: $status, $output"; fi
}

program test_good 'echo noise; echo "3 passed, 0 failed"'
run c
expect 0 '3 passed, 0 failed' 'a good program passes'
case $output in *noise*) fails "a good program's output is shown" ;; *) passes ;; esac

program test_skips 'echo "skip  a_case: no 나무"; echo "skip  b: why"; echo "1 passed, 0 failed, 2 skipped"'
run text
expect 0 '4 passed, 0 failed, 2 skipped' 'skipped cases are summed up'
case $output in *'skip  a_case: no 나무'*'skip  b: why'*) passes ;; *) fails "why a case was skipped is not shown" ;; esac

program test_bad 'echo "x.c:3: why"; echo "1 passed, 2 failed"; exit 1'
run text/test_bad
expect 1 '1 passed, 2 failed' 'a single program may be named'
case $output in *'x.c:3: why'*) passes ;; *) fails "a failure's output is not shown" ;; esac

# shellcheck disable=SC2016 # the program's own $$
program test_crash 'echo "1 passed, 0 failed"; kill -SEGV $$'
program test_early 'exit 0'
program test_lies 'echo "5 passed, 0 failed"; exit 3'
run c
expect 1 '5 passed, 5 failed, 2 skipped' 'a crash, an early end and a lie are failures'

run text/test_nothing
if [ "$status" -eq 2 ]; then passes; else fails "an unknown name: $status, $output"; fi
tally
