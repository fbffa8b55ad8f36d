#!/bin/sh
# helptags.sh FILE.txt: prints the tags file for a Vim help text, as :helptags would, so that
# building needs no editor.
set -eu
awk -v file="${1##*/}" '
    {
        n = split($0, word, /[ \t]+/)
        for (i = 1; i <= n; i++)
            if (word[i] ~ /^\*[^*|]+\*$/) {
                tag = substr(word[i], 2, length(word[i]) - 2)
                if (seen[tag]++) {
                    printf "helptags: *%s* stands twice in %s\n", tag, file >"/dev/stderr"
                    failed = 1
                }
                pattern = tag
                gsub(/[\\\/]/, "\\\\&", pattern)
                printf "%s\t%s\t/*%s*\n", tag, file, pattern
            }
    }
    END { exit failed }' "$1" | LC_ALL=C sort
