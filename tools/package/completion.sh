#!/bin/sh
# completion.sh bash|zsh TEMPLATE PROGRAM...: completion for a shell to standard output. In the
# template, the line @PROGRAMS@ stands for one function per program, made from what the program
# prints for --print-options.
set -eu

shell=$1 template=$2
shift 2

for program; do
  printf '@%s\n' "$(basename -- "$program")"
  "$program" --print-options
done | awk -v shell="$shell" -v template="$template" -F '\t' '
  # The first part of what --help says, without anything that zsh would take for its own.
  function brief(text) {
    sub(/[:;([].*|[.] .*/, "", text)
    gsub(/[][\047\\]/, "", text)
    sub(/ +$/, "", text)
    return text
  }
  function quoted(text) {
    gsub(/:/, "\\:", text)
    return text
  }

  function finish() {
    if (name == "") return
    if (shell == "bash") {
      functions = functions "_walbench_" name "() {\n  case $prev in\n" branches "    *)\n"
      if (positional != "")
        functions = functions "      if [[ $cur != -* ]]; then\n" \
          "        _walbench_" positional "\n" \
          "        return\n      fi\n"
      functions = functions "      _walbench_words \047" flags "\047\n      ;;\n  esac\n}\n\n"
    } else {
      functions = functions "_walbench_" name "() {\n  _arguments" rows "\n}\n\n"
    }
    branches = flags = rows = ""
    positional = ""
  }

  function bash_row(    action) {
    if ($6 == "choices") action = "_walbench_words \047" $5 "\047"
    else if ($6 == "list") action = "_walbench_list \047" $5 "\047"
    else if ($6 != "nothing") action = "_walbench_" $6
    branches = branches "    " $2 ") " action (action == "" ? "" : " ") ";;\n"
  }

  function zsh_row(    action, how, message) {
    if ($6 == "choices") action = "(" quoted($5) ")"
    else if ($6 == "list") action = "_values -s , value " quoted($5)
    else if ($6 == "file") action = "_files"
    else if ($6 == "folder") action = "_files -/"
    else if ($6 == "results") action = "_walbench_results"
    message = quoted($3)
    if ($2 !~ /^-/) how = "\047*:" message ":" action "\047"
    else if ($2 ~ /,/) how = "\047(- *)\047{" $2 "}\047[" brief($8) "]\047"
    else if ($2 == "--version") how = "\047(- *)" $2 "[" brief($8) "]\047"
    else if ($7 == "nothing") how = "\047" $2 "[" brief($8) "]\047"
    else how = "\047" ($7 == "repeated" ? "*" : "") $2 "=[" brief($8) "]:" message ":" action "\047"
    rows = rows " \\\n    " how
  }

  /^@/ { finish(); name = substr($0, 2); next }
  {
    if ($2 ~ /^-/) {
      names = $2
      sub(/,/, " ", names)
      flags = flags (flags == "" ? "" : " ") names
      if ($7 != "nothing") bash_row()
    } else positional = $6
    zsh_row()
  }

  END {
    finish()
    if (functions == "") exit 1
    while ((getline line < template) > 0) {
      if (line == "@PROGRAMS@") printf "%s", functions
      else print line
    }
  }'
