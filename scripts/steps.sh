# Steps of a check, for scripts that source this: each is timed, goes on where another has failed, and is listed in a table at the end.
#
#   run 'Title' COMMAND...      runs it and shows what it says
#   behind 'Title' COMMAND...   runs it behind the steps that follow, because it mostly waits
#   await                       waits for those behind, and shows what they said
#   outcome_of 'Title'          says passed or FAILED
#   conclude                    shows the table and what failed, and fails if something did
# shellcheck shell=bash

steps_folder=$(mktemp --directory)
steps_titles=() steps_seconds=() steps_outcomes=()
behind_titles=() behind_ids=()
steps_begun=$SECONDS

# shellcheck disable=SC2317 # reached by the trap
end_steps() {
    local id
    for id in "${behind_ids[@]}"; do kill -TERM "$id" 2>/dev/null || true; done
    for id in "${behind_ids[@]}"; do wait "$id" 2>/dev/null || true; done
    rm -rf "$steps_folder"
}
trap end_steps EXIT

head_of_step() { printf '\n== %s\n' "$*"; }

run() { # TITLE COMMAND...
    local began=$SECONDS status=0
    head_of_step "$1"
    "${@:2}" 2>&1 | tee "$steps_folder/log" || status=$?
    note_step "$1" "$status" $((SECONDS - began)) "$steps_folder/log"
}

behind() { # TITLE COMMAND...
    local log=$steps_folder/behind-${#behind_ids[@]}
    echo "('$1' begins beside what follows.)"
    (
        began=$SECONDS status=0
        "${@:2}" >"$log" 2>&1 </dev/null &
        child=$!
        trap 'kill -TERM "$child" 2>/dev/null; wait "$child"; exit 143' TERM
        wait "$child" || status=$?
        echo "$status $((SECONDS - began))" >"$log.end"
    ) &
    behind_titles+=("$1") behind_ids+=($!)
}

await() {
    local index log status seconds
    for index in "${!behind_ids[@]}"; do
        log=$steps_folder/behind-$index
        wait "${behind_ids[$index]}" || true
        head_of_step "${behind_titles[$index]}"
        cat "$log"
        read -r status seconds <"$log.end" || { status=1 seconds=0; }
        note_step "${behind_titles[$index]}" "$status" "$seconds" "$log"
    done
    behind_titles=() behind_ids=()
}

note_step() { # TITLE STATUS SECONDS LOG
    local outcome=passed
    if (($2 != 0)); then
        outcome=FAILED
        {
            echo "$1:"
            grep -aE --max-count=20 '✘ (Test|Suite) .*(failed|recorded)|^(FAILED|ERROR) |^not ok |^✖ |error: ' "$4" || tail -n 8 "$4"
        } >>"$steps_folder/findings"
    fi
    echo "$1: $outcome after $3 s"
    steps_titles+=("$1") steps_seconds+=("$3") steps_outcomes+=("$outcome")
}

outcome_of() { # TITLE
    local index
    for index in "${!steps_titles[@]}"; do
        if [[ ${steps_titles[$index]} == "$1" ]]; then echo "${steps_outcomes[$index]}"; fi
    done
}

conclude() {
    local index
    await
    head_of_step "All steps: $((SECONDS - steps_begun)) s"
    for index in "${!steps_titles[@]}"; do
        printf '%6d s  %-6s  %s\n' "${steps_seconds[$index]}" "${steps_outcomes[$index]}" "${steps_titles[$index]}"
    done
    if [[ -s $steps_folder/findings ]]; then
        printf '\n'
        cat "$steps_folder/findings"
        return 1
    fi
}
