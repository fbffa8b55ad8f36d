#!/bin/sh
# deps.sh names every library for every package manager it knows, and refuses others.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

for manager in apt dnf pacman zypper apk brew; do
    command=$(tests/tools/deps.sh --print "$manager")
    for name in uv msgpack curl "[jJ][sS][oO][nN]" xxhash tmux ca-certificates; do
        case $name/$manager:$command in
        *:*$name* | ca-certificates/brew:*) passes ;; # macOS has its own
        *) fails "$manager: no $name in: $command" ;;
        esac
    done
done
if tests/tools/deps.sh --print nobody 2>/dev/null; then
    fails 'an unknown package manager is accepted'
else
    passes
fi

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/empty" "$place/fake"
: >"$place/authorities"
export OPENBOOK_CA="$place/nowhere $place/authorities"

# Without the libraries make says one sentence that names them and what to do.
said=$(env -u MAKEFLAGS -u MFLAGS PKG_CONFIG_LIBDIR="$place/empty" make --no-print-directory libraries-found 2>&1) || :
case $said in
'openbook: a library is missing (libuv libcurl libcjson libxxhash msgpack): run make deps, which installs it'*) passes ;;
*) fails "a missing library is told as: $said" ;;
esac

# A root's apt with old lists: the first install fails, the lists are renewed, the second works.
fake() { # NAME SCRIPT
    printf '#!/bin/sh\n%s\n' "$2" >"$place/fake/$1"
    chmod +x "$place/fake/$1"
}
fake id 'echo 0'
# shellcheck disable=SC2016 # the script's own $2
fake pkg-config '[ "$2" != libcjson ]'
fake apt-cache 'exit 1'
fake apt-get "echo \"\$*\" >>'$place/ran'; [ \"\$1\" = update ] || [ -e '$place/tried' ] || { : >'$place/tried'; exit 100; }"
status=0
said=$(PATH=$place/fake:$PATH tests/tools/deps.sh build 2>&1) || status=$?
want='install -y --no-install-recommends libcjson-dev
update
install -y --no-install-recommends libcjson-dev'
if [ "$status" -eq 0 ] && [ "$(cat "$place/ran")" = "$want" ]; then
    passes
else
    fails "with old lists apt ran: $(cat "$place/ran"), status $status, $said"
fi
case $said in
*'running: apt-get install'*libcjson-dev*'running: apt-get update'*) passes ;;
*) fails "it does not say what it runs: $said" ;;
esac

# A user without a terminal is told the command in one line.
fake id 'echo 1000'
fake sudo 'exit 1'
status=0
said=$(PATH=$place/fake:$PATH tests/tools/deps.sh build 2>&1 </dev/null) || status=$?
case $status:$said in
1:*'
'*) fails "without rights it says more than a line: $said" ;;
1:'openbook: missing: libcjson; install with: sudo apt-get update && sudo apt-get install'*' libcjson-dev') passes ;;
*) fails "without rights: status $status, $said" ;;
esac

# What only https needs comes along with the libraries, and its lack alone stops no build.
rm -f "$place/ran"
fake id 'echo 0'
fake apt-get "echo \"\$*\" >>'$place/ran'"
PATH=$place/fake:$PATH OPENBOOK_CA=$place/nowhere tests/tools/deps.sh build >"$place/said" 2>&1 || :
case $(cat "$place/ran") in
'install -y --no-install-recommends libcjson-dev ca-certificates'*) passes ;;
*) fails "without authorities apt ran: $(cat "$place/ran")" ;;
esac
fake pkg-config 'exit 0'
fake id 'echo 1000'
for want in '0 build' '0 build true' '1 test true'; do
    # shellcheck disable=SC2086 # words
    set -- $want
    status=0
    said=$(PATH=$place/fake:$PATH CI=${3:-} OPENBOOK_CA=$place/nowhere tests/tools/deps.sh "$2" 2>&1 </dev/null) || status=$?
    case $status:$said in
    $1:*'install with: sudo apt-get update && sudo apt-get install'*ca-certificates*) passes ;;
    *) fails "without authorities and rights, $want: status $status, $said" ;;
    esac
done

# A machine without anything: no package manager is found, and it says so instead of failing darkly.
empty=$place/empty
for program in sh tr sed grep id; do
    ln -s "$(command -v "$program")" "$empty/$program"
done
said=$(PATH=$empty tests/tools/deps.sh build 2>&1) && fails 'a machine without libraries is accepted'
case $said in
*'missing:'*libuv*msgpack*'install them'*) passes ;;
*) fails "without a package manager it says: $said" ;;
esac
ln -s "$(command -v sh)" "$empty/dnf" # only its name counts
case $(PATH=$empty tests/tools/deps.sh build 2>&1) in
*'install with: dnf install -y gcc'*'(as root)') passes ;;
*) fails "without sudo it says: $(PATH=$empty tests/tools/deps.sh build 2>&1)" ;;
esac
tally
