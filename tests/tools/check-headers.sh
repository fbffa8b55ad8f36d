#!/bin/sh
# Each header compiles alone, and its guard spells its path: include/openbook/base/buf.h has
# OB_BASE_BUF_H.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

msgpack=msgpack
if pkg-config --exists msgpack-c; then msgpack="msgpack-c"; fi
flags=$(pkg-config --cflags libuv libcurl libcjson libxxhash "$msgpack")

for header in $(find include src -name '*.h' | sort); do
    guard=$(echo "$header" | sed 's,^include/openbook/,,; s,^src/,,' | tr 'a-z/.' 'A-Z__')
    case $header in src/*) guard="\(SRC_\)\{0,1\}$guard" ;; esac
    if grep -qx "#ifndef OB_$guard" "$header" && grep -qx "#define OB_$guard" "$header"; then
        passes
    else
        fails "$header: its guard is not OB_$guard"
    fi
    # shellcheck disable=SC2086 # a list of flags
    expect_none "$header does not compile alone" "$(printf '#include "%s"\n' "$PWD/$header" |
        ${CC:-cc} -std=c11 -D_GNU_SOURCE -Iinclude $flags -Wall -Wextra -fsyntax-only -x c - 2>&1)"
done
tally
