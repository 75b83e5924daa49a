# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   jq --slurpfile schema docs/winedvc.schema.json --arg what list -f tests/tool/schema.jq
#
# prints what is wrong with a value of that definition, by the words of JSON Schema that ours has.

# a whole number is both
def kinds: [type] + (if type == "number" and . == floor then ["integer"] else [] end);

def wrong( $schema; $place ):
    . as $value |
    (if $schema.const != null and $value != $schema.const then "\($place) is not \($schema.const)" else empty end),
    (if $schema.enum and ([$value] - $schema.enum | length > 0) then "\($place) is \($value), which is none of \($schema.enum)"
     else empty end),
    (if $schema.type and (kinds - (kinds - ([$schema.type] | flatten)) | length == 0)
     then "\($place) is no \($schema.type)" else empty end),
    (if type == "object" then
         (($schema.required // [])[] | select( . as $name | $value | has( $name ) | not ) | "\($place).\(.) is missing"),
         (to_entries[] | .key as $name |
          if $schema.properties[$name] then .value | wrong( $schema.properties[$name]; "\($place).\($name)" )
          else "\($place).\($name) is not in the schema" end)
     elif type == "array" and $schema.items then
         to_entries[] | .key as $index | .value | wrong( $schema.items; "\($place)[\($index)]" )
     else empty end);

wrong( $schema[0]["$defs"][$what]; $what )
