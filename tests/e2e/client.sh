# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For lib.sh, which sources it: what the client is, and what it draws on. CLIENT is xfreerdp (if it is not set),
# wlfreerdp, sdl-freerdp or remmina; a case may set it before it sources lib.sh. Those that have no way of their own to load
# an addin are started by "winedvc run": connections, vinagre and krdc.
#
#   start_client NAME [OPTION]…   for the server at ${port[NAME]}; $client_environment is added to its environment,
#                                 $vc is the static channel with its arguments, winedvc if it is not set, none if it is
#                                 empty; $served has it load addins of FreeRDP's: (/echo)
#   answer_client NAME            as its user would what it asks before the session begins
#   quit_client NAME              as its user would

remmina_plugin() { find /usr/lib/*/remmina/plugins /usr/lib*/remmina/plugins -name remmina-plugin-rdp.so -print -quit; }

# $client, its program, and $linked, which is linked with FreeRDP
find_client()
{
    local package
    case ${CLIENT:=xfreerdp} in
    xfreerdp)    client=${XFREERDP:-}; package="freerdp2-x11 or freerdp3-x11" ;;
    wlfreerdp)   client=$(command -v wlfreerdp || command -v wlfreerdp3)
                 package="freerdp2-wayland or freerdp3-wayland" ;;
    sdl-freerdp) client=$(command -v sdl-freerdp || command -v sdl-freerdp3); package=freerdp3-sdl ;;
    remmina)     client=$(command -v remmina); package="remmina and remmina-plugin-rdp" ;;
    connections) client=$(command -v gnome-connections); package=gnome-connections ;;
    vinagre)     client=$(command -v vinagre); package=vinagre ;;
    krdc)        client=$(command -v krdc); package=krdc ;;
    *)           fail "what is the client '$CLIENT'?" ;;
    esac
    case $CLIENT in
    remmina)     linked=$(remmina_plugin 2> /dev/null) ;;
    connections) linked=$(echo /usr/lib/*/gnome-connections/libgtk-frdp-0.*.so) ;;
    krdc)        linked=$(echo /usr/lib/*/qt*/plugins/krdc/libkrdc_rdpplugin.so)
                 grep -q libfreerdp "$linked" 2> /dev/null || linked=${XFREERDP:-} ;;     # which it starts
    *)           linked=$client ;;
    esac
    [ -x "$client" ] && [ -e "$linked" ] || skip "$CLIENT is missing: install $package"
}

find_addin()
{
    freerdp_major=$(ldd "$linked" | sed -n 's/.*libfreerdp\([0-9]\)\.so.*/\1/p')
    addin=$BUILDDIR/lib/freerdp$freerdp_major/libwinedvc-client.so
    [ -e "$addin" ] || fail "$addin is not built"
}

start_xvfb()
{
    local fd number
    [ -x "${XVFB:-}" ] || skip "Xvfb is missing: install xvfb"
    exec {fd}< <(exec "$XVFB" -displayfd 1 -screen 0 "${screen:-640x480}x24" -noreset -nolisten tcp 2> "$tmp/xvfb.errors")
    started+=($!)
    read -r -t 20 -u "$fd" number || fail "Xvfb does not start: $(< "$tmp/xvfb.errors")"
    exec {fd}<&-
    display=(-u WAYLAND_DISPLAY DISPLAY=":$number")
}

start_weston()
{
    command -v weston > /dev/null || skip "weston is missing: install weston"
    printf '#!/bin/sh\necho weston is ready\n' > "$tmp/ready"
    chmod +x "$tmp/ready"
    printf '%s\n' '[core]' backend=headless-backend.so shell=kiosk-shell.so idle-time=0 \
        '[autolaunch]' "path=$tmp/ready" > "$tmp/weston.ini"
    start "$tmp/weston.log" env XDG_RUNTIME_DIR="$tmp/run" weston --config="$tmp/weston.ini" --socket=weston
    wait_line "$tmp/weston.log" '^weston is ready$' 20 || fail "weston does not start"
    display=(-u DISPLAY WAYLAND_DISPLAY=weston)
}

# Remmina is told to ask neither its user nor its home in the internet for anything. That of FreeRDP 3 asks for a password
# unless it has one: "password", enciphered with this secret.
write_profile()
{
    local secret= password=
    if [ "$freerdp_major" = 3 ]
    then
        secret='secret=ASNFZ4mrze/+3LqYdlQyEImrze8BI0VnESIzRFVmd4g='
        password='password=QvNq8ijpICn7J+Q64YtDSw=='
    fi
    mkdir -p "$tmp/home/.config/remmina"
    printf '%s\n' '[remmina_pref]' disable_news=true disable_stats=true disable_tip=true disable_tray_icon=true \
        periodic_news_permitted=false periodic_usage_stats_permitted=false "$secret" \
        > "$tmp/home/.config/remmina/remmina.pref"
    printf '%s\n' '[remmina]' "name=$1" protocol=RDP "server=127.0.0.1:${port[$1]}" username=user security=tls \
        cert_ignore=1 disableautoreconnect=1 vc=winedvc dvc=echo "$password" > "$tmp/$1.remmina"
}

