#!/usr/bin/env bash
# Holds sley's order against CPython's: the traces of scenarios must be equal, byte for byte.
#
#     run.sh SLEY-DIFFTEST [--shared]      --shared: all of it with the shared kind of primitives
#
#   golden   golden/*.jsonl against golden/*.trace, which CPython 3.13.0 printed
#   hashes   where SLEY_DIFFTEST_DATA names a folder with scenario_gen.py and golden/*.hashes: the
#            first SLEY_DIFFTEST_COUNT (1500) seeds of each profile
#   oracle   where there is a CPython >= 3.13 (SLEY_PYTHON313, or python3.13 on the PATH): our own
#            generator's first SLEY_DIFFTEST_ORACLE (300) seeds of each profile against oracle.py
#
# A scenario that differs is kept in a file, which the output names.

set -uo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd) || exit 2
difftest=${1:?usage: run.sh SLEY-DIFFTEST [--shared]}
kind=${2:-}
profiles="mixed locks queues cancel struct duel spaced"
data=${SLEY_DIFFTEST_DATA:-}
count=${SLEY_DIFFTEST_COUNT:-1500}
oracle_count=${SLEY_DIFFTEST_ORACLE:-300}
limit=${SLEY_LIMIT:-900} # seconds for one profile
passed=0 failed=0 skipped=0 reasons=
work=$(mktemp -d) || exit 2
trap '[ "$failed" != 0 ] || rm -rf "$work"' EXIT

skip()
{
    skipped=$((skipped + $1))
    reasons="$reasons${reasons:+; }$2"
}

# python_at_least PROGRAM MINOR
python_at_least()
{
    [ -n "$1" ] && "$1" -c "import sys; sys.exit(sys.version_info < (3, $2))" 2>"$work/why" ||
        return 1
}

find_python()
{
    local candidate
    for candidate in "${SLEY_PYTHON313:-}" python3.13 python3; do
        if python_at_least "$candidate" 13; then
            echo "$candidate"
            return
        fi
    done
}

# interpret OUTPUT [--hash] SCENARIOS: runs sley-difftest; sets `ended` if it did not end well.
interpret()
{
    local output=$1 code
    shift
    ended=
    timeout "$limit" "$difftest" $kind "$@" >"$output" 2>"$work/stderr"
    code=$?
    [ "$code" = 0 ] || ended="; sley-difftest ended with $code $(tail -n 1 "$work/stderr")"
}

# keep SCENARIOS SEED NAME: the scenario of a seed in a file of its own, whose name is printed.
keep()
{
    local file=$work/$3-$2.json
    grep -m 1 "\"seed\":$2," "$1" >"$file"
    echo "$file"
}

# count_check NAME EQUAL OF: the line of one profile; false if it failed.
count_check()
{
    echo "$1: $2 of $3 scenarios equal$ended"
    if [ "$2" = "$3" ] && [ "$3" != 0 ] && [ -z "$ended" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        false
    fi
}

# compare NAME SCENARIOS EXPECTED GOT
compare()
{
    local equal of seed line
    {
        read -r equal of
        count_check "$1" "${equal:-0}" "${of:-0}"
        if read -r seed line; then
            echo "  first: seed $seed, line $line of the trace; kept in $(keep "$2" "$seed" "$1")"
            sed 's/^/    /'
        fi
    } < <(awk -f "$here/compare.awk" "$3" "$4")
}

golden()
{
    local profile name scenarios
    for profile in $profiles edge; do
        name=golden-$profile
        scenarios=$here/golden/$profile.jsonl
        interpret "$work/got" "$scenarios"
        compare "$name" "$scenarios" "$here/golden/$profile.trace" "$work/got"
    done
}

# A hash says that a trace differs; a Python that is there also says where.
explain_hash()
{
    local name=$1 scenarios=$2 seed=$3 file
    file=$(keep "$scenarios" "$seed" "$name")
    echo "  first: seed $seed; kept in $file"
    [ -n "$python313" ] || return
    "$python313" "$here/oracle.py" "$file" >"$work/expected"
    timeout "$limit" "$difftest" $kind "$file" >"$work/got" 2>/dev/null
    awk -f "$here/compare.awk" "$work/expected" "$work/got" | sed '1,2d; s/^/    /'
}

hashes()
{
    local profile name scenarios equal of seed
    if [ -z "$data" ]; then
        skip 7 "hashes: SLEY_DIFFTEST_DATA is not set"
        return
    elif ! python_at_least python3 11; then
        skip 7 "hashes: python3 is older than 3.11"
        return
    fi
    for profile in $profiles; do
        name=hashes-$profile
        scenarios=$work/$name.jsonl
        python3 "$data/scenario_gen.py" --profile "$profile" --seed 1 --count "$count" \
            --queue-shutdown >"$scenarios"
        head -n "$count" "$data/golden/$profile.hashes" >"$work/expected"
        interpret "$work/hashes" --hash "$scenarios"
        awk '{ print $1, substr($2, 1, 12) }' "$work/hashes" >"$work/got"
        of=$(wc -l <"$work/expected")
        [ "$of" = "$count" ] || ended="$ended; only $of hashes for $count scenarios"
        equal=$(grep -cxFf "$work/expected" "$work/got")
        if ! count_check "$name" "$equal" "$count"; then
            seed=$(grep -vxFf "$work/got" "$work/expected" | head -n 1 | cut -d ' ' -f 1)
            [ -z "$seed" ] || explain_hash "$name" "$scenarios" "$seed"
        fi
        rm -f "$scenarios"
    done
}

oracle()
{
    local profile name scenarios
    if [ -z "$python313" ]; then
        skip 7 "oracle: no CPython >= 3.13"
        return
    fi
    for profile in $profiles; do
        name=oracle-$profile
        scenarios=$work/$name.jsonl
        "$python313" "$here/generate.py" --profile "$profile" --count "$oracle_count" >"$scenarios"
        "$python313" "$here/oracle.py" "$scenarios" >"$work/expected"
        interpret "$work/got" "$scenarios"
        compare "$name" "$scenarios" "$work/expected" "$work/got"
        rm -f "$scenarios"
    done
}

python313=$(find_python)
golden
hashes
oracle
echo "difftest: $passed passed, $failed failed, $skipped skipped${reasons:+ ($reasons)}"
[ "$failed" = 0 ]
