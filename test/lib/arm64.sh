#!/usr/bin/env bash
# Fetches the arm64 libraries of the cross build into a folder of their own, and writes the part of
# meson's cross file that names it. Changes nothing else on the machine and needs no root: apt gets
# a private index, and the packages are unpacked, not installed.
#
#     arm64.sh FOLDER        makes FOLDER/root and FOLDER/cross
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
packages="liburing2 liburing-dev libcmocka0 libcmocka-dev"

if [ ! -f "$folder/done" ]; then
    mkdir -p "$folder/lists/partial" "$folder/root" "$folder/debs"
    options=(-q -o APT::Architectures::=arm64 -o APT::Sandbox::User=root
        -o Dir::State::lists="$folder/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
        -o APT::Get::List-Cleanup=false)
    cd "$folder/debs"
    apt-get "${options[@]}" update
    # shellcheck disable=SC2086
    apt-get "${options[@]}" download $(printf '%s:arm64 ' $packages)
    for package in *.deb; do
        dpkg-deb -x "$package" "$folder/root"
    done
    rm -rf "$folder/lists"
    touch "$folder/done"
fi

libraries=$folder/root/usr/lib/aarch64-linux-gnu
cat >"$folder/cross" <<END
[binaries]
exe_wrapper = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', '-E', 'LD_LIBRARY_PATH=$libraries']

[properties]
sys_root = '$folder/root'
pkg_config_libdir = '$libraries/pkgconfig'
END
