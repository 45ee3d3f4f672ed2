# What bash completes behind `walbench`: commands, flags, their values, and files.

# Each function completes $cur, the word that is being typed, and sets COMPREPLY.

_walbench_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }

# One or several of the words, with commas between them.
_walbench_list() {
  local before=''
  [[ $cur == *,* ]] && before=${cur%,*},
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
}

# Any file: what bash does by itself.
_walbench_file() { compopt -o default; }

_walbench_folder() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -d -- "$cur")
}

# What report reads.
_walbench_results() {
  compopt -o filenames
  local ending
  mapfile -t COMPREPLY < <(
    compgen -d -- "$cur"
    for ending in hgrm hlog hlog.partial hdr; do compgen -f -X "!*.$ending" -- "$cur"; done)
}

_walbench_bench() {
  case $prev in
    --profile) _walbench_list 'zero realistic' ;;
    --strategy)
      _walbench_words 'per-file pooled-connection shared-connection reduced-guards batch fair-queue
        group-commit'
      ;;
    --connection) _walbench_words 'per-file per-worker shared' ;;
    --begin) _walbench_words 'deferred immediate' ;;
    --guard) _walbench_words 'where version select' ;;
    --commit) _walbench_words 'each batch:10 group' ;;
    --queue) _walbench_words 'sqlite mutex fifo' ;;
    --mitigation)
      _walbench_list 'reduced-guards select-guard pooled-connection shared-connection fair-queue
        group-commit batch all'
      ;;
    --schema) _walbench_words 'bench production' ;;
    --synchronous) _walbench_words 'off normal full' ;;
    --checkpoint) _walbench_words 'auto background off' ;;
    --progress) _walbench_words 'auto always never' ;;
    --db | --ack-log) _walbench_file ;;
    --results) _walbench_folder ;;
    --gate | --threads | --api-delay | --fail-rate | --files | --warmup | --seed | --mitigate-at | --repeat | \
      --busy-timeout | --wal-autocheckpoint | --wal-cap | --interval) ;; # figures
    *)
      _walbench_words '-h --help --threads --profile --quick --api-delay --fail-rate --files --warmup
        --seed --strategy --connection --begin --guard --commit --queue --gate --mitigation
        --shared-connection --mitigate-at --repeat --study --schema --synchronous --busy-timeout
        --wal-autocheckpoint --checkpoint --wal-cap --db --keep-db --ceiling --interval --anatomy
        --ack-log --results --progress --details --wall-profile --quiet --version'
      ;;
  esac
}

_walbench_report() {
  case $prev in
    --format) _walbench_words 'table markdown json csv' ;;
    --html | --merge | --values | --hgrm) _walbench_file ;;
    --fail-if | --expected-interval) ;; # figures
    *)
      if [[ $cur == -* ]]; then
        _walbench_words '-h --help --details --plot --format --html --compare --with --fail-if
          --force --merge --values --hgrm --expected-interval --version'
      else
        _walbench_results
      fi
      ;;
  esac
}

_walbench() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # bash makes three words of --flag=value.
  if [[ $cur == = ]]; then
    cur=''
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD == 1)); then
    _walbench_words 'bench report help -h --help --version'
    return
  fi
  case ${COMP_WORDS[1]} in
    bench) _walbench_bench ;;
    report) _walbench_report ;;
    help) ((COMP_CWORD == 2)) && _walbench_words 'bench report' ;;
  esac
} && complete -F _walbench walbench
