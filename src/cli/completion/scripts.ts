import { TOOLS } from '../qvm/tools.ts';

/** Under their own names, too, the tools ask weft. */
const NAMES = TOOLS.map(({ name }) => name).join(' ');

const BASH = `# bash completion for weft, qeneth and Qubes' tools
_weft() {
  local program=\${COMP_WORDS[0]/#\\~/$HOME} line word done= i
  local -a words=()
  if [[ " ${NAMES} " == *" \${program##*/} "* ]]; then
    words=("\${program##*/}")
    program=weft
  fi
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
complete -F _weft weft qeneth ${NAMES}
`;

const ZSH = `#compdef weft qeneth ${NAMES}
# zsh completion for weft, qeneth and Qubes' tools
_weft() {
  local line name program=\${words[1]}
  local -a described typed=("\${(@)words[2,CURRENT]}")
  if [[ " ${NAMES} " == *" \${program:t} "* ]]; then
    typed=("\${program:t}" "\${typed[@]}")
    program=weft
  fi
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
      continue
    fi
    name=\${line%%$'\\t'*}
    name=\${name//:/\\\\:}
    [[ $line == *$'\\t'* ]] && name+=:\${line#*$'\\t'}
    described+=("$name")
  done < <(command "$program" complete -- "\${typed[@]}" 2>/dev/null)
  (( \${#described} )) && _describe -t weft weft described
}
if [[ "\${funcstack[1]}" == _weft ]]; then
  _weft "$@"
else
  compdef _weft weft qeneth ${NAMES}
fi
`;

const FISH = `# fish completion for weft, qeneth and Qubes' tools
function __weft_complete
  set -l words (commandline -opc)
  set -l program $words[1]
  if contains (basename $program) ${NAMES}
    set words $program (basename $program) $words[2..-1]
    set program weft
  end
  command -q $program; or return
  for line in (command $program complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
for name in weft qeneth ${NAMES}
  complete -c $name -f -a '(__weft_complete)'
end
`;

/** The completion script of each shell: all ask `weft complete`, so that there is one set of rules. */
export const COMPLETION_SCRIPTS: Readonly<Partial<Record<string, string>>> = { bash: BASH, zsh: ZSH, fish: FISH };
