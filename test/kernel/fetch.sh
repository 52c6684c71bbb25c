#!/usr/bin/env bash
# Fetches from Debian's packages what the tests need on another kernel: the kernel, and cmocka's
# source, of which Debian has no archive to link. Changes nothing else on the machine: apt gets a
# private index, and the packages are unpacked, not installed.
#
#     fetch.sh FOLDER VERSION     makes FOLDER/vmlinuz and FOLDER/cmocka.pc
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
version=$2
[ ! -f "$folder/done" ] || exit 0

mkdir -p "$folder/lists/partial" "$folder/root"
cd "$folder"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
cat >sources.list <<END
deb [signed-by=$keys] http://deb.debian.org/debian bookworm main
deb-src [signed-by=$keys] http://deb.debian.org/debian bookworm main
deb [signed-by=$keys] http://deb.debian.org/debian-security bookworm-security main
END
options=(-q -o APT::Sandbox::User=root -o APT::Architectures::=amd64
    -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::lists="$folder/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
apt-get "${options[@]}" update

# The one made for virtual machines: a third of the size. The newest, by the number of its ABI.
image=$(apt-cache "${options[@]}" search --names-only \
    "^linux-image-${version//./\\.}[.].*-cloud-amd64\$" | awk '{ print $1 }' | sort -V | tail -n 1)
[ -n "$image" ] || { echo "no kernel $version in Debian 12"; exit 1; }
apt-get "${options[@]}" download "$image"
dpkg-deb -x "$image"_*.deb root
cp root/boot/vmlinuz-* vmlinuz

apt-get "${options[@]}" source --download-only cmocka
tar -xf cmocka_*.orig.tar.*z
source=$(echo "$folder"/cmocka-*/)
gcc -O1 -c -D_GNU_SOURCE -DHAVE_{CLOCK_REALTIME,INTTYPES_H,MALLOC_H,SIGNAL_H,STRINGS_H} \
    -DHAVE_{GCC_THREAD_LOCAL_STORAGE,SIGLONGJMP,STRSIGNAL,STRUCT_TIMESPEC} \
    -I "$source/include" "$source/src/cmocka.c" -o cmocka.o
ar rcs libcmocka.a cmocka.o
cat >cmocka.pc <<END
Name: cmocka
Description: cmocka, to be linked statically
Version: ${source##*cmocka-}
Libs: -L$folder -lcmocka
Cflags: -I${source}include
END
sed -i 's,/$,,' cmocka.pc
rm -rf lists root ./*.deb
touch done
