# Completions of equivec, equivec-sequence and equivec-ranks for fish. The program itself says what fits.

function __equivec_complete
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -e words[1]
    set -l current (commandline -ct)
    set -l lines ($program __complete -- $words (string unescape -- $current; or echo -- $current) 2>/dev/null)
    set -q lines[1]; or return
    if test $lines[1] = files
        set -l option (string match -r -- '^-[^=]*=' $current)
        for path in (__fish_complete_path (string replace -r -- '^-[^=]*=' '' $current))
            echo -- "$option"$path
        end
    end
    set -e lines[1]
    string join -- \n $lines
end

for program in equivec equivec-sequence equivec-ranks
    complete -c $program -f -k -a '(__equivec_complete)'
end
