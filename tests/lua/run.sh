#!/bin/sh
# run.sh NVIM [NAME [CASE]]: runs tests/lua/test_*.lua in the Neovim NVIM, each case in child editors
# of its own (tests/lua/child.lua).  NAME is one file (answer), CASE a part of a case's name.
# The last line is "N passed, N failed".  Environment: OPENBOOK_BIN, OPENBOOK_TOOLS.
set -eu
cd "$(dirname "$0")/../.."

[ $# -gt 0 ] || {
    echo 'usage: tests/lua/run.sh NVIM [NAME [CASE]]' >&2
    exit 2
}
nvim=$1
shift
export OPENBOOK_BIN="${OPENBOOK_BIN:-$PWD/build/asan/openbook}"
export OPENBOOK_TOOLS="${OPENBOOK_TOOLS:-$PWD/build/asan/tests/tools}"
# Sockets have short names only, so nothing deep; everything that the cases leave is below it.
OPENBOOK_SCRATCH=$(mktemp -d /tmp/ob-lua.XXXXXX)
export OPENBOOK_SCRATCH
trap 'rm -rf "$OPENBOOK_SCRATCH"' EXIT
trap 'exit 130' INT TERM
# The runner is an editor too: it must not find the user's files.
export HOME="$OPENBOOK_SCRATCH" XDG_CONFIG_HOME="$OPENBOOK_SCRATCH" XDG_DATA_HOME="$OPENBOOK_SCRATCH" \
    XDG_STATE_HOME="$OPENBOOK_SCRATCH" XDG_CACHE_HOME="$OPENBOOK_SCRATCH" NVIM_LOG_FILE=/dev/null LC_ALL=C.UTF-8
unset NVIM VIMRUNTIME XDG_RUNTIME_DIR OPENBOOK_SOCKET
"$nvim" -i NONE -l tests/lua/run.lua "$@"
