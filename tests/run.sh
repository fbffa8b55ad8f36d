#!/bin/sh
# run.sh [WHAT...]: runs the tests that `make` has built, two programs at a time.
#
# WHAT is all (without arguments), checks, c, daemon, lua, a stage (index), one C program
# (index/test_terms), or lua/NAME, which goes to the Lua runner.  A program that fails is printed
# with its output, one that skips cases with a line "skip  CASE: WHY" each.  The last line is
# "N passed, N failed", with ", N skipped" when there were any; status 1 on failure.
#
# Environment: VARIANT (asan) whose programs to run, JOBS (2), OPENBOOK_LIMIT_S (600) seconds for a C
# program, OPENBOOK_DEPS (build/deps).  Test programs get OPENBOOK_BIN, the program, and
# OPENBOOK_TOOLS, the folder of the helper programs.
set -eu
cd "$(dirname "$0")/.."

build=$PWD/build/${VARIANT:-asan}
export OPENBOOK_BIN="$build/openbook" OPENBOOK_TOOLS="$build/tests/tools"
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_stack_use_after_return=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1 suppressions=$PWD/tests/tsan.supp}"
summary='^[0-9]\{1,\} passed, [0-9]\{1,\} failed\(, [0-9]\{1,\} skipped\)\{0,1\}$'

# ---------------------------------------------------------------- one program
# The program's own last line; without one it did not get to its end, which is a failure.
verdict() { # LOG STATUS
    last=$(tail -n 1 "$1" | grep "$summary" || :)
    if [ "$2" -eq 124 ] || [ "$2" -eq 137 ]; then
        echo "took over $limit_s s and was stopped" >>"$1"
    elif [ -z "$last" ]; then
        echo "ended with status $2 before its last line" >>"$1"
    elif [ "$2" -ne 0 ] && [ "${last#*, 0 failed}" != "$last" ]; then
        echo "says that nothing failed and exits with status $2" >>"$1"
    else
        echo "$last"
        return
    fi
    echo '0 passed, 1 failed'
}

run_one() { # RESULTS JOB: "check NAME", "c NAME" or "lua NVIM [NAME]"
    results=$1
    shift
    job=$*
    limit_s=600
    case $1 in
    check) limit_s=300 && set -- "tests/tools/$2" ;;
    c) limit_s=${OPENBOOK_LIMIT_S:-600} && set -- "$build/tests/$2" ;;
    lua) shift && set -- tests/lua/run.sh "$@" ;;
    esac
    log=$(mktemp "$results/log.XXXXXX")
    status=0
    timeout -k 10 "$limit_s" "$@" >"$log" 2>&1 </dev/null || status=$?
    line=$(verdict "$log" "$status")
    echo "$line" >"$log.sum"
    case $line in
    *', 0 failed'*)
        skips=$(sed -n 's/^skip  /      skip  /p' "$log")
        printf 'ok    %s: %s%s\n' "$job" "$line" "${skips:+
$skips}"
        ;;
    *) printf 'FAIL  %s: %s\n%s\n' "$job" "$line" "$(sed 's/^/      /' "$log")" ;;
    esac
}

if [ "${1:-}" = --one ]; then
    shift
    run_one "$@"
    exit 0
fi

# ---------------------------------------------------------------- what to run
problem() { # counts as a failed test, or as a skipped one outside of CI
    if [ "${CI:-}" = true ]; then
        echo "FAIL  $*" >&2
        echo '0 passed, 1 failed' >"$results/problem.sum"
    else
        echo "skip  $*" >&2
        echo '0 passed, 0 failed, 1 skipped' >"$results/problem.sum"
    fi
}

c_jobs() { # PATTERN...: below tests/
    for pattern in "$@"; do
        for source in tests/$pattern.c; do
            [ -e "$source" ] || continue
            name=${source#tests/}
            echo "c ${name%.c}"
        done
    done
}

stage_jobs() {
    for directory in tests/*/; do
        directory=${directory#tests/}
        case $directory in daemon/) ;; *) c_jobs "${directory}test_*" ;; esac
    done
}

lua_jobs() { # [NAME]
    [ -x tests/lua/run.sh ] || return 0
    nvims=$(tests/tools/nvim.sh tests) || problem 'no Neovim: the Lua tests did not run'
    echo "$nvims" | while read -r nvim; do
        [ -z "$nvim" ] || echo "lua \"$nvim\"${1:+ $1}" # a blank at the end would join lines for xargs
    done
    case $(echo "$nvims" | grep -c .) in
    1) problem 'only one Neovim: the Lua tests want the oldest and the newest' ;;
    esac
}

check_jobs() {
    for script in tests/tools/check-*.sh; do
        echo "check ${script##*/}"
    done
}

jobs_of() {
    case $1 in
    all) check_jobs && lua_jobs && c_jobs 'daemon/test_*' && stage_jobs ;; # the longest first
    checks) check_jobs ;;
    c) stage_jobs ;;
    lua) lua_jobs ;;
    lua/*) lua_jobs "${1#lua/}" ;;
    */*) c_jobs "$1" ;;
    *) c_jobs "$1/test_*" ;;
    esac
}

results=$(mktemp -d "${TMPDIR:-/tmp}/openbook-run.XXXXXX")
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT TERM
[ $# -gt 0 ] || set -- all
for what in "$@"; do
    jobs_of "$what"
done >"$results/jobs"
if [ ! -s "$results/jobs" ] && [ ! -e "$results/problem.sum" ]; then
    echo "run.sh: there is no test called $* (see the head of tests/run.sh)" >&2
    exit 2
fi

# One line of words a job; xargs splits them and takes the quotes of a path that holds blanks.
xargs -P "${JOBS:-2}" -L 1 tests/run.sh --one "$results" <"$results/jobs"

cat "$results"/*.sum | awk '
    { passed += $1; failed += $3; skipped += $5 }
    END {
        printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
        exit failed > 0
    }'
