# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For tests of what has the plug-ins' keys: places of the registry are the user's keys, all users', and of those the 32-bit
# view's. Read after lib.sh.

addins='Software\Microsoft\Terminal Server Client\Default\AddIns'
in_wine() { WINEPREFIX=$prefix WINEDEBUG=-all timeout -k 5 60 "$WINE" "$@" 2> /dev/null | tr -d '\r'; }
places=("HKCU /reg:64" "HKLM /reg:64" "HKLM /reg:32")
user=0 machine=1 narrow=2

# reg VERB PLACE KEY ARGUMENT…
reg()
{
    local place=${places[$2]}
    in_wine reg "$1" "${place% *}\\$addins\\$3" "${@:4}" "${place#* }"
}
# key PLACE KEY FILE [VALUE]
key() { reg add "$1" "$2" /v "${4:-Name}" /d "C:\\$3" /f > /dev/null; }
# is PLACE KEY [VALUE=FILE]...: it has to have these values, or not to be there
is()
{
    local wanted got
    wanted=$(for value in "${@:3}"; do echo "${value%=*}=C:\\${value#*=}"; done)
    got=$(reg query "$1" "$2" | sed -n 's/^ *\([^ ]*\) *REG_SZ *\(.*\)/\1=\2/p' | LC_ALL=C sort)
    [ "$got" = "$wanted" ] || wrong "${places[$1]}, $2 has \"$got\", not \"$wanted\""
}
gone() { local place; for place in $user $machine $narrow; do is $place "$1"; done; }
lists() { expect 0 list; says "$out" "^$1 +file +64 +$2 "; }
unlisted() { expect 0 list; ! grep -q "^$1 " "$out" || { wrong "$1 is there"; cat "$out"; }; }
