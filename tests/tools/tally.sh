# Counts for the check scripts: source it, call `passes WHAT` or `fails WHAT`, end with `tally`.
# shellcheck shell=sh
passed=0
failed=0

passes() { passed=$((passed + 1)); }

fails() {
    failed=$((failed + 1))
    printf 'FAIL %s\n' "$*" >&2
}

# expect_none WHAT FOUND: fails and shows what was found, unless it is empty.
expect_none() {
    if [ -z "$2" ]; then passes "$1"; else fails "$1
$2"; fi
}

tally() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}
