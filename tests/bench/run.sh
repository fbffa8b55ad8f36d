#!/bin/sh
# run.sh [DIR [QUESTIONS]]: how long openbook takes to index DIR (this source) and to search it.
#
# QUESTIONS holds one a line (tests/golden/source.tsv: what stands before the tab).  The index is
# built from nothing in a place of its own.  The times of the searches are the daemon's own, from the
# bytes of the question to spans and snippets.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd -P)
dir=$(cd "${1:-$here}" && pwd -P)
questions=${2:-$here/tests/golden/source.tsv}
program=${OPENBOOK_BIN:-$here/build/openbook}

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -m 700 "$place/run"
export XDG_CACHE_HOME="$place/cache" XDG_STATE_HOME="$place/state" XDG_RUNTIME_DIR="$place/run"
unset OPENBOOK_SOCKET

# A number out of a flat JSON object.
number() { sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*\([0-9.]*\).*/\1/p'; }

stats=$("$program" index --no-daemon --root "$dir" --stats | tr -d '\n')
printf '%s\n' "$dir"
for name in files bytes passages terms definitions index_bytes cpu_ms wall_ms peak_rss_kb; do
    printf '  %-12s %12s\n' "$name" "$(printf '%s\n' "$stats" | number "$name")"
done

cut -f 1 "$questions" | grep -v '^#' | grep . |
    awk '{ gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); printf "{\"id\": %d, \"query\": \"%s\"}\n", NR, $0 }' >"$place/once"
cat "$place/once" "$place/once" "$place/once" "$place/once" "$place/once" >"$place/queries.jsonl"
"$program" search --no-daemon --root "$dir" --queries "$place/queries.jsonl" | number took_us | sort -n |
    awk '
        { us[NR] = $1; sum += $1 }
        END {
            if (!NR) { print "no search came back" >"/dev/stderr"; exit 1 }
            printf "  %-12s %12d\n", "searches", NR
            printf "  %-12s %12.3f\n", "mean_ms", sum / NR / 1000
            printf "  %-12s %12.3f\n", "median_ms", us[int((NR + 1) / 2)] / 1000
            printf "  %-12s %12.3f\n", "p95_ms", us[int((NR * 95 + 99) / 100)] / 1000
            printf "  %-12s %12.3f\n", "slowest_ms", us[NR] / 1000
        }'
