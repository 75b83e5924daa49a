# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The report's words and table as HTML.

def text: tostring | @html;
def number: if . == null then "" else text end;
def class: if startswith( "met" ) then "met" elif startswith( "missed" ) then "missed" else "other" end;

"<p>\(.machine | to_entries | map( "\(.key | gsub( "_"; " " )): \(.value)" ) | join( "; " ) | text)</p>",
"<p>\([.families | to_entries[] | select( .value.busy | length > 0 )] | if length == 0
     then "The machine was idle enough to judge all of it."
     else "<b>The machine was too busy to judge:</b> " + (map( "\(.key) (" + (. as $f | .value.busy | map( "\(.) \($f.value[.])" ) |
          join( ", " )) + ")" ) | join( "; " ) | text) end)
Limits: \(.busy_limits | to_entries | map( "\(.key) \(.value)" ) | join( ", " ) | text).</p>",
"<p>Medians of pairs that took turns; the spread is the quartiles of their ratios, or of the values.</p>",
"<table>",
"<tr><th>what</th><th>unit</th><th>measured</th><th>reference</th><th>ratio</th><th>spread</th><th>goal</th><th>n</th><th>verdict</th></tr>",
(.rows[] | (.form | startswith( "ratio" )) as $is_ratio |
 "<tr><td>\(.what | text)</td><td>\(.unit)</td><td>\(.measured | number)</td><td>\(.reference | number)</td>" +
 "<td>\(if $is_ratio then (.figure | number) else "" end)</td>" +
 "<td>\(if .figure == null then "" else "\(.spread[0])–\(.spread[1])" end)</td>" +
 "<td>\(if .goal == null then "" else (if .form | contains( ">" ) then "≥ " else "≤ " end) + (.goal | tostring) end)</td>" +
 "<td>\(.samples | length)</td><td class=\"\(.verdict | class)\">\(.verdict | text)</td></tr>"),
"</table>"
