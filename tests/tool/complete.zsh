# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   zsh -f complete.zsh DIRECTORY LINE   prints what zsh completes at the end of that line, with the functions of DIRECTORY
#
# An interactive shell on a terminal of its own is asked, as its user would: what it adds goes to a file.
setopt no_unset
zmodload zsh/zpty
hits=$(mktemp)
zpty shell "TERM=dumb zsh -f -i"
zpty -w shell "fpath=(${(q)1} \$fpath); HITS=${(q)hits}; autoload -U compinit; compinit -u -D"
zpty -w shell 'compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
    local -a found
    builtin compadd -A found "$@"
    print -rl -- $found >> $HITS
    builtin compadd "$@"
}'
# once it reads what is typed; what was typed first is done first
zpty -w shell "PROMPT=\$'at\\x20last> '"
zpty -r shell output '*at last> *'
zpty -w -n shell "$2"$'\t\x15'
zpty -w shell 'print -r -- "that was all" >> $HITS'
for try in {1..200}
do
    grep -q -x 'that was all' $hits && break
    sleep 0.1
    zpty -r -t shell output > /dev/null || :
done
grep -v -x -e 'that was all' -e '' $hits | sort -u
rm -f $hits
zpty -d shell
