#!/bin/sh
# deps.sh build | test | llm      install what building (and testing, and make test-llm) misses
# deps.sh --print MANAGER         only print the command for apt, dnf, pacman, zypper, apk or brew
#
# Looks first and is silent when nothing is missing.  With apt it says what it runs and runs it;
# for another package manager, or without the rights to install, it prints the command.  Status 1
# when something is still missing without which nothing is built; with CI=true, or tested.
#
# Environment: OPENBOOK_CA, the files any of which is a list of authorities for https.
set -eu

say() { printf 'openbook: %s\n' "$*" >&2; }

# ---------------------------------------------------------------- what each thing is called where
# package MANAGER THING: the package or packages that bring THING.
package() {
    case $1:$2 in
    apt:cc) echo gcc libc6-dev ;;
    apt:make) echo make ;;
    apt:pkg-config) echo pkg-config ;;
    apt:libuv) echo libuv1-dev ;;
    apt:msgpack) apt_first libmsgpack-dev libmsgpack-c-dev ;;
    apt:libcurl) echo libcurl4-openssl-dev ;;
    apt:libcjson) echo libcjson-dev ;;
    apt:libxxhash) echo libxxhash-dev ;;
    apt:debian-keyring) echo debian-archive-keyring ;;
    apt:python) echo python3-venv ;;
    dnf:pkg-config) echo pkgconf-pkg-config ;;
    dnf:libuv) echo libuv-devel ;;
    dnf:msgpack) echo msgpack-devel ;;
    dnf:libcurl) echo libcurl-devel ;;
    dnf:libcjson) echo cjson-devel ;;
    dnf:libxxhash) echo xxhash-devel ;;
    pacman:pkg-config) echo pkgconf ;;
    pacman:libuv) echo libuv ;;
    pacman:msgpack) echo msgpack-c ;;
    pacman:libcurl) echo curl ;;
    pacman:libcjson) echo cjson ;;
    pacman:libxxhash) echo xxhash ;;
    zypper:libuv) echo libuv-devel ;;
    zypper:msgpack) echo msgpack-c-devel ;;
    zypper:libcurl) echo libcurl-devel ;;
    zypper:libcjson) echo cJSON-devel ;;
    zypper:libxxhash) echo xxhash-devel ;;
    zypper:certificates) echo ca-certificates ca-certificates-mozilla ;;
    apk:cc) echo gcc musl-dev ;;
    apk:pkg-config) echo pkgconf ;;
    apk:libuv) echo libuv-dev ;;
    apk:msgpack) echo msgpack-c-dev ;;
    apk:libcurl) echo curl-dev ;;
    apk:libcjson) echo cjson-dev ;;
    apk:libxxhash) echo xxhash-dev ;;
    brew:cc | brew:make) ;; # come with Apple's command line tools
    brew:pkg-config) echo pkgconf ;;
    brew:libuv) echo libuv ;;
    brew:msgpack) echo msgpack ;;
    brew:libcurl) echo curl ;;
    brew:libcjson) echo cjson ;;
    brew:libxxhash) echo xxhash ;;
    *:debian-keyring | brew:certificates) ;;
    *:certificates) echo ca-certificates ;;
    pacman:python) echo python ;;
    *:python) echo python3 ;;
    *:cc) echo gcc ;;
    *) echo "$2" ;;
    esac
}

# The first of the named packages that apt knows; the first of all if it knows none.
apt_first() {
    for name in "$@"; do
        if apt-cache policy "$name" 2>/dev/null | grep 'Candidate: [^(]' >/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "$1"
}

install_command() {
    case $1 in
    apt) echo apt-get install -y --no-install-recommends ;;
    dnf) echo dnf install -y ;;
    pacman) echo pacman -S --needed --noconfirm ;;
    zypper) echo zypper --non-interactive install ;;
    apk) echo apk add ;;
    brew) echo brew install ;;
    *) return 1 ;;
    esac
}

# whole_command MANAGER THING...: the command that brings all of THINGs.
whole_command() {
    manager=$1
    shift
    line=$(install_command "$manager")
    for thing in "$@"; do
        line="$line $(package "$manager" "$thing")"
    done
    echo "$line" | tr -s ' ' | sed 's/ $//'
}

# ---------------------------------------------------------------- what is missing here
has_library() { pkg-config --exists "$1" 2>/dev/null; }

