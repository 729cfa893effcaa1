# Completion of what stands behind `nox -s SESSION --`, for fish:
#     nox-release completion fish | source
# Behind `--`, and for the names of sessions; whatever else completes nox goes on.

function __nox_release_answer
    set -l current (commandline -ct)
    set -l found (@PYTHON@ -I -S @COMPLETER@ fish (commandline -opc) "$current" 2>/dev/null)
    if test "$found[1]" = words
        if test (count $found) -gt 1
            printf '%s\n' $found[2..-1]
        end
    else
        __fish_complete_path "$current"
    end
end

function __nox_release_here
    set -l before (commandline -opc)
    contains -- -- $before; or string match -qr -- '^(-[A-Za-z]*[se]|--sessions?)$' $before[-1]
end

complete -c nox -n __nox_release_here -f -a '(__nox_release_answer)'
complete -c nox-release -f -a '(__nox_release_answer)'