start_client()
{
    local name=$1 command environment libraries channel=${vc-winedvc}
    shift
    environment=(HOME="$tmp/home" XDG_CONFIG_HOME="$tmp/home/.config" XDG_CONFIG_DIRS="$tmp/xdg"
                 XDG_STATE_HOME="$tmp/state" XDG_RUNTIME_DIR="$tmp/run" NO_AT_BRIDGE=1 DBUS_SESSION_BUS_ADDRESS=
                 WINEPREFIX="$prefix" WINEDVC_TEST_ADDIN="$addin" WINEDVC_HOST_LOG="$tmp/$name-host.log"
                 WINEDVC_TEST_CASE="$tmp" WINEDVC_START_TIMEOUT=25)
    command=(env LD_PRELOAD="$shim" "${client_environment[@]}" "$client" "/v:127.0.0.1:${port[$name]}"
             /u:user /p:password /cert:ignore /sec:tls ${channel:+"/vc:$channel"} "${served[@]}" "$@")
    if [ "$CLIENT" = remmina ]
    then
        write_profile "$name"
        # FreeRDP's libraries are its plug-in's own, where the shim would not see them
        libraries="libwinpr$freerdp_major.so.$freerdp_major libfreerdp$freerdp_major.so.$freerdp_major"
        command=(dbus-run-session -- env LD_PRELOAD="$shim $libraries" "${client_environment[@]}" "$client"
                 -c "$tmp/$name.remmina")
    fi
    case $CLIENT in
    connections|vinagre|krdc)
        mkdir -p "$tmp/home/.config/glib-2.0/settings"
        printf '%s\n' '[org/gnome/Connections]' first-run=false '[org/gnome/vinagre]' show-accels=true \
            > "$tmp/home/.config/glib-2.0/settings/keyfile"
        printf '%s\n' '[Wallet]' Enabled=false 'First Use=false' > "$tmp/home/.config/kwalletrc"
        case $CLIENT in
        krdc) command=("rdp://user:password@127.0.0.1:${port[$name]}") ;;
        *)    command=("rdp://127.0.0.1:${port[$name]}")
              environment+=(G_MESSAGES_DEBUG=all) ;;    # by which Connections says when it asks for a password
        esac
        command=(dbus-run-session -- env -u WINEDVC_TEST_ADDIN GSETTINGS_BACKEND=keyfile "${client_environment[@]}"
                 "$BUILDDIR/bin/winedvc" run "$client" "${command[@]}")
        ;;
    esac
    start "$tmp/$name-client.log" env "${display[@]}" "${environment[@]}" "${command[@]}"
    client_pid[$name]=$!
}

# With FreeRDP 3 Connections asks in a window of its own, and what is typed before that is shown goes nowhere. No log tells
# when KRDC asks: its session begins at last.
answer_client()
{
    local try
    command -v xdotool > /dev/null || skip "xdotool is missing: install xdotool"
    if [ "$CLIENT" = connections ]
    then
        wait_line "$tmp/$1-client.log" 'Prompting user' 60 || fail "Connections does not ask for a password"
        [ "$freerdp_major" = 2 ] ||
            timeout 60 env "${display[@]}" xdotool search --sync --onlyvisible --name '.connections$' \
                > "$tmp/$1-window.log" ||
            fail "Connections does not show what it asks"
        env "${display[@]}" xdotool type user
        env "${display[@]}" xdotool key Tab
        env "${display[@]}" xdotool type password
        env "${display[@]}" xdotool key Return
        return
    fi
    for try in {1..30}
    do
        wait_line "$tmp/$1-server.log" '^task ' 1 && return
        env "${display[@]}" xdotool key Return
    done
}

# Remmina takes that from another one on the same bus; SIGTERM is enough for the others.
quit_client()
{
    local pid bus
    case $CLIENT in
    remmina) ;;
    connections|vinagre|krdc)
        for pid in $(processes); do [ "/proc/$pid/exe" -ef "$client" ] && kill "$pid"; done
        return
        ;;
    *)  kill "${client_pid[$1]}"; return ;;
    esac
    for pid in $(processes)
    do
        [ "$(< "/proc/$pid/comm")" = remmina ] || continue
        bus=$(tr '\0' '\n' < "/proc/$pid/environ" | grep '^DBUS_SESSION_BUS_ADDRESS=')
        env "${display[@]}" "$bus" HOME="$tmp/home" XDG_CONFIG_HOME="$tmp/home/.config" NO_AT_BRIDGE=1 \
            timeout -k 5 20 "$client" -q > "$tmp/$1-quit.log" 2>&1
    done
}

find_client
find_addin
mkdir -p "$tmp/home"
mkdir -m 700 "$tmp/run"
if [ "$CLIENT" = wlfreerdp ]; then start_weston; else start_xvfb; fi
