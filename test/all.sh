#!/usr/bin/env bash
# Everything that test/run.sh runs, and what takes longer: clang's TSan, valgrind, link-time
# optimisation, faults, the simulated ring, epoll, refused rings, aarch64 under qemu-user,
# durations, a million fibers, mutants of the order and of the lock-free code.
# More than an hour on 2 cores.
#
#     test/all.sh [--only NAME[,NAME...]]     run.sh's names, and: tsan valgrind lto fault-alloc
#         ring-of-4 kernel-5.15 interval-timer simulated-1 simulated-2 simulated-3 epoll-workers-4
#         epoll-interval-timer epoll-tsan epoll-fault-alloc seccomp-eperm seccomp-enosys
#         io-uring-disabled workers-2 workers-4 roam-2 roam-4 dawdle difftest-workers tsan-workers
#         aarch64 durations million connections mutants model-mutants
cd "$(dirname "$0")/.." || exit 2
. test/lib/suite.sh

ALL_PACKAGES="$RUN_PACKAGES valgrind util-linux gcc-aarch64-linux-gnu libc6-dev-arm64-cross
    qemu-user"
# What a signal that is not theirs ends.
UNINTERRUPTED="--no-suite lib --no-suite debug --no-suite doctor --no-suite limits"

aarch64()
{
    local folder=$BUILD/arm64
    mkdir -p "$BUILD"
    if ! test/lib/arm64.sh "$folder" >"$folder.log" 2>&1; then
        skip aarch64 "the arm64 packages cannot be fetched, see $folder.log"
        return
    fi
    # No io_uring under qemu-user; and an emulated program is slow.
    if build aarch64 --cross-file test/lib/aarch64.cross --cross-file "$folder/cross" \
        -Dexamples=false -Djemalloc=disabled; then
        SLEY_TEST_SIM=1 SLEY_TEST_UNDER=qemu-user units aarch64 aarch64 --no-suite model \
            --no-suite doctor -t 2 # which is another program, that cannot be run as it is
    fi
}

# The suite where this machine's switch for io_uring is off, which is put back whatever happens.
disabled()
{
    local switch=/proc/sys/kernel/io_uring_disabled before
    before=$(cat "$switch" 2>/dev/null)
    if [ -z "$before" ] || ! { echo "$before" >"$switch"; } 2>/dev/null; then
        skip io-uring-disabled "$switch is not there, or not to be written"
        return
    fi
    # The suite's own trap on EXIT stands: a subshell has its own.
    (
        trap 'echo "$before" >"$switch"' EXIT
        trap 'exit 130' INT TERM HUP
        echo 2 >"$switch"
        units io-uring-disabled gcc --no-suite model --no-suite lib
    )
}

# io_uring refused in each of the ways in which containers and kernels do it, and epoll asked for.
epoll_configurations()
{
    local refuse error
    refuse=$(realpath "$BUILD")/gcc/test/lib/refuse
    for error in EPERM ENOSYS; do
        ! wanted "seccomp-${error,,}" ||
            units "seccomp-${error,,}" gcc --no-suite model --no-suite lib --wrap="$refuse $error"
    done
    ! wanted io-uring-disabled || disabled
    ! wanted epoll-workers-4 || SLEY_BACKEND=epoll SLEY_MIGRATE=1 SLEY_TEST_WORKERS=4 \
        units epoll-workers-4 gcc --no-suite model
    ! wanted epoll-interval-timer || SLEY_BACKEND=epoll \
        units epoll-interval-timer gcc $UNINTERRUPTED --no-suite model \
            --wrap="env LD_PRELOAD=$(realpath "$BUILD")/gcc/test/lib/libitimer.so"
    if wanted epoll-fault-alloc && CC=gcc build asan $ASAN_SETUP; then
        SLEY_BACKEND=epoll script epoll-fault-alloc python3 test/lib/faults.py "$BUILD/asan"
    fi
    if wanted epoll-tsan && CC=clang build tsan -Db_sanitize=thread -Db_lundef=false \
        -Dexamples=false; then
        SLEY_BACKEND=epoll WITH="setarch -R" SLEY_TEST_WORKERS=4 \
            units epoll-tsan tsan --no-suite model
    fi
}

# Parks a million fibers in the test in which run.sh parks 50,000.
million()
{
    local memory
    memory=$(awk '/^MemAvailable/ { print int($2 / 1000000) }' /proc/meminfo)
    if [ "$memory" -lt 7 ]; then
        skip million "needs 7 GB, $memory GB are free"
    else
        SLEY_TEST_MILLION=1 units million gcc -t 5 many_parked
    fi
}

# As many connections as one process may have, 20,000 at most, where run.sh has 2,000.
connections()
{
    local most
    most=$(ulimit -Hn)
    if [ "$most" = unlimited ] || [ "$most" -gt 20200 ]; then
        most=20200
    fi
    SLEY_TEST_CONNECTIONS=$((most - 200)) units connections gcc -t 2 many_connections
    SLEY_TEST_CONNECTIONS=$((most - 200)) SLEY_TEST_WORKERS=4 \
        units connections-workers gcc -t 2 many_connections
}

