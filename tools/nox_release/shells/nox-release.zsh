# Completion of what stands behind `nox -s SESSION --`, for zsh; after compinit:
#     eval "$(nox-release completion zsh)"
# Behind `--` it takes over; before it, whatever completed nox until now goes on.

if [[ ${_comps[nox]-} != _nox_release ]]; then
    typeset -g _nox_release_before=${_comps[nox]-}
fi

_nox_release() {
    local -a found plain open shown
    local line word
    if [[ -n $_nox_release_before && ${words[1]:t} != nox-release ]] && (( ! ${words[(Ie)--]} || ${words[(Ie)--]} >= CURRENT )); then
        eval "$_nox_release_before"
        return
    fi
    found=("${(@f)$(@PYTHON@ -I -S @COMPLETER@ zsh "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    if [[ ${found[1]-} != words ]]; then
        _files
        return
    fi
    for line in "${(@)found[2,-1]}"; do
        word=${line%%$'\t'*}
        if [[ $word == *[:/=] ]]; then
            open+=("$word")
        else
            plain+=("$word")
            shown+=("${word}${${line#*$'\t'}:+  ${line#*$'\t'}}")
        fi
    done
    compadd -l -d shown -a -- plain
    compadd -S '' -a -- open
}

compdef _nox_release nox nox-release
