#!/bin/sh
# fetch-deb-program.sh SUITE PACKAGE[,PACKAGE...] DEST
#
# Brings a program of another Debian release next to this system: fetches the packages of SUITE and
# all they depend on, unpacks them below DEST/root and adjusts the programs so that they start from
# there with SUITE's own libc.  Works without root and leaves the system's apt and dpkg alone.
#
#     fetch-deb-program.sh trixie neovim build/deps/nvim-0.10
#     build/deps/nvim-0.10/bin/nvim --version
#
# DEST/bin gets one starter a program.  DEST/versions, the list of what was unpacked, is written
# last: who finds it finds the rest.  DEST must not be moved, the programs hold its absolute path.
#
# Environment: DEBIAN_MIRROR (without it the first archive in apt's own sources that ends in
# /debian), DEBIAN_KEYRING (who may sign it), FETCH_DEB_STATE (index files shared between calls).
set -eu

fail() {
    printf 'fetch-deb-program: %s\n' "$*" >&2
    exit 1
}

# All archives apt is set up with, from both formats of its sources.
known_archives() {
    for file in /etc/apt/sources.list.d/*.sources; do
        [ ! -r "$file" ] || awk 'tolower($1) == "uris:" { for (i = 2; i <= NF; i++) print $i }' "$file"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -r "$file" ] || awk '$1 == "deb" {
            i = 2
            if ($i ~ /^\[/) { while (i < NF && $i !~ /]$/) i++; i++ }
            print $i
        }' "$file"
    done
}

[ $# -eq 3 ] || fail 'usage: fetch-deb-program.sh SUITE PACKAGE[,PACKAGE...] DEST'
for program in apt-get dpkg-deb flock; do
    command -v "$program" >/dev/null || fail "needs $program"
done
suite=$1
packages=$(printf '%s' "$2" | tr , ' ')
mkdir -p "$3"
dest=$(cd "$3" && pwd -P)
root=$dest/root
case $dest in *:*) fail "a path with a colon cannot hold programs: $dest" ;; esac
mirror=${DEBIAN_MIRROR:-$(known_archives | grep '/debian/*$' | head -n 1)}
[ -n "$mirror" ] || fail 'apt knows no Debian archive: set DEBIAN_MIRROR'
keyring=${DEBIAN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
[ -r "$keyring" ] || fail "cannot read $keyring: install debian-archive-keyring"

# ---------------------------------------------------------------- a private apt
# Own sources, own lists and an empty list of installed packages, so that apt takes the whole
# closure.  The system's apt.conf.d still counts (proxies), but not its hooks: container images
# delete what was downloaded in one of them.
state=${FETCH_DEB_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/openbook-tests/apt}/$suite
mkdir -p "$state/lists/partial" "$state/empty" "$dest/debs/partial"
state=$(cd "$state" && pwd -P)
arch=$(dpkg --print-architecture)

exec 9>"$state/lock"
flock 9 # one call a suite at a time: they share the lists and this configuration
: >"$state/status"
cat >"$state/debian.sources" <<SOURCES
Types: deb
URIs: $mirror
Suites: $suite
Components: main
Architectures: $arch
Targets: Packages
Signed-By: $keyring
SOURCES
cat >"$state/apt.conf" <<CONF
#clear APT::Update;
#clear DPkg;
APT::Architecture "$arch";
APT::Default-Release "";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache "$state";
Dir::Cache::archives "$dest/debs";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::sourcelist "$state/debian.sources";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "$state/empty";
Dir::Etc::preferencesparts "$state/empty";
CONF
private_apt() { apt-get -c "$state/apt.conf" -qq "$@" >&2; }

if [ -z "$(find "$state/lists" -maxdepth 1 -name '*_Packages*' -mmin -60)" ]; then
    private_apt update || fail "cannot read the index of $suite"
fi
# patchelf is used once, below, and taken from the same suite.
rm -f "$dest/versions" "$dest"/debs/*.deb
# shellcheck disable=SC2086 # a list of packages
private_apt -y --download-only install $packages patchelf || fail "cannot fetch $packages"
exec 9>&-

# ---------------------------------------------------------------- unpack
rm -rf "${root:?}" "${dest:?}/bin"
mkdir -p "$root/usr/bin" "$root/usr/lib" "$dest/bin"
for deb in "$dest"/debs/*.deb; do
    dpkg-deb -x "$deb" "$root"
    # shellcheck disable=SC2016 # dpkg-deb fills these in
    dpkg-deb -W --showformat='${Package} ${Version}\n' "$deb"
done >"$dest/versions.new"

# ---------------------------------------------------------------- make the programs start here
# The path of the loader and of the libraries goes into the programs.  Calling the loader with
# --library-path would be less work, but /proc/self/exe is then the loader, and Neovim neither
# starts itself again (its screen does that) nor finds its runtime files.
loader=$(find "$root" -name 'ld-linux*.so.*' | head -n 1)
libc=$(find "$root" -name libc.so.6 | head -n 1)
if [ -z "$loader" ] || [ -z "$libc" ]; then fail "no libc among the packages of $2"; fi
libdir=${libc%/*}
mv "$root/usr/bin/patchelf" "$dest/patchelf"
patch_elf() { "$loader" --library-path "$libdir:$root/usr/lib" "$dest/patchelf" "$@" 2>/dev/null; }

# The directories FILE names itself, moved below root, then the usual two.
library_path() {
    patch_elf --print-rpath "$1" | tr : '\n' | sed -n "s|^/|$root/|p" | tr '\n' :
    printf '%s:%s' "$libdir" "$root/usr/lib"
}

# A library with a search path of its own hides the program's.
find "$root/usr/lib" -type f -name '*.so*' ! -path '*/gconv/*' | while read -r library; do
    case $(patch_elf --print-rpath "$library" || :) in
    /*) patch_elf --force-rpath --set-rpath "$(library_path "$library")" "$library" ;;
    esac
done

# llama.cpp looks for its CPU backends where it was compiled to, or beside the program.
for backend in "$libdir"/ggml/backends*/*.so; do
    [ ! -e "$backend" ] || ln -sf "$backend" "$root/usr/bin/"
done

for program in "$root"/usr/bin/*; do
    if [ -L "$program" ] || ! patch_elf --print-interpreter "$program" >/dev/null; then continue; fi
    patch_elf --force-rpath --set-rpath "$(library_path "$program")" --set-interpreter "$loader" "$program"
    # A test may run inside an editor: its runtime must not leak into this one.
    starter=$dest/bin/${program##*/}
    printf '#!/bin/sh\nunset VIM VIMRUNTIME\nexec "%s" "$@"\n' "$program" >"$starter"
    chmod +x "$starter"
done
rm -rf "$dest/debs" "$dest/patchelf"
mv "$dest/versions.new" "$dest/versions"