more_configurations()
{
    local seed valgrind n
    if wanted workers-2 || wanted workers-4 || wanted roam-2 || wanted roam-4 ||
        wanted difftest-workers || wanted ring-of-4 || wanted kernel-5.15 ||
        wanted interval-timer || wanted million || wanted connections ||
        wanted durations || wanted simulated-1 || wanted simulated-2 || wanted simulated-3 ||
        wanted seccomp-eperm || wanted seccomp-enosys || wanted io-uring-disabled ||
        wanted epoll-workers-4 || wanted epoll-interval-timer; then
        CC=gcc build gcc || return
    fi
    ! wanted ring-of-4 || SLEY_TEST_RING=4 units ring-of-4 gcc --no-suite model
    # What Linux 5.15 does not know is refused.
    ! wanted kernel-5.15 || SLEY_TEST_KERNEL=5.15 units kernel-5.15 gcc --no-suite model
    ! wanted kernel-5.15 || SLEY_TEST_KERNEL=5.15 SLEY_TEST_WORKERS=4 SLEY_MIGRATE=1 \
        units kernel-5.15-workers gcc --no-suite model
    ! wanted interval-timer ||
        units interval-timer gcc $UNINTERRUPTED --no-suite model \
            --wrap="env LD_PRELOAD=$(realpath "$BUILD")/gcc/test/lib/libitimer.so"
    # (Models are the same everywhere: units of gcc and asan run them.)
    # Short transfers, delays and another order of completions come from the simulated ring.
    for seed in 1 2 3; do
        ! wanted simulated-$seed || SLEY_TEST_SIM=$seed units simulated-$seed gcc --no-suite model
    done
    epoll_configurations
    # Among many workers; and so that whoever is suspended goes on at another one.
    for n in 2 4; do
        ! wanted workers-$n || SLEY_TEST_WORKERS=$n units workers-$n gcc --no-suite model
        ! wanted roam-$n || SLEY_MIGRATE=1 SLEY_TEST_WORKERS=$n units roam-$n gcc --no-suite model
    done
    if wanted dawdle && CC=gcc build dawdle -Dc_args=-DSL_DAWDLE -Dexamples=false; then
        for n in 1 2 3 4; do
            SLEY_TEST_WORKERS=4 SLEY_MIGRATE=$((n % 2)) units dawdle-$n dawdle --no-suite model
        done
    fi
    ! wanted difftest-workers || SLEY_DIFFTEST_ROUNDS=5 \
        script difftest-workers test/difftest/workers.py "$BUILD/gcc/sley-difftest"
    if wanted fault-alloc && CC=gcc build asan $ASAN_SETUP; then
        script fault-alloc python3 test/lib/faults.py "$BUILD/asan"
    fi
    # TSan needs its shadow where address randomisation may have put something else.
    if wanted tsan && CC=clang build tsan -Db_sanitize=thread -Db_lundef=false \
        -Dexamples=false; then
        WITH="setarch -R" units tsan tsan --no-suite model
    fi
    if wanted tsan-workers && CC=clang build tsan -Db_sanitize=thread -Db_lundef=false \
        -Dexamples=false; then
        # The seed says who steals from whom, and where fibers go that roam.
        for seed in 1 2 3; do
            WITH="setarch -R" SLEY_TEST_WORKERS=4 SLEY_TEST_SEED=$seed SLEY_MIGRATE=$((seed % 3)) \
                units tsan-workers-$seed tsan --no-suite model
        done
    fi
    if wanted valgrind && CC=gcc build valgrind -Dvalgrind=enabled -Dexamples=false; then
        # Registers are to be right where a fault is handled and the instruction repeated. Its one
        # lock goes round: a thread that computes would keep it.
        valgrind="valgrind -q --error-exitcode=99 --leak-check=full --fair-sched=try"
        valgrind="$valgrind --vex-iropt-register-updates=allregs-at-mem-access"
        # Between frames of one stack, and below two stacks' distance: os/hooks.h.
        valgrind="$valgrind --errors-for-leak-kinds=definite --max-stackframe=100000"
        # It holds its one lock across io_uring_enter, which would starve other threads for ever;
        # the simulated ring waits in calls around which it lets go.
        SLEY_TEST_SIM=1 SLEY_TEST_UNDER=valgrind units valgrind valgrind --no-suite lib \
            --no-suite model --wrap="$valgrind"
    fi
    if wanted lto && CC=gcc build lto --buildtype=release -Db_lto=true; then
        units lto lto --no-suite model
    fi
    ! wanted aarch64 || aarch64
    ! wanted durations ||
        script durations python3 test/examples/compare.py "$BUILD/gcc/docs/examples" --durations
    ! wanted million || million
    ! wanted connections || connections
    ! wanted mutants || script mutants test/mutants/run.sh
    ! wanted model-mutants || script model-mutants python3 test/model/mutants.py
}

suite_begin "$@"
LIMIT=3000
need_packages $ALL_PACKAGES
run_configurations
more_configurations
suite_end
