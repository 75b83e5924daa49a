# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For the end-to-end cases and tools/demo, which source it. Given: SRCDIR, BUILDDIR, WINE, WINESERVER, XFREERDP and
# XVFB. A case is a script that exits with 0 (passed), 77 (skipped, the last line says what is missing) or another
# status (failed). Everything that it starts is ended and removed when it exits; after a failure the logs stay.
# Which client: see client.sh.
#
#   new_prefix NAME               $prefix: a Wine prefix of the case's own
#   add_class ROOT CLSID COMMAND [REG-OPTION]   a class that this command starts the program of
#   add_program KEY CLSID PROGRAM DLL [REG-OPTION]   the same for a class that a copy of serve.exe serves in its own process
#   bad_hosts NAME...             tests/badhost takes Wine's place in $client_environment, with these hosts
#   register DLL                  regsvr32 in $prefix
#   add_plugin KEY VALUE          an AddIns key in $prefix
#   registry_written              Wine's server has ended: what it knows is in the prefix's files
#   start_control                 $tmp/control, what servers of --control take words from, without any: they are written to $control
#   begin_server NAME             server with the script on stdin
#   start_client NAME [OPTION]…   a client with the addin, for that server
#   begin_session NAME [OPTION]…  both
#   program PID                   the pid of what runs as such a server or client
#   end_session NAME              waits for both; the server's script must have succeeded
#   session NAME [OPTION]…        the two in one
#   quit_client NAME              as its user would
#   wait_line FILE REGEX [S [N]]  until the growing file has such a line after N bytes; BASH_REMATCH is set
#   link=(--up RATE …)            the next sessions go through tests/throttle with these options
#   stop_link NAME                ends it; $link_up bytes went up
#   client_says NAME REGEX        the client's log must have such a line
#   turns_gap NAME MS TURNS       the client, run with WINEDVC_TEST_GAP, had no longer gap and no more turns
#   finish                        no process may be left; the case has passed
set -u

: "${SRCDIR:?is not set}" "${BUILDDIR:?is not set}"
server=$BUILDDIR/tests/server/rdp-test-server
shim=$BUILDDIR/tests/e2e/addinpath.so
throttle=$BUILDDIR/tests/throttle/throttle
plugins=$BUILDDIR/tests/plugins/x86_64-windows
session_limit=${session_limit:-100}     # seconds
declare -A server_pid client_pid link_pid port prefixes
started=()
prefix=
reason=

skip() { echo "$*"; exit 77; }
fail() { reason="FAILED: $*"; echo "$reason"; exit 1; }

