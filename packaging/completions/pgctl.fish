# fish completion for pgctl and its helpers

set -l commands start stop status restart reload log debug config check upgrade

# Services and aliases of the playground that the words typed so far mean. Starts nothing.
function __pgctl_names
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l program $words[1]
    for index in (seq 2 (count $words))
        if contains -- $words[$index] --pgdir --pghome --config
            set -a program $words[$index] $words[(math $index + 1)]
        else if string match -q -r -- '^--(pgdir|pghome|config)=' $words[$index]
            set -a program $words[$index]
        end
    end
    $program status 2>/dev/null | string replace -f -r '^ ● (.*): (ready|up|down)(, [a-z]*)?$' '$1\tservice'
    $program config 2>/dev/null | sed -n '/^    "aliases": {/,/^    }/s/^        "\([^"\\\\]*\)": .*/\1\talias/p'
end

complete -c pgctl -f
complete -c pgctl -s h -l help -d 'Show how it is used'
complete -c pgctl -l version -d 'Show the version'
complete -c pgctl -l verbose -d 'Say more'
complete -c pgctl -l pgdir -x -a '(__fish_complete_directories)' -d 'The playground: a name to be looked for, or an absolute path'
complete -c pgctl -l pghome -x -a '(__fish_complete_directories)' -d 'Where the state is kept'
complete -c pgctl -l json -d 'Status as JSON'
complete -c pgctl -l no-force -d 'Kill nothing that does not stop'
complete -c pgctl -l config -r -F -d 'A further configuration file'
complete -c pgctl -s a -l all -d 'Every service'

complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a start -d 'Start services, and wait until they are ready'
complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a stop -d 'Stop services, and wait until every process of theirs is gone'
complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a status -d 'What runs, since when'
complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a restart -d 'Stop, then start'
complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a reload -d 'Restart those running services that changed'
complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a log -d 'The last lines of the logs'
complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a debug -d 'Run one service in the foreground'
complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a config -d 'The merged configuration as JSON'
complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a check -d 'What is wrong with the playground and its configuration'
complete -c pgctl -n "not __fish_seen_subcommand_from $commands" -a upgrade -d 'Go on as this program under running services'
complete -c pgctl -n "__fish_seen_subcommand_from start stop status restart reload log debug check upgrade" -a '(__pgctl_names)'

complete -c pgctl-fuser -s d -d 'Also a deleted file of that name'
complete -c pgctl-poll-ready -x -a '(__fish_complete_subcommand)'
