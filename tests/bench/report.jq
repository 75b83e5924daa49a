# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes the report of what tests/bench/run has gathered. Given: $rows, the text of the file rows; $lines, that of all
# sample, unmeasured and control lines, each with its family in front; $machine, an object.

def numbers: map( tonumber );
def quantile( $part ): sort | if length == 0 then null else .[((length - 1) * $part + 0.5) | floor] end;
def median: quantile( 0.5 );
def trimmed: sub( "^ +"; "" ) | sub( " +$"; "" );
def round_to( $n ): if . == null or . == 0 then . else . as $x |
    pow( 10; $n - 1 - (($x | fabs | log10) | floor) ) as $scale | ($x * $scale | round) / $scale end;

# What the controls around a family say: others' share of the processors, what the machine's owner took from it, and
# how much longer a thread took to run than it ran.
def busy_limits: { others: 0.10, stolen: 0.03, stretch: 1.10 };
def busy: . as $control | busy_limits | to_entries |
    map( select( $control[.key] != null and $control[.key] > .value ) | .key );

($lines | split( "\n" ) | map( select( . != "" ) | split( "\t" ) )) as $lines |

def controls( $family ):
    [$lines[] | select( .[0] == $family and .[1] == "control" ) | .[2:] | numbers] |
    if length == 0 then {} else
        { others: (map( .[0] ) | max), stolen: (map( .[1] ) | max), stretch: (map( .[2] ) | median),
          wakeup_us: (map( .[3] ) | median) } end | . + { busy: busy };

def row: split( "|" ) | map( trimmed ) | { key: .[0], family: .[1], what: .[2], unit: .[3], form: .[4],
    goal: (if $machine.freerdp_major == "3" then .[6] else .[5] end | if . == "-" then null else tonumber end) };

def measured( $machine_is_busy ):
    .key as $key | (.form | startswith( "ratio" )) as $is_ratio | (.form | contains( ">" )) as $more |
    [$lines[] | select( .[1] == "sample" and .[2] == $key ) | .[3:] | map( if . == "" then null else tonumber end )]
        as $samples |
    ([$lines[] | select( .[1] == "unmeasured" and .[2] == $key ) | .[3]] | first // "not run") as $reason |
    [$samples[] | .[0]] as $ours | [$samples[] | .[1] | select( . != null )] as $theirs |
    [$samples[] | if $is_ratio then (select( .[1] != null and .[1] != 0 ) | .[0] / .[1]) else .[0] end] as $figures |
    ($figures | median) as $figure |
    . + { samples: $samples, measured: ($ours | median | round_to( 4 )), reference: ($theirs | median | round_to( 4 )),
          figure: ($figure | round_to( 3 )),
          spread: [($figures | quantile( 0.25 ) | round_to( 3 )), ($figures | quantile( 0.75 ) | round_to( 3 ))],
          reference_spread: (if ($theirs | length) < 3 or ($theirs | median) == 0 then null else
              ((($theirs | quantile( 0.75 )) - ($theirs | quantile( 0.25 ))) / ($theirs | median) | round_to( 2 )) end) } |
    . + { verdict:
        (if $figure == null then "not measured: " + $reason
         else (if .goal == null then "no goal" elif $more and $figure >= .goal then "met"
               elif ($more | not) and $figure <= .goal then "met" else "missed" end) as $judgement |
              if .form | contains( "steady" ) then $judgement
              elif $machine_is_busy or (.reference_spread // 0) > 0.4 then "too busy to judge (" + $judgement + ")"
              else $judgement end
         end) };

{ machine: $machine,
  families: ([$lines[][0]] | unique | map( { key: ., value: controls( . ) } ) | from_entries),
  busy_limits: busy_limits } |
. as $report |
. + { rows: [$rows | split( "\n" )[] | select( test( "^[a-z]" ) ) | row |
             measured( ($report.families[.family].busy // []) | length > 0 )] }
