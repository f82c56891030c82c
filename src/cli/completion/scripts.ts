const BASH = `# bash completion for weft and qeneth
_weft() {
  local program=\${COMP_WORDS[0]/#\\~/$HOME} line word done= i
  local -a words=()
  # bash takes NODE:PORT for three words, and replaces only the last of them.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    if ((i > 1)) && [[ $COMP_WORDBREAKS == *:* && (\${COMP_WORDS[i]} == :* || \${COMP_WORDS[i-1]} == *:) ]]; then
      words[-1]+=\${COMP_WORDS[i]}
      done=\${words[-1]%:*}:
    else
      words+=("\${COMP_WORDS[i]}")
      done=
    fi
  done
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
    else
      word=\${line%%$'\\t'*}
      printf -v word %q "\${word#"$done"}"
      COMPREPLY+=("$word")
    fi
  done < <(command "$program" complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _weft weft qeneth
`;

const ZSH = `#compdef weft qeneth
# zsh completion for weft and qeneth
_weft() {
  local line name
  local -a described
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
      continue
    fi
    name=\${line%%$'\\t'*}
    described+=("\${name//:/\\\\:}:\${line#*$'\\t'}")
  done < <(command "\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#described} )) && _describe -t weft weft described
}
if [[ "\${funcstack[1]}" == _weft ]]; then
  _weft "$@"
else
  compdef _weft weft qeneth
fi
`;

const FISH = `# fish completion for weft and qeneth
function __weft_complete
  set -l words (commandline -opc)
  for line in (command $words[1] complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
for name in weft qeneth
  complete -c $name -f -a '(__weft_complete)'
end
`;

/** The completion script of each shell: all ask `weft complete`, so that there is one set of rules. */
export const COMPLETION_SCRIPTS: Readonly<Partial<Record<string, string>>> = { bash: BASH, zsh: ZSH, fish: FISH };
