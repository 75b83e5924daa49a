# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For the tests of the user's command, which source it.
#
#   winedvc ARGUMENT…           the command, in a home directory of the test's own; $out and $err have what it prints, and
#                               $status is its exit status
#   as_user                     winedvc is run by an ordinary user from now on, to whom the test's directory belongs
#   expect STATUS ARGUMENT…     winedvc has to end with it
#   says FILE REGEX             $out or $err has to have such a line
#   fake_wine NAME              $wine, a program of that installation in the test's directory, which only prints
#   fake_prefix NAME            $prefix, what that Wine takes for its own
#   new_prefix NAME             $prefix, a real one; the Wine of the tests is used
#   checksum DIR                of all that is in it, with times
#   failed                      the lines of doctor, in $out, that say so
#   all_ok                      doctor has to find nothing that failed
#   mistake NAME REGEX MEND [COMMAND]…   doctor has to find one thing that failed, with a line like REGEX and a mend like
#                               MEND. The last command in it, between quotation marks, is run as it is printed, then COMMAND,
#                               for what the user does besides; then all has to be ok again
#   mistake_by_hand NAME REGEX MEND COMMAND…     the same of a mend without a command, which COMMAND plays
#   broken NAME REGEX MEND [COMMAND]…    the same of the plug-in NAME, whose mend says how to go without it; it is then enabled,
#                               and COMMAND plays what its vendor or its user does, after which all has to be ok
#   asked_for TEXT              stand-ins for apt and dpkg, which a mend has run, have to have been asked for this
#   tell_count                  how many mistakes there were
#   conforms WHAT               $out has to be JSON of the form that docs/winedvc.schema.json has under that name
#   has PROGRAM                 it is installed; if not, the test is skipped in the end, and says that it is missing
#   lacks WHAT                  the same for anything else that a part of the test would need
#   finish                      the test has passed unless something was WRONG
set -u

: "${SRCDIR:?is not set}" "${BUILDDIR:?is not set}"
command=$BUILDDIR/bin/winedvc
plugins=$BUILDDIR/tests/plugins/x86_64-windows
failures=0
count=0
real=0
runner=()
started=()

missing=

wrong() { echo "WRONG: $*"; failures=$((failures + 1)); }
skip()  { echo "$*"; exit 77; }
lacks() { [[ ", $missing," = *", $1,"* ]] || missing+=${missing:+, }$1; }
has()   { command -v "$1" > /dev/null || { lacks "$1"; return 1; }; }

cleanup()
{
    local result=$? p
    for p in "$tmp"/prefix-*
    do
        [ ! -e "$p/system.reg" ] || [ ! -x "${WINESERVER:-}" ] || WINEPREFIX=$p "$WINESERVER" -k 2> /dev/null
    done
    find "$tmp" -type d ! -perm -u+w -exec chmod u+w {} +   # files may be links, see makeprefix
    rm -rf "$tmp"
    exit $result
}

winedvc()
{
    ${runner[@]+"${runner[@]}"} env -u WINEPREFIX -u WINEDVC_WINE -u WINEDEBUG -u WINEDLLOVERRIDES -u DISPLAY -u COLUMNS \
        HOME="$tmp/home" XDG_CONFIG_HOME="$tmp/home/.config" XDG_CONFIG_DIRS="$tmp/xdg" XDG_STATE_HOME="$tmp/state" \
        ${prefix:+WINEPREFIX="$prefix"} ${wine:+WINEDVC_WINE="$wine"} ${environment[@]+"${environment[@]}"} \
        timeout -k 5 100 "$command" "$@" > "$out" 2> "$err" < /dev/null
    status=$?
}

as_user()
{
    [ "$(id -u)" = 0 ] || return
    command -v setpriv > /dev/null || skip "setpriv is missing: install util-linux"
    chown -R 65534:65534 "$tmp"
    chmod 755 "$tmp"
    runner=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    "${runner[@]}" test -r "$command" || skip "an ordinary user can not read $BUILDDIR"
    : > "$out"
    : > "$err"
}

expect()
{
    local wanted=$1
    shift
    winedvc "$@"
    [ "$status" = "$wanted" ] || { wrong "winedvc $*: exit status $status, not $wanted"; cat "$out" "$err"; }
}

says() { grep -q -E -e "$2" "$1" || { wrong "no line like: $2"; cat "$1"; }; }

fake_wine()
{
    wine=$tmp/wine-$1/bin/wine
    mkdir -p "$tmp/wine-$1/bin" "$tmp/wine-$1/share/wine"
    printf '#!/bin/sh\necho "this is no Wine"\n' > "$wine"
    chmod +x "$wine"
    touch "$tmp/wine-$1/share/wine/wine.inf"
}

