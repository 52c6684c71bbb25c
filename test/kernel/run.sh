#!/usr/bin/env bash
# The unit tests on another kernel than the one that runs: Debian 12's own 6.1, under qemu. They are
# linked statically and lie with a busybox in an initramfs; there is no disk and no network.
#
#     test/kernel/run.sh [--kernel 6.1] [--only one-loop,workers,connections]
#
# Needs no root but to install what is missing. With /dev/kvm some minutes
# on 2 cores, else much longer.
cd "$(dirname "$0")/../.." || exit 2
. test/lib/suite.sh

KERNEL=6.1
[ "${1:-}" != --kernel ] || { KERNEL=$2; shift 2; }
WHERE=kernel-$KERNEL
PACKAGES="gcc g++ meson ninja-build pkg-config python3 binutils libc6-dev liburing-dev
    qemu-system-x86 busybox-static cpio xz-utils"

configurations()
{
    local fetched=$BUILD/$WHERE-packages log=$BUILD/$WHERE-packages.log vmlinuz
    mkdir -p "$BUILD"
    if ! test/kernel/fetch.sh "$fetched" "$KERNEL" >"$log" 2>&1; then
        skip "$WHERE" "its packages cannot be fetched, see $log"
        return
    fi
    vmlinuz=$fetched/vmlinuz
    PKG_CONFIG_PATH=$(realpath "$fetched")
    export PKG_CONFIG_PATH
    CC=gcc build "$WHERE" -Dprefer_static=true -Dexamples=false -Djemalloc=disabled || return
    ! wanted one-loop || script "$WHERE" test/kernel/boot.sh "$vmlinuz" "$BUILD/$WHERE"
    ! wanted workers || script "$WHERE-workers" \
        test/kernel/boot.sh "$vmlinuz" "$BUILD/$WHERE" SLEY_TEST_WORKERS=4 SLEY_MIGRATE=1
    # More than a process may have descriptors on many a host: there it is root.
    ! wanted connections || script "$WHERE-connections" test/kernel/boot.sh "$vmlinuz" \
        "$BUILD/$WHERE" --only many_connections SLEY_TEST_CONNECTIONS=20000
}

suite_begin "$@"
LIMIT=3000
need_packages $PACKAGES
configurations
suite_end
