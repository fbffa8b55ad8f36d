#!/bin/sh
# Calls that this source does without: unbounded or ambiguous string functions, shells, allocation
# around base/mem.c, and requests from the editor that would block it.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

# Comments and string literals may speak of anything; line numbers stay right.
without_comments() {
    awk -v file="$1" '
        {
            line = $0
            gsub(/\\./, "", line)
            gsub(/"[^"]*"/, "\"\"", line)
            out = ""
            while (line != "") {
                if (inside) {
                    end = index(line, "*/")
                    if (!end) { line = ""; break }
                    line = substr(line, end + 2)
                    inside = 0
                } else {
                    start = index(line, "/*")
                    if (!start) { out = out line; break }
                    out = out substr(line, 1, start - 1) " "
                    line = substr(line, start + 2)
                    inside = 1
                }
            }
            sub(/\/\/.*/, "", out)
            printf "%s:%d:%s\n", file, NR, out
        }' "$1"
}

code=$(find src include -name '*.[ch]' | sort | while read -r file; do without_comments "$file"; done)

calls() { # NAME: lines that call it
    printf '%s\n' "$code" | grep -E "(^|[^A-Za-z0-9_.>])$1[[:space:]]*\(" || :
}

for name in strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atof alloca gets system popen; do
    expect_none "$name is called" "$(calls "$name")"
done
for name in malloc calloc realloc free strdup strndup asprintf; do
    expect_none "$name is called outside of base/mem.c" "$(calls "$name" | grep -v '^src/base/mem\.c:' || :)"
done
if [ -d lua ]; then
    for name in rpcrequest 'vim\.wait' 'os\.execute' 'io\.popen' 'vim\.fn\.system'; do
        # Not only as a call: pcall(vim.rpcrequest, ...) waits as long.  :checkhealth writes its report
        # before it returns, so health.lua may wait, with a bound.
        expect_none "lua or plugin uses $name, which would block the editor" \
            "$(grep -rnE "(^|[^A-Za-z0-9_])${name}([^A-Za-z0-9_]|\$)" lua plugin |
                grep -vE '^[^:]*:[0-9]*:[[:space:]]*--|^lua/openbook/health\.lua:[0-9]*:  vim\.wait\(ms,' || :)"
    done
fi
tally
