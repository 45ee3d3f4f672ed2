#!/bin/sh
# man_page.sh PROGRAM TEMPLATE VERSION: a man page to standard output. The template is a page in
# which a line of its own stands for what the program says about itself, so that the page cannot
# say anything else:
#
#   @OPTIONS@      each option, with its choices and its default, from --print-options
#   @NOTES@        the paragraphs below the options in --help
#   @EXIT_STATUS@  the lines below `exit codes:`
#   @EXAMPLES@     the lines below `examples:`, with the program called as `walbench PROGRAM`
#
# @VERSION@ may stand anywhere.
set -eu

program=$1 template=$2 version=$3
options=$("$program" --print-options)
help=$("$program" --help)

printf '%s\n\f\n%s\n' "$options" "$help" | awk -v template="$template" -v version="$version" \
  -v name="$(basename -- "$program")" -F '\t' '
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

  # Section, name, argument, default, choices, completion, values, help: see options.cpp.
  !in_help && $0 == "\f" { in_help = 1; next }
  !in_help {
    if ($1 != section) options = options ".SS " roff($1) "\n"
    section = $1
    names = roff($2)
    gsub(/,/, "\\fR, \\fB", names)
    head = "\\fB" names "\\fR"
    if ($3 != "" && $3 != $2) head = head " \\fI" roff($3) "\\fR"
    if ($7 == "several") head = head " ..."
    choices = $5
    gsub(/ /, ", ", choices)
    options = options ".TP\n" head "\n" roff($8) "\n"
    if (choices != "") options = options ".br\nOne of: " roff(choices) "\n"
    if ($4 != "") options = options ".br\nDefault: " roff($4) "\n"
    next
  }

  /^Help:$/ { part = "help"; next }
  part == "help" && /^$/ { part = "notes"; next }
  /^exit codes:$/ { part = "exit"; next }
  /^examples:$/ { part = "examples"; next }
  part == "notes" {
    if ($0 == "") notes = notes (notes == "" ? "" : ".PP\n")
    else notes = notes roff($0) "\n"
  }
  part == "exit" && match($0, /^  [0-9]+ +/) {
    split($0, words, " ")
    codes = codes ".TP\n\\fB" words[1] "\\fR\n" roff(substr($0, RLENGTH + 1)) "\n"
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
      print "man_page.sh: " name " has no options, exit codes or examples" > "/dev/stderr"
      exit 1
    }
    sub(/\.PP\n$/, "", notes)
    while ((getline line < template) > 0) {
      gsub(/@VERSION@/, version, line)
      if (line == "@OPTIONS@") printf "%s", options
      else if (line == "@NOTES@") printf "%s", notes
      else if (line == "@EXIT_STATUS@") printf "%s", codes
      else if (line == "@EXAMPLES@") printf ".RS 4\n.nf\n%s.fi\n.RE\n", examples
      else print line
    }
  }'