show_logs()
{
    local log
    for log in "$tmp"/*.log
    do
        [ -s "$log" ] || continue
        echo "---- $log"
        tail -n 40 "$log"
    done
}

cleanup()
{
    local status=$? p
    trap '' INT TERM HUP
    for p in "${started[@]}"; do kill "$p"; done 2> /dev/null
    wait "${started[@]}" 2> /dev/null
    for p in "${prefixes[@]}"
    do
        WINEPREFIX=$p stop_wine
        rm -rf "$p"
    done
    case $status in 0|77) rm -rf "$tmp" ;; esac
    at_exit $status
    exit $status
}

# tools/demo has one of its own
declare -F at_exit > /dev/null || at_exit() { case $1 in 0|77) ;; *) show_logs; echo "${reason:-FAILED: exit status $1}" ;; esac; }

# start LOG COMMAND…: in the background, its pid is in $!. What an earlier one of that name said is gone when it returns.
start()
{
    local log=$1
    shift
    : > "$log"
    timeout -k 5 "$session_limit" "$@" > "$log" 2>&1 < /dev/null &
    started+=($!)
}

program() { cat "/proc/$1/task/$1/children"; }

stop_wine()
{
    "$WINESERVER" -k 2> /dev/null
    timeout -k 5 20 "$WINESERVER" -w
}

wait_line()
{
    local file=$1 regex=$2 end=$((SECONDS + ${3:-30})) line found=1 fd pid
    exec {fd}< <(exec tail -c +$((${4:-0} + 1)) -F "$file" 2> /dev/null)
    pid=$!
    while [ $SECONDS -le $end ] && read -r -t $((end - SECONDS + 1)) -u "$fd" line
    do
        [[ $line =~ $regex ]] && found=0 && break
    done
    kill "$pid"
    exec {fd}<&-
    return $found
}

wine() { env -u DISPLAY WINEPREFIX="$prefix" WINEDEBUG=fixme-all timeout -k 5 60 "$WINE" "$@"; }

windows_path() { echo "Z:${1//\//\\}"; }

new_prefix()
{
    prefix=$tmp/prefix-$1
    prefixes[$1]=$prefix
    "$SRCDIR/tools/makeprefix" --copy "$prefix" || fail "no Wine prefix could be made"
}

bad_hosts()
{
    prefix=$tmp/prefix-bad
    mkdir -p "$prefix/drive_c"
    touch "$prefix/system.reg"
    client_environment+=(WINEDVC_WINE="$BUILDDIR/tests/badhost/badhost" WINEDVC_TEST_HOSTS="$*")
}

register() { wine regsvr32 /s "$(windows_path "$1")" > "$tmp/regsvr32.log" 2>&1 || fail "regsvr32 $1"; }

add_plugin()
{
    wine reg add "HKCU\\Software\\Microsoft\\Terminal Server Client\\Default\\AddIns\\$1" /v Name /d "$2" /f \
        >> "$tmp/reg.log" 2>&1 || fail "reg add $1: status $?"
}

add_class()
{
    wine reg add "$1\\Software\\Classes\\CLSID\\$2\\LocalServer32" /ve /d "$3" /f "${@:4}" >> "$tmp/reg.log" 2>&1 ||
        fail "reg add $2"
}

registry_written()
{
    WINEPREFIX=$prefix timeout -k 5 30 "$WINESERVER" -w || fail "Wine's server does not end"
}

add_program()
{
    add_class HKLM "$2" "\"$(windows_path "$3")\" $2 $(windows_path "$4")" "${@:5}"
    add_plugin "$1" "$2"
}

start_control()
{
    rm -f "$tmp/control"
    mkfifo "$tmp/control" || fail "there is no FIFO"
    exec {control}<> "$tmp/control"
}

start_link()
{
    start "$tmp/$1-link.log" "$throttle" "${link[@]}" "127.0.0.1:${port[$1]}"
    link_pid[$1]=$!
    wait_line "$tmp/$1-link.log" '^listening on 127\.0\.0\.1:([0-9]+)$' || fail "the proxy does not start"
    port[$1]=${BASH_REMATCH[1]}
}

# The client must have ended.
stop_link()
{
    wait_line "$tmp/$1-link.log" '^up ([0-9]+) down' || fail "session $1: the proxy still carries"
    link_up=${BASH_REMATCH[1]}
    kill "${link_pid[$1]}"
}

begin_server()
{
    local name=$1
    cat > "$tmp/$name.script"
    start "$tmp/$name-server.log" "$server" --table "${server_options[@]}" "$tmp/$name.script"
    server_pid[$name]=$!
    wait_line "$tmp/$name-server.log" '^listening on 127\.0\.0\.1:([0-9]+)$' || fail "the test server does not start"
    port[$name]=${BASH_REMATCH[1]}
    [ ${#link[@]} = 0 ] || start_link "$name"
}

begin_session()
{
    begin_server "$1"
    start_client "$@"
}

# A client that ends before the server does has failed; the server would wait for another one.
end_session()
{
    local first status
    wait -n -p first "${server_pid[$1]}" "${client_pid[$1]}"
    status=$?
    if [ "$first" != "${server_pid[$1]}" ]
    then
        kill "${server_pid[$1]}"
        wait "${server_pid[$1]}"
        status=$?
    fi
    [ $status = 0 ] || fail "session $1: the server's script did not succeed"
    case $CLIENT in remmina|connections|vinagre|krdc) quit_client "$1" ;; esac
    wait "${client_pid[$1]}"
}

session() { begin_session "$@" && end_session "$1"; }

client_says()
{
    grep -q -E -- "$2" "$tmp/$1-client.log" || fail "session $1: the client's log lacks a line like: $2"
}

turns_gap()
{
    local line
    line=$(grep -E '^the longest of [0-9]+ gaps' "$tmp/$1-client.log") || fail "session $1: no gap was measured"
    echo "session $1: $line"
    [[ $line =~ of\ ([0-9]+)\ gaps.*:\ ([0-9]+) ]]
    [ "${BASH_REMATCH[2]}" -lt "$2" ] || fail "session $1: the main loop stood still"
    [ "${BASH_REMATCH[1]}" -le "$3" ] || fail "session $1: the main loop turns all the time"
}

# Pids of what the clients of this case have started and of themselves.
processes() { grep -lsz -F -x -- "WINEDVC_TEST_CASE=$tmp" /proc/[0-9]*/environ | tr -dc '0-9\n'; }

# The hosts must end by themselves.
no_host_left()
{
    local pid
    for pid in $(processes)
    do
        grep -qs -e winedvc\.exe -e /bin/winedvc "/proc/$pid/cmdline" || continue
        timeout 30 tail -s 0.1 --pid="$pid" -f /dev/null || fail "the process $pid ($(tr "\0" " " < "/proc/$pid/cmdline")) has not ended"
    done
}

# Wine's own processes would end too, some seconds later.
no_process_left()
{
    local p pid left=
    no_host_left
    for p in "${prefixes[@]}"; do WINEPREFIX=$p stop_wine; done
    for pid in $(processes); do left+=" $pid ($(tr '\0' ' ' < "/proc/$pid/cmdline"))"; done 2> /dev/null
    [ -z "$left" ] || fail "processes are left:$left"
}

finish()
{
    no_process_left
    exit 0
}

name=$(basename "$0" .test)
mkdir -p "$BUILDDIR/e2e"
tmp=$(mktemp -d "$BUILDDIR/e2e/$name.XXXXXX") || exit 1
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
server_options=()
link=()
client_environment=()
served=(/echo)

[ -x "${WINE:-}" ] && [ -x "${WINESERVER:-}" ] || skip "Wine is missing: install wine64"
[ -x "$server" ] || skip "the test server is not built: install the FreeRDP server library's development files"
. "$SRCDIR/tests/e2e/client.sh"
