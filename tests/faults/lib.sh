# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For the cases here, which source it; it sources tests/e2e/lib.sh, which says more. README has the table of cases.
# In every case a fault of one plug-in, its victim, comes while the session lives. A case is
#
#   scene [KIND]        a prefix with the bystander, sample.dll, and a victim: a copy of the plug-in KIND (sample if it
#                       is left out) under the name victim.dll, which has a host of its own; $victim is its channel
#                       the environment has FAULT_SERVED for a case whose victim is in a process of its own (serve.c),
#                       which FAULT_SERVED=running has run before the session
#   victim_by COMMAND   its host is started by this shell command instead of Wine; "$@" are Wine's arguments
#   begin [OPTION]…     the session. The script on stdin has a task "fault", which opens the victim's channel, comes to
#                       "meet open", and lasts until the fault is over
#   begin_twice         the same with two connections: the fault's task ends the first, and has "meet again" in the other
#   heard WORD          waits until the fault's task says WORD
#   streaming           waits until the bystander's transfer has begun
#   tell WORD           goes on with its step "await WORD"
#   told [REGEX]        waits for the one line that tells the user of the victim (and says REGEX)
#   alive ["LINES…"]    waits for the end and checks it all: see there
#   finish              of tests/e2e/lib.sh
#
# FAULT_LONG=1 is the long form: what may take its time does.

# A machine that has much else to do is no fault: a case in which an answer came late is played again, three times in all.
too_late=75
if [ -z "${FAULT_TRY:-}" ]
then
    for FAULT_TRY in 1 2 3
    do
        FAULT_TRY=$FAULT_TRY "$0"
        status=$?
        [ $status = $too_late ] || break
    done
    exit $status
fi

[ -z "${FAULT_LONG:-}" ] || session_limit=250
. "$SRCDIR/tests/e2e/lib.sh"

limit_us=1000000        # of an answer of FreeRDP's own channel
end_limit_us=5000000    # of the client, when the server has ended
victim=WineDVC::Victim::One
long=${FAULT_LONG:-}
slow=1000               # milliseconds, in the short form, until a call is reported: more than any takes that returns

add_victim()
{
    cp "$plugins/${1:-sample}.dll" "$tmp/victim.dll" || fail "there is no plug-in $1"
    add_plugin victim "$(windows_path "$tmp/victim.dll")"
}

# Its program's name, too, has victim.dll in it.
serve_victim()
{
    local class='{5c1d7f10-1111-4222-8333-010203040601}'
    slow=4000           # COM takes a second to start it, and several on a busy machine
    cp "$plugins/${1:-sample}.dll" "$tmp/victim.dll" || fail "there is no plug-in $1"
    cp "$plugins/serve.exe" "$tmp/victim.dll.exe" || fail "there is no serve.exe"
    add_program victim "$class" "$tmp/victim.dll.exe" "$tmp/victim.dll"
    [ "$FAULT_SERVED" = running ] || return 0
    start "$tmp/program.log" env -u DISPLAY WINEPREFIX="$prefix" WINEDVC_TEST_CASE="$tmp" WINEDVC_TEST_SERVE=says \
        "$WINE" "$tmp/victim.dll.exe" "$class" "$(windows_path "$tmp/victim.dll")" -Embedding
    wait_line "$tmp/program.log" '^serves' 60 || fail "the program does not start"
}

scene()
{
    new_prefix main
    add_plugin bystander "$(windows_path "$plugins/sample.dll")"
    if [ -n "${FAULT_SERVED:-}" ]; then serve_victim "$@"; elif [ "${1:-}" != none ]; then add_victim "$@"; fi
    [ "${1:-}" != faults ] || victim=WineDVC::Faults
    start_control
    server_options+=(--control "$tmp/control" --timeout $([ -n "$long" ] && echo 120 || echo 60))
    client_environment+=(WINEDVC_START_TIMEOUT=60)  # while the transfers take all of the machine
}

victim_by()
{
    printf '#!/bin/bash\ncase $* in\n*host*victim.dll*) %s ;;\nesac\nexec %s "$@"\n' "$1" "$WINE" > "$tmp/wine"
    chmod +x "$tmp/wine"
    client_environment+=(WINEDVC_WINE="$tmp/wine")
}

# Its host is a role of tests/badhost.
bad_victim()
{
    victim=Bad::$1
    victim_by "exec $BUILDDIR/tests/badhost/badhost \"\$1\" host $1"
}

# Its first host is not there before release_victim.
victim_later()
{
    mkfifo "$tmp/gate"
    victim_by "[ ! -p $tmp/gate ] || read -r _ < $tmp/gate"
}

