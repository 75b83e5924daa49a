# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For the families, which source it. A family prints what it measures in lines of words between tabs, whose KEYs are
# those of the file rows; anything else that it prints is for a reader of the log.

# sample KEY MEASURED [REFERENCE]: the two were measured in turns, one after the other
sample() { printf 'sample\t%s\t%s\t%s\n' "$1" "$2" "${3:-}"; }

# unmeasured KEY REASON: this FreeRDP or this machine cannot do it
unmeasured() { printf 'unmeasured\t%s\t%s\n' "$1" "$2"; }
