# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For the cases blocked-*: FreeRDP's own channel is as quick while a plug-in is blocked as before.
#
#   measured        (of the case) one session with the round trips "before" and "during", which begin_measured begins
#   compare         three sessions at most: the best p50 while the plug-in is blocked must be at most 1.5 times the best
#                   before, and no trip may take 500 ms
. "$(dirname "$0")/lib.sh"

# phase NAME: 20 times 200 round trips, of which the best count, since a Wine that starts is busy for a second
phase() { printf "  measure $1 200 16\n%.0s" {1..20}; }

# Not inside the <( ) below: there bash 5.2 loses a ";" that follows a here-document.
measured_script()
{
    cat <<END
task freerdp
  open ECHO
  echo 1 16
  meet open
$(phase before)
  say measured
  await blocked
$(phase during)
END
    if [ -n "$long" ]
    then
        echo "  await minute"
        phase after
    fi
    cat
}

begin_measured()
{
    begin_session main < <(measured_script)
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

# trip PHASE p50|worst: in ascending order
trip() { sed -n -E "s/^task freerdp: $1: 200 .* $2 ([0-9]+) us.*/\\1/p" "$tmp/main-server.log" | sort -n; }
worst() { trip "$1" worst | tail -n 1; }

# least PHASE: sets $best[PHASE] to the least p50 of this and the last tries, since noise only makes it longer
least()
{
    local p50
    p50=$(trip "$1" p50 | head -n 1)
    [ "${best[$1]:-$p50}" -lt "$p50" ] || best[$1]=$p50
    echo "$1: p50 $p50 us, worst $(worst "$1") us"
}

compare()
{
    local name try good
    declare -A best
    for try in 1 2 3
    do
        measured
        good=1
        least before
        for name in during ${long:+after}
        do
            least $name
            [ "$(worst $name)" -lt 500000 ] || fail "an answer took $(worst $name) us"
            [ $((best[$name] * 2)) -le $((best[before] * 3)) ] || good=
        done
        [ -z "$good" ] || return 0
        no_process_left
        start_control
    done
    fail "FreeRDP's own channel is slower while the plug-in is blocked"
}
