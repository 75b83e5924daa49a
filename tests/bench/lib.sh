# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For the families, which source it. A family prints what it measures in lines of words between tabs, whose KEYs are
# those of the file rows; anything else that it prints is for a reader of the log.

# sample KEY MEASURED [REFERENCE]: the two were measured in turns, one after the other
sample() { printf 'sample\t%s\t%s\t%s\n' "$1" "$2" "${3:-}"; }

# unmeasured KEY REASON: this FreeRDP or this machine cannot do it
unmeasured() { printf 'unmeasured\t%s\t%s\n' "$1" "$2"; }

# ---- counts, which a busy machine does not change (make bench-counts)
#
# baseline.SYSTEM has for each: key | count | what it may grow by, percent or, with a plus, as many | reason.
# BENCH_BASELINE names a file that takes keys and counts instead (make bench-baseline).

baseline=$SRCDIR/tests/bench/baseline.$(. /etc/os-release && echo "$ID${VERSION_ID:-}")
grown=0

# count KEY COUNT [REFERENCE]: a sample that is held against the baseline
count()
{
    local known growth verdict
    sample "$@"
    [ -z "${BENCH_BASELINE:-}" ] || echo "$1 $2" >> "$BENCH_BASELINE"
    [ -e "$baseline" ] || return 0
    IFS='|' read -r _ known growth _ < <(grep -E "^$1 *\|" "$baseline")
    verdict=$(awk -v count="$2" -v known="${known:-none}" -v growth="${growth:-5}" 'BEGIN {
        gsub( / /, "", growth )
        allowed = growth ~ /^\+/ ? growth + 0 : known * growth / 100 + 0.05
        if (known == "none") print "is not in the baseline"
        else if (count > known + allowed) print "grew by more than", growth (growth ~ /^\+/ ? "" : " %")
        else if (count < known - allowed) print "fell"
        else print "as before" }')
    printf 'count %s: %s, in the baseline %s: %s\n' "$1" "$2" "${known// /}" "$verdict"
    case $verdict in
    grew*|*not*) [ -n "${BENCH_BASELINE:-}" ] || grown=1 ;;
    esac
}

# The end of a family of counts.
judge_counts()
{
    [ -z "${BENCH_FULL:-}" ] || return 0    # the report has goals instead
    if [ "$grown" -ne 0 ]
    then
        echo "a count grew: make it small again, or say why it has to: make bench-baseline REASON='...'"
        exit 1
    fi
    [ -e "$baseline" ] || [ -n "${BENCH_BASELINE:-}" ] ||
        { echo "no baseline for this system: make bench-baseline makes ${baseline##*/}"; exit 77; }
}