release_victim()
{
    echo > "$tmp/gate"
    rm "$tmp/gate"
}

bystander_steps="open WineDVC::Sample::One
  key 16
  echo 1
  meet open
  say streaming
  stream fault 16777216 65536"
freerdp_steps="open ECHO
  echo 1 1590
  meet open
  echo-beside 1590"

# play TIMES [OPTION]…: FreeRDP's own channel and the bystander's transfer begin before the fault and end after it, or
# do so TIMES times, in a connection each.
play()
{
    local again=
    [ "$1" = 1 ] || again="  reconnect
  "
    shift
    begin_session main "$@" < <(
        printf 'task bystander\n  %s\n' "$bystander_steps${again:+
$again${bystander_steps/meet open/meet again}}"
        printf 'task freerdp\n  %s\n' "$freerdp_steps${again:+
$again${freerdp_steps/meet open/meet again}}"
        cat)
}

begin() { play 1 "$@"; }
# A client that cannot say goodbye, since the server is gone, tries to come back, once: newer ones wait before that for as long
# as a connection may take, 15 s if nobody says otherwise.
begin_twice()
{
    local limit=()
    [[ $("$XFREERDP" /help 2> /dev/null) != */timeout:* ]] || limit=(/timeout:2000)
    play 2 +auto-reconnect /auto-reconnect-max-retries:1 ${limit[@]+"${limit[@]}"} "$@"
}

heard() { wait_line "$tmp/main-server.log" "^task fault: says $1\$" 60 || fail "the fault's task does not say $1"; }
streaming() { wait_line "$tmp/main-server.log" '^task bystander: says streaming$' || fail "the transfer does not begin"; }
tell() { echo "$1" >&"$control"; }

# Pids of processes of this case whose command lines match.
running()
{
    local pid
    for pid in $(processes)
    do
        tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q -E "$1" && echo "$pid"
    done 2> /dev/null
}

hosts() { running "winedvc\.exe host .*$1"; }

signal_victim()
{
    local pids
    if [ -n "${FAULT_SERVED:-}" ]; then pids=$(running 'victim\.dll\.exe'); else pids=$(hosts 'victim\.dll'); fi
    [ "$(wc -w <<< "$pids")" = 1 ] || fail "the victim has not one process but: $pids"
    kill -"$1" "$pids" || fail "the victim's process cannot be sent SIG$1"
}

user_line='\[(WARN|ERROR|FATAL)\]\[com\.freerdp\.channels\.winedvc\] - '

told()
{
    wait_line "$tmp/main-client.log" "$user_line.*victim\\.dll.*${1:-}" 60 ||
        fail "the user is not told of the victim${1:+ and: $1}"
}

# result TASK KEY: from the server's results
result() { sed -n -E "s/^result task=$1 .* $2=([^ ]*).*/\\1/p" "$tmp/main-server.log"; }

# alive ["LINES…"]: the script has succeeded, so everything is answered and identical, the bystander's 16 MiB among it,
# from before the fault to after it; each of FreeRDP's answers came within a second; of the victim, and of nothing
# else, there are LINES (1) lines for the user, or one of several numbers, unless that is "untold"; the client ended in
# good order, at once.
alive()
{
    local worst bytes
    end_client
    worst=$(result freerdp worst-us)
    bytes=$(result bystander bytes-received)
    echo "the longest wait for FreeRDP's own channel was $worst us, for the bystander $(result bystander worst-us) us;" \
         "its $bytes bytes came back"
    [ "$bytes" -ge 16777216 ] || fail "the bystander's transfer was shorter than 16 MiB"
    [ "${1:-}" = untold ] || count_lines "${1:-1}"
    [ "$worst" -le $limit_us ] && return
    reason="FAILED: FreeRDP's own channel waited $worst us for an answer"
    echo "$reason"
    exit $too_late
}

# count_lines "LINES…"
count_lines()
{
    local lines others
    lines=$(grep -c -E "$user_line.*victim\\.dll" "$tmp/main-client.log")
    others=$(grep -E "$user_line" "$tmp/main-client.log" | grep -v -c -F -e victim.dll -e "channel $victim ")
    [[ " $1 " = *" $lines "* ]] || fail "$lines lines tell the user of the victim, not $1"
    [ "$others" = 0 ] || fail "$others lines tell the user of something else"
}

end_client()
{
    local status late
    end_session main
    status=$?
    late=$((${EPOCHREALTIME/./} - $(stat -c %.6Y "$tmp/main-server.log" | tr -d .)))
    case $status in 124|13[2-9]) fail "the client ended with status $status" ;; esac
    [ $late -le $end_limit_us ] || fail "the client ended $late us after the server"
}
