#!/usr/bin/env bash
# The tests of every change: unit tests with gcc, also on epoll, with clang, and with ASan and
# UBSan; the order against CPython's (difftest); the examples; the installed library; style. From a
# bare Debian 12: installs what is missing if it may, else names it. 5 to 15 minutes on 2 cores.
#
#     test/run.sh [--only NAME[,NAME...]]     style epoll gcc clang asan difftest workers examples
#                                             install
#
# SLEY_DIFFTEST_DATA names a folder with more scenarios and their hashes.
cd "$(dirname "$0")/.." || exit 2
. test/lib/suite.sh

export SLEY_TEST_TIMED=${SLEY_TEST_TIMED:-0} # nothing is known of the machine
suite_begin "$@"
need_packages $RUN_PACKAGES
run_configurations
suite_end
