# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for winedvc(1)

set -l verbs add disable doctor enable list remove run status trace try
complete -c winedvc -f
complete -c winedvc -n "not __fish_seen_subcommand_from $verbs" -a "$verbs"
complete -c winedvc -n "not __fish_seen_subcommand_from $verbs" -l version -d 'print the version'
complete -c winedvc -l help -d help
complete -c winedvc -n "__fish_seen_subcommand_from $verbs" -l prefix -r -F -d 'the Wine prefix'
complete -c winedvc -n '__fish_seen_subcommand_from add' -F
complete -c winedvc -n '__fish_seen_subcommand_from add' -l name -x -d 'its name'
complete -c winedvc -n '__fish_seen_subcommand_from add' -l dry-run -d 'change nothing'
complete -c winedvc -n '__fish_seen_subcommand_from add' -l no-run -d 'do not start it'
complete -c winedvc -n '__fish_seen_subcommand_from doctor' -l report -r -F -d 'a new file'
complete -c winedvc -n '__fish_seen_subcommand_from add disable doctor enable list remove status' -l json -d 'print JSON'
complete -c winedvc -n '__fish_seen_subcommand_from list' -l names -d 'names alone'
complete -c winedvc -n '__fish_seen_subcommand_from remove' -l gone -d 'all whose file is missing'
complete -c winedvc -n '__fish_seen_subcommand_from remove enable disable' -a '(winedvc list --names 2> /dev/null)'
complete -c winedvc -n '__fish_seen_subcommand_from run' -l desktop -d 'write a launcher'
complete -c winedvc -n '__fish_seen_subcommand_from run' -l remove-desktop -d 'remove it'
complete -c winedvc -n '__fish_seen_subcommand_from run' -a '(__fish_complete_command)'
complete -c winedvc -n '__fish_seen_subcommand_from try' -a '(winedvc list --names 2> /dev/null)' -F
complete -c winedvc -n '__fish_seen_subcommand_from try' -l channel -x -d 'its name'
complete -c winedvc -n '__fish_seen_subcommand_from try' -l send -x -d 'what is sent'
complete -c winedvc -n '__fish_seen_subcommand_from try' -l script -r -F -d 'its steps'
complete -c winedvc -n '__fish_seen_subcommand_from try' -l echo-test -d 'messages of many sizes'
complete -c winedvc -n '__fish_seen_subcommand_from try' -l debug -d 'in winedbg'
complete -c winedvc -n '__fish_seen_subcommand_from try' -l replay -r -F -d 'a trace'
complete -c winedvc -n '__fish_seen_subcommand_from try' -l timeout -x -d 'seconds for what is expected'
complete -c winedvc -n '__fish_seen_subcommand_from try' -l json -d 'print JSON'
complete -c winedvc -n '__fish_seen_subcommand_from status' -l watch -d 'keep showing them'
complete -c winedvc -n '__fish_seen_subcommand_from trace' -l session -x -d 'which session'
complete -c winedvc -n '__fish_seen_subcommand_from trace' -s o -l output -r -F -d 'a new file'
complete -c winedvc -n '__fish_seen_subcommand_from trace' -l text -d 'print a line for each PDU'
complete -c winedvc -n '__fish_seen_subcommand_from trace' -l wait -d 'wait for a session'
