#!/bin/sh
# What the pages name is there: files and folders of this source (`src/rpc/scan.c`, `pack.c`), functions and
# constants (`ob_doc_new`), test cases (`name_of_a_case_in_words`), and the pages that are linked to; and
# docs/protocol.md names every key on the wire.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

pages=$(ls README.md docs/*.md)
code=$(find src include tests lua plugin Makefile -type f | sort)

prose() { awk '/^ *(```|~~~)/ { fence = !fence; next } !fence' "$1"; } # PAGE without its fences

# quoted PAGE: each word of what stands in backquotes, one a line.
quoted() { prose "$1" | grep -o '`[^`]*`' | tr -d '`' | tr ' ,:;()=' '\n\n\n\n\n\n\n' | sort -u; }

is_there() { # NAME: a path from the top, or below src, tests, lua or docs, or the name of a file
    [ -e "$1" ] || [ -e "$1.c" ] || [ -e "src/$1" ] || [ -e "tests/$1" ] || [ -e "docs/$1" ] ||
        printf '%s\n' "$code" | grep -q "/$1\$"
}

missing_files() { # PAGE
    quoted "$1" | grep -xE '[a-z_-]+\.(c|h|lua|sh)|(src|tests|include|lua|plugin|docs)/[A-Za-z0-9_./-]+' |
        while read -r name; do is_there "$name" || echo "$name"; done
}

missing_names() { # PAGE: functions, structs and constants of ours; the guide to style invents some
    quoted "$1" | grep -xE '(ob|OB)_[A-Za-z0-9_]+' | grep -vxE 'ob__?noun.*|OB_UPPER' | while read -r name; do
        # shellcheck disable=SC2086 # a list of files
        grep -qw -- "$name" $code || echo "$name"
    done
}

missing_cases() { # PAGE: a name of five words or more is that of a case
    quoted "$1" | grep -xE '[a-z0-9]+(_[a-z0-9]+){4,}' | while read -r name; do
        grep -rqw -- "TEST($name)" tests || echo "$name"
    done
}

broken_links() { # PAGE
    prose "$1" | sed 's/`[^`]*`//g' | grep -oE '\]\([^)#]+[)#]' | sed 's/^](//; s/[)#]$//' |
        grep -v '^[a-z]*:' | sort -u |
        while read -r link; do [ -e "$(dirname "$1")/$link" ] || echo "$link"; done
}

# The keys that the server's methods read and their replies and events have.
unknown_keys() {
    cat src/rpc/*.c | tr '\n' ' ' | grep -oE 'ob__(pack_key(_[a-z]+)?|args_[a-z]+)\([^"();]*"[a-z_]+"' |
        sed 's/.*"\([a-z_]*\)"/\1/' | sort -u |
        while read -r key; do grep -qw -- "$key" docs/protocol.md || echo "$key"; done
}

for page in $pages; do
    expect_none "$page names files that are not there" "$(missing_files "$page")"
    expect_none "$page names functions or constants that are not there" "$(missing_names "$page")"
    expect_none "$page names test cases that are not there" "$(missing_cases "$page")"
    expect_none "$page links to what is not there" "$(broken_links "$page")"
done
expect_none 'docs/protocol.md leaves out keys' "$(unknown_keys)"
tally
