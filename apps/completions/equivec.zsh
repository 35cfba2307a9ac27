#compdef equivec equivec-sequence equivec-ranks
# Completions of equivec, equivec-sequence and equivec-ranks for zsh. The program itself says what fits.

_equivec() {
  local program=${${(Q)words[1]}/#\~\//$HOME/} line word
  local -a lines suggestions unfinished
  lines=("${(@f)$("$program" __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  for line in "${(@)lines[2,-1]}"; do
    word=${line%%$'\t'*}
    if [[ $word == *= ]]; then
      unfinished+=("${word//:/\\:}:${line#*$'\t'}")
    else
      suggestions+=("${word//:/\\:}:${line#*$'\t'}")
    fi
  done
  local found=1
  if (( $#unfinished )); then
    _describe -V -t values suggestion unfinished -S '' && found=0
  fi
  if (( $#suggestions )); then
    _describe -V -t values suggestion suggestions && found=0
  fi
  if [[ $lines[1] == files ]]; then
    [[ $PREFIX != -*=* ]] || compset -P '*='
    _files && found=0
  fi
  return found
}

# Loaded by name, this file is the function; sourced, it is not.
if [[ $funcstack[1] == _equivec ]]; then
  _equivec "$@"
else
  compdef _equivec equivec equivec-sequence equivec-ranks
fi
