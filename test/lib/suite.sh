# What test/run.sh and test/all.sh share: packages, and configurations. Sourced, from the top.
#
# A configuration prints its progress indented and then one line
#     name: N passed, N failed, N skipped (reason; reason)
# Its builds lie in $BUILD/<name>. `wanted NAME` is false for what --only left out.

set -uo pipefail
export LC_ALL=C.UTF-8
BUILD=${SLEY_BUILD:-build}
JOBS=${SLEY_JOBS:-$(nproc)}
LIMIT=${SLEY_LIMIT:-900} # seconds for one step
ONLY=,
TOTALS=

suite_begin()
{
    while [ $# -gt 0 ]; do
        case $1 in
            --only) ONLY=",$2,"; shift 2 ;;
            *) echo "usage: $0 [--only NAME[,NAME...]]" >&2; exit 2 ;;
        esac
    done
    TOTALS=$(mktemp)
    trap 'rm -f "$TOTALS"' EXIT
}

suite_end()
{
    python3 test/lib/tally.py total "$TOTALS"
}

wanted()
{
    [ "$ONLY" = , ] || case $ONLY in *",$1,"*) ;; *) false ;; esac
}

indent()
{
    sed -u 's/^/  /'
}

missing_packages()
{
    local package
    for package; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            echo "$package"
    done
}

# Installs what is missing, or names it and ends.
need_packages()
{
    local missing
    missing=$(missing_packages "$@" | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "missing packages (as root: apt-get install --no-install-recommends $missing)"
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    fi
    echo "installing: $missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; } \
        </dev/null 2>&1 | grep -E '^(Setting up|E: [^C]|Err)' | indent
    missing=$(missing_packages "$@" | tr '\n' ' ')
    if [ -n "${missing% }" ]; then
        echo "could not install: $missing"
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    fi
}

skip()
{
    python3 test/lib/tally.py skip "$1" "$2" "$TOTALS"
}

# build NAME [meson options]: sets up and compiles $BUILD/NAME, or counts a failure.
build()
{
    local name=$1 folder=$BUILD/$1 log=$BUILD/$1.log again=
    shift
    mkdir -p "$BUILD"
    [ ! -f "$folder/build.ninja" ] || again=--reconfigure
    echo "  $name: building"
    if ! meson setup $again "$folder" "$@" >"$log" 2>&1 ||
        ! timeout "$LIMIT" meson compile -C "$folder" -j "$JOBS" >>"$log" 2>&1
    then
        grep -vE '^\[[0-9]+/[0-9]+\] ' "$log" | tail -n 40 | indent
        python3 test/lib/tally.py fail "$name" "does not build, see $log" "$TOTALS"
        return 1
    fi
}

# units NAME FOLDER [meson test options]: the unit tests of a build.
units()
{
    local name=$1 folder=$BUILD/$2 code log
    shift 2
    log=$folder/meson-logs/$name
    rm -f "$log".json "$log"-*.json
    timeout "$LIMIT" ${WITH:-} meson test -C "$folder" --no-rebuild --num-processes "$JOBS" \
        --logbase "$name" "$@" 2>&1 |
        grep -E '^ *[0-9]+/[0-9]+ ' | indent
    code=${PIPESTATUS[0]}
    # Behind --wrap meson adds the wrapper's name.
    [ -f "$log.json" ] || mv "$log"-*.json "$log.json" 2>/dev/null
    python3 test/lib/tally.py meson "$name" "$log.json" "$code" "$TOTALS"
}

# script NAME COMMAND...: something that prints its own counts on its last line.
script()
{
    local name=$1 code output
    shift
    output=$(mktemp)
    timeout "$LIMIT" "$@" 2>&1 | tee "$output" | indent
    code=${PIPESTATUS[0]}
    python3 test/lib/tally.py script "$name" "$output" "$code" "$TOTALS"
    code=$?
    rm -f "$output"
    return "$code"
}

# ---- the configurations of test/run.sh ----

RUN_PACKAGES="gcc g++ clang libclang-rt-14-dev meson ninja-build pkg-config binutils gdb python3
    libc6-dev liburing-dev libjemalloc-dev libcmocka-dev libhttp-parser-dev zlib1g-dev"

run_configurations()
{
    if wanted style; then
        script style python3 test/style/style.py
        script mutants-apply python3 test/mutants/apply.py --check
        script model-mutants-apply python3 test/model/mutants.py --list
    fi
    if wanted gcc || wanted difftest || wanted workers || wanted examples ||
        wanted epoll; then
        if CC=gcc build gcc; then
            ! wanted gcc || units gcc gcc
            ! wanted epoll || SLEY_BACKEND=epoll units epoll gcc --no-suite model --no-suite lib
            ! wanted difftest || script difftest test/difftest/run.sh "$BUILD/gcc/sley-difftest"
            ! wanted workers ||
                SLEY_MIGRATE=1 SLEY_TEST_WORKERS=4 units workers gcc --no-suite model
            ! wanted workers || script difftest-workers \
                test/difftest/workers.py "$BUILD/gcc/sley-difftest" --quick
            ! wanted examples ||
                script examples python3 test/examples/compare.py "$BUILD/gcc/docs/examples"
        fi
    fi
    if wanted clang && CC=clang build clang; then
        units clang clang --no-suite model
    fi
    if wanted asan && CC=gcc build asan $ASAN_SETUP; then
        units asan asan
    fi
    if wanted install; then
        script install test/install/run.sh
    fi
}

# The sanitizers' findings are failures.
ASAN_SETUP="-Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fno-sanitize-recover=all
    -Dexamples=false"
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=exitcode=66:second_deadlock_stack=1:die_after_fork=0
