# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the runner must make of each test of the victim program; sourced with VICTIM set to the program.

status=0
export BUILDDIR=$BUILDDIR/logs/runner-$(basename "$0" .test)
mkdir -p "$BUILDDIR"

# expect RUNTEST-STATUS PATTERN TEST [OPTION...]: the first line printed for the test has to match
expect()
{
    local want=$1 pattern=$2 test=$3 output got
    shift 3
    output=$("$SRCDIR/tools/runtest" --limit 10 "$@" --only "victim/$test" "victim=$VICTIM")
    got=$?
    if [ $got -eq "$want" ] && [[ ${output%%$'\n'*} =~ ^$pattern$ ]]; then echo "right: $test"; return; fi
    echo "WRONG: $test: status $got, expected $want and '$pattern', but it said:"
    echo "$output"
    status=1
}

expect 0 'PASS: victim/good' good
expect 1 'FAIL: victim/failure: 2 of 2 checks failed' failure
expect 1 'FAIL: victim/todo_success: 1 of 1 checks failed' todo_success
expect 0 'SKIP: victim/skipped: No moon tonight\.' skipped
expect 0 'PASS: victim/half_skipped' half_skipped
expect 1 'FAIL: victim/nothing: it checked nothing' nothing
expect 1 'FAIL: victim/crash: no summary.*' crash
expect 1 'FAIL: victim/silent_exit: no summary.*exit status 0.*' silent_exit
expect 1 'FAIL: victim/wrong_status: exit status 3, but the summary says 0 failures' wrong_status
expect 1 'FAIL: victim/wrong_summary: exit status 0, but the summary says 2 failures' wrong_summary
expect 1 'FAIL: victim/hang: did not end within 1 s' hang --limit 1
expect 0 'PASS: victim/loud' loud
expect 1 'FAIL: victim/no_such_test: there is no such test' no_such_test
