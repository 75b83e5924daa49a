# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For the cases blocked-*: FreeRDP's own channel is as quick while a plug-in is blocked as before.
#
#   measured        (of the case) one session with the round trips "before" and "during", which begin_measured begins
#   compare         three sessions at most: in one of them p50 must be at most 1.5 times as long while the plug-in is
#                   blocked as before, in all of them no trip may take 500 ms
. "$(dirname "$0")/lib.sh"

begin_measured()
{
    begin_session main < <(
        cat <<END
task freerdp
  open ECHO
  echo 1 16
  meet open
  measure before 200 16
  say measured
  await blocked
  measure during 200 16
END
        [ -z "$long" ] || printf '  %s\n' "await minute" "measure after 200 16"
        cat)
}

measured_before()
{
    wait_line "$tmp/main-server.log" '^task freerdp: says measured$' || fail "the round trips come to no end"
}

# The plug-in is blocked.
blocked()
{
    tell blocked
    [ -n "$long" ] || return 0
    wait_line "$tmp/main-server.log" '^task .* (FAILED|closed)' 60 && fail "the channel ended"
    tell minute
}

trip() { sed -n -E "s/^task freerdp: $1: 200 .* $2 ([0-9]+) us.*/\\1/p" "$tmp/main-server.log"; }

compare()
{
    local name try good
    for try in 1 2 3
    do
        measured
        good=1
        for name in during ${long:+after}
        do
            echo "before: p50 $(trip before p50) us, worst $(trip before worst) us;" \
                 "$name: p50 $(trip "$name" p50) us, worst $(trip "$name" worst) us"
            [ "$(trip "$name" worst)" -lt 500000 ] || fail "an answer took $(trip "$name" worst) us"
            [ $(($(trip "$name" p50) * 2)) -le $(($(trip before p50) * 3)) ] || good=
        done
        [ -z "$good" ] || return 0
        no_process_left
        start_control
    done
    fail "FreeRDP's own channel is slower while the plug-in is blocked"
}