missing_for_build() {
    command -v cc >/dev/null || echo cc
    command -v make >/dev/null || echo make
    if ! command -v pkg-config >/dev/null; then
        echo pkg-config libuv msgpack libcurl libcjson libxxhash
        return
    fi
    for library in libuv libcurl libcjson libxxhash; do
        has_library "$library" || echo "$library"
    done
    has_library msgpack-c || has_library msgpack || echo msgpack
}

# A model over https is checked by a list of authorities, which small images lack.
usual_lists='/etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt
/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem'
missing_for_https() {
    for list in ${OPENBOOK_CA:-$usual_lists}; do
        [ ! -r "$list" ] || return 0
    done
    [ "$(manager)" = brew ] || echo certificates # macOS has its own
}

# tmux draws the screen tests; Debian's keys let tests/tools/nvim.sh fetch the Neovims.
missing_for_test() {
    command -v tmux >/dev/null || echo tmux
    if [ "$(manager)" = apt ] && [ ! -r /usr/share/keyrings/debian-archive-keyring.gpg ]; then
        echo debian-keyring
    fi
}

# A small model comes as a Python package; the script talks to the server with curl.
missing_for_llm() {
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python
    command -v curl >/dev/null || echo curl
}

manager() {
    for name in apt-get dnf pacman zypper apk brew; do
        if command -v "$name" >/dev/null; then
            echo "${name%-get}"
            return
        fi
    done
}

# ---------------------------------------------------------------- installing
run() {
    say "running: $*"
    "$@" >&2
}

# apt_install AS_ROOT THING...: AS_ROOT is "sudo", or "" for who is root already.
apt_install() {
    as_root=$1
    shift
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2046,SC2086 # lists of words
    if run $as_root $(whole_command apt "$@"); then return; fi
    say "apt's lists may be old: renewing them"
    # shellcheck disable=SC2086
    run $as_root apt-get update || say 'some lists could not be renewed, trying all the same'
    # shellcheck disable=SC2046,SC2086
    run $as_root $(whole_command apt "$@")
}

# command_for_a_user MANAGER THING...: to be typed; the lists of a fresh apt are empty.
command_for_a_user() {
    command=$(whole_command "$@")
    if [ "$1" = apt ]; then command="apt-get update && $command"; fi
    if [ "$1" = brew ]; then
        echo "$command"
    elif command -v sudo >/dev/null; then
        echo "sudo $command" | sed 's/ && / \&\& sudo /'
    else
        echo "$command (as root)"
    fi
}

install_or_explain() {
    manager=$(manager)
    if [ -z "$manager" ]; then
        say "missing: $*; install them (docs/building.md lists the libraries)"
        return 1
    fi
    if [ "$manager" = apt ] && [ "$(id -u)" -eq 0 ]; then
        say "missing: $*"
        apt_install '' "$@"
    elif [ "$manager" = apt ] && [ -t 0 ] && command -v sudo >/dev/null; then
        say "missing: $*"
        apt_install sudo "$@"
    else
        say "missing: $*; install with: $(command_for_a_user "$manager" "$@")"
        return 1
    fi
}

case ${1:-test} in
--print)
    install_command "${2:-}" >/dev/null || {
        say "usage: deps.sh --print apt|dnf|pacman|zypper|apk|brew"
        exit 2
    }
    whole_command "$2" cc make pkg-config libuv msgpack libcurl libcjson libxxhash certificates tmux debian-keyring
    ;;
build | test | llm)
    things=$(missing_for_build | tr '\n' ' ')
    if [ -n "$things" ]; then
        # shellcheck disable=SC2046,SC2086 # lists of words
        install_or_explain $things $(missing_for_https)
    fi
    things=$({
        missing_for_https
        if [ "${1:-test}" != build ]; then missing_for_test; fi
        if [ "${1:-test}" = llm ]; then missing_for_llm; fi
    } | tr '\n' ' ')
    if [ -n "$things" ]; then
        # Only models over https and some tests want these: without them those tests are skipped,
        # but not unseen in CI.
        # shellcheck disable=SC2086
        if ! install_or_explain $things; then
            [ "${1:-test}" = build ] || [ "${CI:-}" != true ]
            say 'going on without'
        fi
    fi
    ;;
*)
    say 'usage: deps.sh build|test|llm, or deps.sh --print MANAGER'
    exit 2
    ;;
esac
