#!/usr/bin/env bash
# Boots a kernel under qemu with the unit tests of a static build in an initramfs: what the tests
# say, line by line, and their counts.
#
#     boot.sh VMLINUZ BUILD [--only TEST] [SETTING=VALUE...]     settings: the tests' environment
set -euo pipefail
here=$(dirname "$0")
kernel=$1 build=$2
shift 2
only=()
[ "${1:-}" != --only ] || { only=("$2"); shift 2; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# boot INITRAMFS SECONDS [OPTION...]: firmware, kernel and tests write to the same serial line.
boot()
{
    local initramfs=$1 seconds=$2
    shift 2
    timeout "$seconds" qemu-system-x86_64 "$@" -cpu max,arch-capabilities=off -smp 2 -m 4096 \
        -nodefaults -no-reboot -display none -serial stdio -kernel "$kernel" \
        -initrd "$initramfs" -append "console=ttyS0 quiet loglevel=4 panic=-1" </dev/null |
        tr -d '\r'
}

pack()
{
    (cd "$root/files" && find . | cpio --quiet -o -H newc -R 0:0)
}

mkdir -p "$root/files/bin"
cp /bin/busybox "$root/files/bin/"
cp "$here/init" "$root/files/"

# In a machine that is virtual itself /dev/kvm may be there and the guest stop at its first
# instructions: asked with an empty list.
how=()
slower=10
settings=(SLEY_TEST_SLOW=1 "$@")
touch "$root"/files/{list,settings}
pack >"$root/empty.cpio"
if [ -w /dev/kvm ] && boot "$root/empty.cpio" 20 -enable-kvm 2>&1 | grep -q '0 failed'; then
    how=(-enable-kvm)
    slower=3
    settings=("$@")
fi

[ ${#only[@]} = 0 ] || slower=$((slower * 10)) # it may be far more than it is elsewhere
python3 "$here/pack.py" "$build" "$root/files" "$slower" "${only[@]}"
printf '%s\n' "${settings[@]}" >"$root/files/settings"
pack >"$root/tests.cpio"
rm -rf "$root/files"
boot "$root/tests.cpio" 3600 "${how[@]}"
