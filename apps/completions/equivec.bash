# Completions of equivec, equivec-sequence and equivec-ranks for bash. The program itself says what fits.

_equivec() {
  # Words with = and : are several to readline; those without a blank between them are one.
  local line=${COMP_LINE:0:COMP_POINT} words=() i word
  for ((i = 0; i <= COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ $i -eq 0 || $line == [[:space:]]* ]]; then
      line=${line#"${line%%[![:space:]]*}"}
      words+=('')
    fi
    [[ $i -lt $COMP_CWORD ]] || word=$line
    words[-1]+=$word
    line=${line#"$word"}
  done
  local program=${words[0]/#\~\//$HOME/} given=() cur=${words[-1]}
  for word in "${words[@]:1}"; do
    word=${word/#\~\//$HOME/}
    word=${word//\\/}
    given+=("${word//[\"\']/}")
  done
  local lines
  mapfile -t lines < <("$program" __complete -- "${given[@]}" 2>/dev/null)
  COMPREPLY=()
  [[ ${#lines[@]} -gt 0 ]] || return

  # Readline keeps what stands before the last = or :.
  local breaks='' kept=''
  [[ $COMP_WORDBREAKS != *=* ]] || breaks+='='
  [[ $COMP_WORDBREAKS != *:* ]] || breaks+=':'
  [[ -z $breaks || $cur != *[$breaks]* ]] || kept=${cur%"${cur##*[$breaks]}"}
  local value=${cur#"$kept"}
  for line in "${lines[@]:1}"; do
    word=${line%%$'\t'*}
    word=${word#"$kept"}
    [[ $word != *= ]] || compopt -o nospace 2>/dev/null
    # Names of files are quoted by readline, with all that stands beside them.
    [[ ${lines[0]} == files || $word != *[^[:alnum:]_./=+:,@%-]* ]] || printf -v word %q "$word"
    COMPREPLY+=("$word")
  done
  compopt -o nosort 2>/dev/null
  if [[ ${lines[0]} == files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$value")
  fi
}

complete -F _equivec equivec equivec-sequence equivec-ranks
