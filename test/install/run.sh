#!/usr/bin/env bash
# The library as its users meet it: installed, found by pkg-config or as a meson subproject, and
# nothing of this tree in sight. One pass or fail for each line that it prints.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
passed=0 failed=0 skipped=0 reasons=

# expect TEXT COMMAND...: the command succeeds; else what it said is shown.
expect()
{
    local text=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok: $text"
    else
        failed=$((failed + 1))
        echo "FAILED: $text"
        tail -n 25 "$work/log" | sed 's/^/    /'
    fi
}

finish()
{
    echo "$passed passed, $failed failed, $skipped skipped${reasons:+ ($reasons)}"
    [ "$failed" = 0 ]
    exit
}

# program NAME COMPILER... -- FLAGS...: compiles with the flags behind the sources, and runs.
program()
{
    local name=$1
    shift
    expect "$name: compiles" "$@" -o "$work/$name"
    expect "$name: runs" timeout 20 "$work/$name"
}

# needs_no WORD FILE: the file is there, and no library that it loads has the word in its name.
needs_no()
{
    ldd "$2" >"$work/ldd" && ! grep "$1" "$work/ldd"
}

install_tree()
{
    meson setup "$work/build" "$source" --prefix="$prefix" -Dtests=false -Dexamples=false &&
        meson compile -C "$work/build" -j "$(nproc)" && meson install -C "$work/build" &&
        DESTDIR=$work/dest meson install -C "$work/build" --no-rebuild
}

expect "meson install" install_tree
[ "$failed" = 0 ] || finish
libdir=$(dirname "$(find "$prefix" -name 'libsley.so' | head -n 1)")
expect "DESTDIR holds the same files" diff \
    <(cd "$prefix" && find . | sort) <(cd "$work/dest$prefix" && find . | sort)
export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir

flags=$(pkg-config --cflags --libs sley)
warn="-Wall -Wextra -Werror"
cd "$work" || exit 2
cp "$here"/*.c "$here"/*.cpp "$work"
expect "the flags protect stacks" grep -q -e -fstack-clash-protection <<<"$flags"
expect "the flags name no jemalloc" bash -c '! grep -q jemalloc <<<"$1"' - "$flags"

# shellcheck disable=SC2086
{
    program c gcc -std=gnu11 $warn uses.c $flags
    program c-clang clang -std=gnu11 $warn uses.c $flags
    program c++17 g++ -std=c++17 $warn uses17.cpp $flags
    program c++17-clang clang++ -std=c++17 $warn uses17.cpp $flags
    program c++20 g++ -std=c++20 $warn uses20.cpp $flags
    program c++20-clang clang++ -std=c++20 $warn uses20.cpp $flags
    program static gcc -std=gnu11 $warn uses.c $(pkg-config --cflags sley) "$libdir/libsley.a" \
        $(pkg-config --libs liburing) -pthread
    expect "sley-debug: preloaded" env LD_PRELOAD="$libdir/libsley-debug.so" timeout 20 ./c
    expect "the static one needs no libsley.so" needs_no libsley ./static
    program malloc_kept gcc -D_GNU_SOURCE $warn malloc_kept.c $flags
    program malloc_own gcc $warn malloc_own.c $flags
    program malloc_jemalloc gcc $warn malloc_jemalloc.c $(pkg-config --cflags --libs sley-jemalloc)
    program malloc_jemalloc_own gcc $warn -DOWN_MALLOC malloc_jemalloc.c \
        $(pkg-config --cflags --libs sley-jemalloc)
    expect "dlopen: compiles" gcc -D_GNU_SOURCE $warn dlopened.c $(pkg-config --cflags sley) -ldl \
        -o dlopened
    expect "dlopen: runs a loop" timeout 20 ./dlopened "$libdir/libsley.so"
}

# 0 or 1: it can run here, or the others would not.
expect "sley_doctor finds that sley runs here" \
    bash -c '"$1" --json | grep -q "\"verdict\": \"\(ok\|missing\)\""' - "$prefix/bin/sley_doctor"
expect "C uses every macro" python3 "$here/symbols.py" --macros "$prefix/include" uses.c
expect "C++20 uses every macro" python3 "$here/symbols.py" --macros "$prefix/include" uses20.cpp
expect "C++17 uses every header" python3 "$here/symbols.py" --groups "$prefix/include" uses17.cpp
expect "exports are the headers'" \
    python3 "$here/symbols.py" "$prefix/include" "$libdir/libsley.so"
expect "libsley.so needs no jemalloc" needs_no jemalloc "$libdir/libsley.so"

subproject()
{
    mkdir -p "$work/user/subprojects/sley" &&
        cp -R "$here"/subproject/* "$work/user" &&
        (cd "$source" && cp -R include src meson.build meson_options.txt LICENSE \
            "$work/user/subprojects/sley") &&
        env -u PKG_CONFIG_PATH meson setup "$work/user/build" "$work/user" &&
        meson test -C "$work/user/build" --print-errorlogs
}
expect "as a meson subproject" subproject
finish
