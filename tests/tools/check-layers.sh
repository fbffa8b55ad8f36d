#!/bin/sh
# The stages call downwards only, as docs/architecture.md draws them, and enter each other through
# the doors in include/openbook/, never through a private header.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

# What each stage may include; files, index and llm do not know each other.
below() {
    case $1 in
    base) echo base ;;
    text) echo base text ;;
    files) echo base text files ;;
    index) echo base text index ;;
    llm) echo base text llm ;;
    shelf) echo base text files index llm shelf ;;
    retrieve) echo base text files index llm shelf retrieve ;;
    answer) echo base text files index llm shelf retrieve answer ;;
    rpc) echo base text files index llm shelf retrieve answer rpc ;;
    cli | main.c) echo base text files index llm shelf retrieve answer rpc cli ;;
    *) return 1 ;;
    esac
}

# upward STAGE FILE...: the include lines that name a door STAGE may not open.
upward() {
    allowed=$(below "$1" | tr ' ' '|')
    shift
    grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]openbook/' /dev/null "$@" |
        grep -vE "[\"<]openbook/($allowed)/[a-z0-9_]+\.h[\">]" || :
}

# private FILE...: includes in quotes that are neither a door nor a header of the same folder, nor
# one of its stage when the folder is the stage's src/STAGE/gen, the programs of its build.
private() {
    for file in "$@"; do
        sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file" |
            while read -r header; do
                case $header in
                openbook/*) [ -f "include/$header" ] || echo "$file: no door $header" ;;
                ../*)
                    case $file in src/*/gen/*) [ -f "${file%/gen/*}/${header#../}" ] && continue ;; esac
                    echo "$file: $header"
                    ;;
                */*) echo "$file: $header" ;;
                *) [ -f "${file%/*}/$header" ] || echo "$file: $header" ;;
                esac
            done
    done
}

for path in src/*; do
    stage=${path#src/}
    if ! below "$stage" >/dev/null; then
        fails "src/$stage is no stage: docs/architecture.md and tests/tools/check-layers.sh name them"
        continue
    fi
    files=$(find "$path" "include/openbook/$stage" -name '*.[ch]' 2>/dev/null || :)
    # shellcheck disable=SC2086 # a list of files
    expect_none "$stage includes from the stages below it only" "$(upward "$stage" $files)"
    # shellcheck disable=SC2086
    expect_none "$stage uses no private header of another stage" "$(private $files)"
done
tally
