#!/usr/bin/env bash
# The benchmarks, from a bare Debian 12 to a table: installs what is missing if it may, else names
# it; builds in release mode in build-bench; runs. See README.md beside this.
#
#     bench/run.sh [--quick] [--only NAME[,NAME]] [--pairs N] [--json FILE] [--help for the rest]
set -euo pipefail
here=$(pwd)
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
build=${SLEY_BENCH_BUILD:-build-bench}
packages="gcc libc6-dev meson ninja-build pkg-config liburing-dev libjemalloc-dev
    libhttp-parser-dev zlib1g-dev redis-server redis-tools wrk nginx-light python3 strace
    util-linux"
case " $* " in *" --instructions "*) packages="$packages valgrind" ;; esac

missing_packages()
{
    local package
    for package in $packages; do
        # Another package may bring the same program: nginx-core for nginx-light.
        [ "$package" = nginx-light ] && command -v nginx >/dev/null && continue
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            printf '%s ' "$package"
    done
}

export PATH=$PATH:/usr/sbin:/sbin
missing=$(missing_packages)
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "missing packages; as root: apt-get install --no-install-recommends $missing" >&2
        exit 1
    fi
    echo "installing: $missing"
    export DEBIAN_FRONTEND=noninteractive
    # The servers are started by the benchmark, on ports of its own: not by their packages.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -q </dev/null
    # shellcheck disable=SC2086
    apt-get install -q -y --no-install-recommends $missing </dev/null
    missing=$(missing_packages)
    if [ -n "$missing" ]; then
        echo "could not install: $missing" >&2
        exit 1
    fi
fi

options="--buildtype=release -Dbench=true -Dtests=false -Dexamples=true -Djemalloc=enabled"
if [ -d "$build" ]; then
    # shellcheck disable=SC2086
    meson setup --reconfigure "$build" $options >/dev/null
else
    # shellcheck disable=SC2086
    meson setup "$build" $options
fi
ninja -C "$build"
build=$(realpath "$build")

# A file that was named is named from where the caller stands.
arguments=()
while [ $# -gt 0 ]; do
    if [ "$1" = --json ] && [ $# -gt 1 ]; then
        case $2 in
            /*) arguments+=(--json "$2") ;;
            *) arguments+=(--json "$here/$2") ;;
        esac
        shift
    else
        arguments+=("$1")
    fi
    shift
done
python3 bench/driver --build "$build" ${arguments[@]+"${arguments[@]}"}
