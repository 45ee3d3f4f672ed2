#!/bin/sh
# man_page.sh PROGRAM TEMPLATE VERSION: a man page to standard output. The template is a page in
# which a line of its own stands for what the program's --help says, so that it cannot say other
# things:
#
#   @OPTIONS@      each option, with its choices and its default
#   @NOTES@        the paragraphs below the options
#   @EXIT_STATUS@  what stands below `exit codes:`
#   @EXAMPLES@     and below `examples:`, the program being called as `walbench PROGRAM`
#
# @VERSION@ may stand anywhere.
set -eu

program=$1 template=$2 version=$3
help=$("$program" --help)

printf '%s\n' "$help" | awk -v template="$template" -v version="$version" \
  -v name="$(basename -- "$program")" '
  # The text as roff shows it: hyphens and quotes that can be copied, no line taken for a macro.
  function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/\047/, "\\(aq", text)
    gsub(/`/, "\\(ga", text)
    gsub(/\^/, "\\(ha", text)
    gsub(/~/, "\\(ti", text)
    return text ~ /^\./ ? "\\&" text : text
  }

  # `--files TEXT=818` or `--begin TEXT:{deferred,immediate}`, and what it does.
  function option(usage, does,    names, value, choices, preset, head) {
    names = usage
    sub(/ .*/, "", names)
    value = substr(usage, length(names) + 2)
    choices = preset = ""
    if (match(value, /:\{[^}]*\}/)) {
      choices = substr(value, RSTART + 2, RLENGTH - 3)
      value = substr(value, 1, RSTART - 1) substr(value, RSTART + RLENGTH)
      gsub(/,/, ", ", choices)
    }
    if (match(value, /=.*/)) {
      preset = substr(value, RSTART + 1)
      value = substr(value, 1, RSTART - 1)
    }
    gsub(/,/, "\\fR, \\fB", names)
    gsub(/-/, "\\-", names)
    head = "\\fB" names "\\fR"
    if (value != "") head = head " \\fIVALUE\\fR" (value ~ /\.\.\.$/ ? " ..." : "")
    options = options ".TP\n" head "\n" roff(does) "\n"
    if (choices != "") options = options ".br\nOne of: " roff(choices) "\n"
    if (preset != "") options = options ".br\nDefault: " roff(preset) "\n"
  }

  # An option too long for its column has its text on the next line.
  part == "options" && pending != "" {
    text = $0
    sub(/^ +/, "", text)
    option(pending, text)
    pending = ""
    next
  }
  /^Options:$/ { part = "options"; next }
  part == "options" && /^  -/ {
    line = substr($0, 3)
    if (match(line, /  +/)) option(substr(line, 1, RSTART - 1), substr(line, RSTART + RLENGTH))
    else pending = line
    next
  }
  part == "options" && /^ *$/ { part = "notes"; next }
  /^exit codes:$/ { part = "exit"; next }
  /^examples:$/ { part = "examples"; next }
  part == "notes" {
    if ($0 == "") { paragraph = 1; next }
    text = $0
    if (paragraph || notes == "") {
      if (notes != "") notes = notes ".PP\n"
      text = toupper(substr(text, 1, 1)) substr(text, 2)
    }
    paragraph = 0
    notes = notes roff(text) "\n"
  }
  part == "exit" && match($0, /^  [0-9]+ +/) {
    codes = codes ".TP\n\\fB" $1 "\\fR\n" roff(substr($0, RLENGTH + 1)) "\n"
    next
  }
  part == "exit" && /^  / {
    text = $0
    sub(/^ +/, "", text)
    codes = codes roff(text) "\n"
  }
  part == "examples" && /^  / {
    line = substr($0, 3)
    if (index(line, name " ") == 1) line = "walbench " line
    sub("[|] " name " ", "| walbench " name " ", line)
    examples = examples roff(line) "\n"
  }

  END {
    if (options == "" || codes == "" || examples == "") {
      print "man_page.sh: " name " --help has no options, exit codes or examples" > "/dev/stderr"
      exit 1
    }
    while ((getline line < template) > 0) {
      gsub(/@VERSION@/, version, line)
      if (line == "@OPTIONS@") printf "%s", options
      else if (line == "@NOTES@") printf "%s", notes
      else if (line == "@EXIT_STATUS@") printf "%s", codes
      else if (line == "@EXAMPLES@") printf ".RS 4\n.nf\n%s.fi\n.RE\n", examples
      else print line
    }
  }'
