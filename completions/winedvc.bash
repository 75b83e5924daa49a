# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for winedvc(1)

# _winedvc_plugins FORMAT WORD: adds the plug-ins' names that begin so; whatever they hold, it is no shell code
_winedvc_plugins()
{
    local name text
    while IFS= read -r name
    do
        printf -v text "$1" "$name"
        [[ $text != "$2"* ]] || COMPREPLY+=("$text")
    done < <(winedvc list --names 2> /dev/null)
}

_winedvc()
{
    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} options=
    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ]
    then
        mapfile -t COMPREPLY < <(compgen -W 'add disable doctor enable list remove run status trace try --help --version' -- "$word")
        return
    fi
    case $verb in
    add)            options='--name --dry-run --no-run --json' ;;
    doctor)         options='--report --json' ;;
    list)           options='--names --json' ;;
    remove)         options='--gone --json' ;;
    run)            options='--desktop --remove-desktop' ;;
    try)            options='--channel --send --script --echo-test --replay --debug --timeout --json' ;;
    status)         options='--watch --json' ;;
    trace)          options='--session --output --text --wait' ;;
    enable|disable) options='--json' ;;
    *)              return ;;
    esac
    if [[ $word == -* ]]
    then
        mapfile -t COMPREPLY < <(compgen -W "$options --prefix --help" -- "$word")
        return
    fi
    case $verb in
    remove|enable|disable) _winedvc_plugins %q "$word" ;;
    run)                   mapfile -t COMPREPLY < <(compgen -c -- "$word") ;;
    try) # where names are those of files the shell quotes them
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        _winedvc_plugins %s "$word"
        ;;
    add|doctor|trace) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    esac
}

complete -F _winedvc winedvc
