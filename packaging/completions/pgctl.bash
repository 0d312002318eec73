# bash completion for pgctl and its helpers                                -*- shell-script -*-
# shellcheck shell=bash

# Services and aliases of the playground that the words typed so far mean, one a line. Starts nothing.
_pgctl_names() {
    {
        "$@" status | sed -n 's/^ ● \(.*\): \(ready\|up\|down\)\(, [a-z]*\)\?$/\1/p'
        "$@" config | sed -n '/^    "aliases": {/,/^    }/s/^        "\([^"\\]*\)": .*/\1/p'
    } 2>/dev/null </dev/null
}

_pgctl() {
    local commands='start stop status restart reload log debug config check upgrade'
    local options='--help --version --verbose --pgdir --pghome --json --no-force --config --all'
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()

    # `--pgdir=x` comes as three words, since `=` breaks them.
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $previous in
        --pgdir | --pghome)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            return
            ;;
        --config)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
            ;;
    esac

    # The command, if there is one yet, and the options that decide which playground is meant.
    local command='' index word
    local -a program=("${COMP_WORDS[0]}")
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        case $word in
            --pgdir | --pghome | --config)
                [[ ${COMP_WORDS[index + 1]} == = ]] && ((index++))
                program+=("$word" "${COMP_WORDS[++index]//\\/}")
                ;;
            -*) ;;
            *) command=${command:-$word} ;;
        esac
    done

    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
        return
    fi
    if [[ ! $command ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
        return
    fi
    [[ $command == config ]] && return

    # A name may have spaces: inside quotes it is inserted as it is, else with backslashes.
    local quote='' name
    case $current in
        [\"\']*) quote=${current:0:1} current=${current:1} ;;
        *) current=${current//\\/} ;;
    esac
    while IFS= read -r name; do
        if [[ $name == "$current"* ]]; then
            [[ $quote ]] || printf -v name %q "$name"
            COMPREPLY+=("$name")
        fi
    done < <(_pgctl_names "${program[@]}")
}

_pgctl_fuser() {
    local current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    [[ $current != -* ]] || COMPREPLY=(-d)
}

complete -F _pgctl pgctl
complete -o default -F _pgctl_fuser pgctl-fuser
if declare -F _command >/dev/null; then
    complete -F _command pgctl-poll-ready
else
    complete -o default -A command pgctl-poll-ready
fi
