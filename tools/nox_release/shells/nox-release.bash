# Completion of what stands behind `nox -s SESSION --`, for bash 4 and later:
#     eval "$(nox-release completion bash)"
# Behind `--` it takes over; before it, whatever completed nox until now goes on.

if ! [[ $(complete -p nox 2>/dev/null) =~ -F\ ([^ ]+) ]]; then
    _nox_release_before=
elif [[ ${BASH_REMATCH[1]} != _nox_release ]]; then
    _nox_release_before=${BASH_REMATCH[1]}
fi

_nox_release() {
    local word kind='' before=" ${COMP_WORDS[*]:0:COMP_CWORD} "
    if [[ -n $_nox_release_before && $before != *' -- '* && $1 != *nox-release ]]; then
        "$_nox_release_before" "$@"
        return
    fi
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        if [[ -z $kind ]]; then kind=$word; else COMPREPLY+=("$word"); fi
    done < <(@PYTHON@ -I -S @COMPLETER@ bash "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
    if [[ $kind == words ]]; then
        compopt +o default +o bashdefault 2>/dev/null  # no files
    fi
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:/=] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -o bashdefault -o default -F _nox_release nox nox-release
