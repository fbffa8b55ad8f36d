#!/bin/sh
# editor.sh: what the plugin costs an editor, and how soon what is typed or saved is found, in the
# oldest and the newest Neovim (tests/bench/editor.lua).
#
# Environment: OPENBOOK_BIN (build/release/openbook), OPENBOOK_DEPS (build/deps).
set -eu
cd "$(dirname "$0")/../.."

nvims=$(tests/tools/nvim.sh tests)
export OPENBOOK_BIN="${OPENBOOK_BIN:-$PWD/build/release/openbook}"
# Sockets have short names only, so nothing deep.
OPENBOOK_SCRATCH=$(mktemp -d /tmp/ob-bench.XXXXXX)
export OPENBOOK_SCRATCH
trap 'rm -rf "$OPENBOOK_SCRATCH"' EXIT
trap 'exit 130' INT TERM
export HOME="$OPENBOOK_SCRATCH" XDG_CONFIG_HOME="$OPENBOOK_SCRATCH" XDG_DATA_HOME="$OPENBOOK_SCRATCH" \
    XDG_STATE_HOME="$OPENBOOK_SCRATCH" XDG_CACHE_HOME="$OPENBOOK_SCRATCH" NVIM_LOG_FILE=/dev/null LC_ALL=C.UTF-8
unset NVIM VIMRUNTIME XDG_RUNTIME_DIR OPENBOOK_SOCKET
for nvim in $nvims; do
    "$nvim" -i NONE -l tests/bench/editor.lua
    find "$OPENBOOK_SCRATCH" -mindepth 1 -delete
done