fake_prefix()
{
    prefix=$tmp/prefix-$1
    mkdir -p "$prefix/drive_c" "$prefix/dosdevices"
    printf 'WINE REGISTRY Version 2\n;; All keys relative to \\\\Machine\n\n#arch=win64\n' > "$prefix/system.reg"
    touch "$prefix/user.reg"
    stat -c %Y "${wine%/bin/wine}/share/wine/wine.inf" > "$prefix/.update-timestamp"
}

new_prefix()
{
    [ -x "${WINE:-}" ] && [ -x "${WINESERVER:-}" ] || skip "Wine is missing: install wine64"
    wine=
    prefix=$tmp/prefix-$1
    "$SRCDIR/tools/makeprefix" --copy "$prefix" || { wrong "no Wine prefix could be made"; exit 1; }
}

windows_path() { echo "Z:${1//\//\\}"; }

stop_wine() { WINEPREFIX=$prefix "$WINESERVER" -k 2> /dev/null; WINEPREFIX=$prefix timeout -k 5 20 "$WINESERVER" -w; }

checksum()
{
    (cd "$1" && find . -printf '%p %m %s %T@ %l\n' | LC_ALL=C sort; find "$1" -type f -exec sha256sum {} + | LC_ALL=C sort) |
        sha256sum
}

conforms()
{
    local why
    has jq || return 0
    why=$(jq -r --slurpfile schema "$SRCDIR/docs/winedvc.schema.json" --arg what "$1" -f "$SRCDIR/tests/tool/schema.jq" "$out" \
          2>&1) && [ -z "$why" ] || { wrong "JSON of $1: $why"; cat "$out"; }
}

failed() { sed -n 's/^failed *//p' "$out"; }

all_ok() { expect 0 doctor; }

# What a mend names is not in the tests' PATH; and no window must open.
wineboot()   { "$WINE" wineboot "$@"; }
wineserver() { "$WINESERVER" "$@"; }

# Stand-ins, in the place of what brings packages and is not for tests: they note what they were asked for.
apt()  { echo "apt $*" >> "$tmp/packages"; }
dpkg() { echo "dpkg $*" >> "$tmp/packages"; }

run_mend()
{
    (
        export WINEDLLOVERRIDES='winedbg.exe,mscoree,mshtml=' WINEDEBUG=-all
        unset DISPLAY WAYLAND_DISPLAY
        status=0
        eval "$1" > "$tmp/mend.log" 2>&1 && [ $status = 0 ]
    )
}

# asked_for TEXT: so the stand-ins were
asked_for() { grep -q -x -F -e "$1" "$tmp/packages" || { wrong "not asked for: $1"; cat "$tmp/packages"; }; }

# finds NAME REGEX MEND: as mistake does, without mending anything; $fix is the mend's last command, $fixes has all
finds()
{
    local said text word
    expect 1 doctor
    [ "$(failed | wc -l)" = 1 ] || { wrong "$1: not one line has failed"; cat "$out"; }
    failed | grep -q -E -e "$2" || { wrong "$1: no line like $2"; cat "$out"; }
    said=$(grep -A 1 '^failed' "$out" | sed -n 's/^        mend: //p')
    grep -q -E -e "$3" <<< "$said" || { wrong "$1: no mend like $3"; cat "$out"; }
    fixes=()
    text=$said
    while [[ $text = *\"*\"* ]]
    do
        text=${text#*\"}
        fixes+=("${text%%\"*}")
        text=${text#*\"}
        bash -n -c "${fixes[-1]}" || wrong "$1: no command: ${fixes[-1]}"
    done
    fix=${fixes[-1]-}
}

mended()
{
    all_ok
    [ -z "$(failed)" ] || wrong "$1: it is not mended"
    count=$((count + 1))
}

mistake()
{
    finds "$1" "$2" "$3"
    [ -n "$fix" ] || wrong "$1: the mend has no command"
    run_mend "$fix" || { wrong "$1: the mend does not work: $fix"; cat "$tmp/mend.log"; }
    ${4+"${@:4}"}
    mended "$1"
    real=$((real + 1))
}

mistake_by_hand()
{
    finds "$1" "$2" "$3"
    [ -z "$fix" ] || wrong "$1: the mend has a command, which is not run: $fix"
    "${@:4}" || wrong "$1: ${*:4}"
    mended "$1"
}

broken()
{
    mistake "$1" "^plug-in $1.*$2" "$3"
    [ $# -gt 3 ] || return 0
    expect 0 enable "$1"
    "${@:4}" || wrong "$1: ${*:4}"
    all_ok
}

tell_count() { echo "$count mistakes, of $real the mend's own command was run"; }

finish()
{
    if [ "$failures" != 0 ]; then echo "FAILED: $failures"; exit 1; fi
    [ -z "$missing" ] || skip "the rest was right; missing: $missing"
    exit 0
}

mkdir -p "$BUILDDIR/tool-tests"
tmp=$(mktemp -d "$BUILDDIR/tool-tests/$(basename "$0" .test).XXXXXX") || exit 1
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
mkdir "$tmp/home"
out=$tmp/out
err=$tmp/err
prefix=
wine=
environment=()
