#!/usr/bin/env bash
# Is the order's test sharp? Each patch here makes sley wrong in one way; traces must tell.
#
#     run.sh [--only NAME[,NAME...]] [--table]
#
#   golden   every scenario of ../difftest/golden, and of more.jsonl here: a mutant of which no
#            trace differs has survived, and that is a failure; of sley as it is none may differ
#   hashes   where SLEY_DIFFTEST_DATA names a folder with scenario_gen.py and golden/*.hashes, also
#            the first SLEY_DIFFTEST_COUNT (1500) seeds of each profile
#
# --table prints the rows of README.md's table instead of a report.

set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd) || exit 2
root=$(cd "$here/../.." && pwd) || exit 2
. "$root/test/lib/suite.sh"

data=${SLEY_DIFFTEST_DATA:-}
count=${SLEY_DIFFTEST_COUNT:-1500}
profiles="mixed locks queues cancel struct duel spaced"
scenarios=("$root"/test/difftest/golden/*.jsonl "$here/more.jsonl")
only=, table=
patience=10 # seconds for a file of scenarios, which takes a tenth of one: longer is a hang
crashes_max=3 # in one file, after which its other scenarios are not run
passed=0 failed=0 skipped=0 reasons=
flags="-std=gnu11 -O1 -fstack-clash-protection -Werror=implicit-function-declaration"
flags="$flags -D_GNU_SOURCE -DNDEBUG -DSLEY_VERSION='\"mutant\"' -Iinclude -Isrc"

while [ $# -gt 0 ]; do
    case $1 in
        --only) only=",$2,"; shift 2 ;;
        --table) table=yes; shift ;;
        *) echo "usage: $0 [--only NAME[,NAME...]] [--table]" >&2; exit 2 ;;
    esac
done
[ -n "$table" ] || need_packages gcc libc6-dev liburing-dev python3
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

say()
{
    [ -n "$table" ] || echo "$@"
}

failure()
{
    failed=$((failed + 1))
    echo "$1: FAILED: $2"
}

# ---- building ----

object_of()
{
    local name=${1//\//_}
    echo "${name%.*}.o"
}

# compile FOLDER OBJECTS FILE...: the files (named relative to the folder) and what they include.
compile()
{
    local folder=$1 objects=$2 file
    shift 2
    for file; do
        printf '%s\0%s\0' "$file" "$objects/$(object_of "$file")"
    done | (cd "$folder" && xargs -0 -n 2 -P "$JOBS" sh -c \
        "exec gcc $flags"' -MMD -c "$1" -o "$2"' sh)
}

# The warm folder: everything compiled once, sley as a library.
build_warm()
{
    local sources
    mkdir -p "$work/tree" "$work/warm" "$work/interpreter"
    cp -r "$root/src" "$root/include" "$root/test/difftest" "$work/tree"
    rm -r "$work/tree/src/alloc"
    sources=$(cd "$work/tree" && find src -name '*.c' && echo "src/arch/$(uname -m).S")
    # shellcheck disable=SC2086
    compile "$work/tree" "$work/warm" $sources &&
        compile "$work/tree" "$work/interpreter" $(cd "$work/tree" && echo difftest/*.c) &&
        ar rcs "$work/libsley.a" "$work"/warm/*.o &&
        link_with "$work/unchanged"
}

# link_with PROGRAM OBJECT...: they take the places of the library's.
link_with()
{
    local program=$1
    shift
    gcc -o "$program" "$work"/interpreter/*.o "$@" "$work/libsley.a" -luring -lpthread
}

# The sources that a change of these files reaches.
reached()
{
    local file
    for file; do
        case $file in
            *.c) echo "$file" ;;
            *) (cd "$work/warm" && grep -lF " $file" ./*.d) | while read -r depends; do
                   tr -d '\\' <"$work/warm/$depends" | tr ' ' '\n' | grep -m 1 '\.[cS]$'
               done ;;
        esac
    done | sort -u
}

# build_mutant NAME: makes $work/mutant, or says why not.
build_mutant()
{
    local changed
    rm -rf "$work/copy" "$work/objects"
    mkdir "$work/copy" "$work/objects"
    cp -r "$work/tree/src" "$work/tree/include" "$work/copy"
    changed=$(python3 "$here/apply.py" "$here/$1.patch" "$work/copy" 2>"$work/why") || return
    # shellcheck disable=SC2046,SC2086
    compile "$work/copy" "$work/objects" $(reached $changed) >"$work/why" 2>&1 &&
        link_with "$work/mutant" "$work"/objects/*.o 2>"$work/why"
}

# ---- running ----

# traces PROGRAM SCENARIOS OUTPUT [--hash]: what it prints, passing over scenarios at which it
# crashes, of which `ends` counts those up. A program that hangs has shown enough: sets `hung`.
traces()
{
    local program=$1 scenarios=$2 output=$3 hash=${4:-} of ran=0 crashes=0 per='^# scenario ' code
    [ -z "$hash" ] || per=.
    of=$(wc -l <"$scenarios")
    : >"$output"
    while [ -z "$hung" ] && [ "$ran" -lt "$of" ] && [ "$crashes" -lt "$crashes_max" ]; do
        tail -n "+$((ran + 1))" "$scenarios" >"$work/rest"
        # A mutant that never ends must not take the machine's memory with it. The braces hide
        # what the shell says of a crash.
        # shellcheck disable=SC2086
        { (ulimit -v 8000000 &&
            timeout "$patience" "$program" $kind $hash "$work/rest" >>"$output"); } 2>/dev/null
        code=$?
        [ "$code" != 0 ] || break
        if [ "$code" = 124 ]; then
            hung=yes
            break
        fi
        crashes=$((crashes + 1))
        ran=$(($(grep -c "$per" "$output") + crashes))
    done
    ends=$((ends + crashes))
}

# differing EXPECTED GOT: how many traces of GOT differ from those of the same seed.
differing()
{
    awk '
        FILENAME != last { last = FILENAME; file++ }
        /^# scenario / { seed = $3; seeds[file, ++n[file]] = seed; next }
        { text[file, seed] = text[file, seed] $0 "\n" }
        END {
            for (i = 1; i <= n[2]; i++)
                differ += text[1, seeds[2, i]] != text[2, seeds[2, i]]
            print differ + 0
        }' "$1" "$2"
}

# kind_of NAME: mutants of the shared kind are run with objects of it.
kind_of()
{
    case $1 in shared_*) echo --shared ;; esac
}

# judge PROGRAM: sets golden (differing traces), ends (crashes), hung (if it hangs, else empty),
# ran (traces that were looked at), hashed (differing hashes, empty without them).
judge()
{
    local file name patience=$patience
    golden=0 ends=0 ran=0 hashed= hung=
    for file in "${scenarios[@]}"; do
        traces "$1" "$file" "$work/got"
        golden=$((golden + $(differing "${file%.jsonl}.trace" "$work/got")))
        ran=$((ran + $(grep -c '^# scenario ' "$work/got")))
    done
    [ -n "$data" ] || return
    hashed=0
    patience=$((patience + count / 100))
    for name in $profiles; do
        traces "$1" "$work/$name.jsonl" "$work/got" --hash
        hashed=$((hashed + $(awk '{ print $1, substr($2, 1, 12) }' "$work/got" |
            grep -cvxFf "$work/$name.hashes")))
    done
}

prepare_hashes()
{
    local name
    if [ -z "$data" ]; then
        skipped=1
        reasons="hashes: SLEY_DIFFTEST_DATA is not set"
        return
    fi
    for name in $profiles; do
        python3 "$data/scenario_gen.py" --profile "$name" --seed 1 --count "$count" \
            --queue-shutdown >"$work/$name.jsonl" &&
            head -n "$count" "$data/golden/$name.hashes" >"$work/$name.hashes" &&
            [ "$(wc -l <"$work/$name.hashes")" = "$count" ] || return
    done
}

judge_unchanged()
{
    local of kind=$1 as_it_is="sley as it is${1:+, $1}"
    of=$(cat "${scenarios[@]}" | wc -l)
    judge "$work/unchanged"
    if [ "$golden$ends${hashed:-0}$hung" != 000 ] || [ "$ran" != "$of" ]; then
        failure "$as_it_is" "$ran of $of traces, of which $golden differ; \
${hashed:+$hashed hashes differ; }$ends crash${hung:+; it hangs}"
        return 1
    fi
    passed=$((passed + 1))
    say "$as_it_is: all $ran traces equal${hashed:+, and all $((7 * count)) hashes}"
    say "(of a mutant: traces that differ, of $ran${hashed:+; hashes, of $((7 * count))})"
}

judge_mutant()
{
    local name=$1 about rule what kind
    kind=$(kind_of "$name")
    if ! build_mutant "$name"; then
        failure "$name" "cannot be built: $(cat "$work/why")"
        return
    fi
    judge "$work/mutant"
    if [ "$golden$ends$hung" = 00 ]; then
        failure "$name" "SURVIVED${hashed:+ (but $hashed hashes differ)}"
        return
    fi
    passed=$((passed + 1))
    about="$golden traces differ${hashed:+, $hashed hashes}"
    [ "$ends" = 0 ] || about="$about; $ends crash"
    say "$name: caught ($about${hung:+; it hangs})"
    [ -n "$table" ] || return 0
    IFS=: read -r rule what <"$here/$name.patch"
    echo "| \`$name\` | $rule |$what | $golden | $hashed |"
}

judge_all()
{
    local patch name
    for name in ${only//,/ }; do
        [ -f "$here/$name.patch" ] || failure "$name" "there is no such mutant"
    done
    for patch in "$here"/*.patch; do
        name=$(basename "$patch" .patch)
        [ "$only" = , ] || [ "${only#*,"$name",}" != "$only" ] || continue
        judge_mutant "$name"
    done
}

# README.md's table lists these patches, and no others.
judge_table()
{
    local listed here_are
    listed=$(sed -n 's/^| `\([a-z0-9_]*\)` |.*/\1/p' "$here/README.md" | sort)
    here_are=$(cd "$here" && printf '%s\n' *.patch | sed 's/\.patch$//' | sort)
    if [ "$listed" = "$here_are" ]; then
        passed=$((passed + 1))
    else
        failure README.md "lists other mutants than there are:
$(diff <(echo "$listed") <(echo "$here_are") | grep '^[<>]')"
    fi
}

if ! build_warm; then
    failure "sley as it is" "cannot be built"
elif ! prepare_hashes; then
    failure hashes "the scenarios cannot be made from $data"
elif judge_unchanged '' && judge_unchanged --shared; then
    judge_all
    [ "$only$table" != , ] || judge_table
fi
say "mutants: $passed passed, $failed failed, $skipped skipped${reasons:+ ($reasons)}"
[ "$failed" = 0 ]
