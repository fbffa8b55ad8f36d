#!/bin/sh
# deps.sh names every library for every package manager it knows, and refuses others.
set -eu
cd "$(dirname "$0")/../.."
. tests/tools/tally.sh

for manager in apt dnf pacman zypper apk brew; do
    command=$(tests/tools/deps.sh --print "$manager")
    for name in uv msgpack curl "[jJ][sS][oO][nN]" xxhash tmux; do
        case $command in
        *$name*) passes ;;
        *) fails "$manager: no $name in: $command" ;;
        esac
    done
done
if tests/tools/deps.sh --print nobody 2>/dev/null; then
    fails 'an unknown package manager is accepted'
else
    passes
fi

# A machine without anything: no package manager is found, and it says so instead of failing darkly.
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
for program in sh tr sed grep id; do
    ln -s "$(command -v "$program")" "$empty/$program"
done
said=$(PATH=$empty tests/tools/deps.sh build 2>&1) && fails 'a machine without libraries is accepted'
case $said in
*'missing:'*libuv*msgpack*'install them'*) passes ;;
*) fails "without a package manager it says: $said" ;;
esac
tally
