#!/bin/sh
# Keeps one replica: starts it as its child, waits for its end, ends what it has left running, removes its files, and ends with
# its exit code. It is a process of its own so that this happens whatever ends the replica, also when the server is gone.
#
# What a replica has left is what became a child of this process (which its starter has made the one to which orphans go, where
# the kernel can do that), what is of its session, and what has the replica's folder in its environment. So a descendant would
# have to leave all three.
#
#   keep.sh run FOLDER PATH      the command comes on standard input, an argument a line; answers the replica's pid
#   keep.sh sweep FOLDER PATH [SESSION]      only the second half, where the first keeper is gone

# Rounds of a fifth of a second. So many to end in order: a tracker of shared memory, for example, cleans up when its workers are gone.
grace=5
# Then it takes what cannot be ended for what it is: stuck in the kernel.
most=25

# Or the group, where no more is told. Without a session of its own, it shares that of the server, which must live.
session_of() {
  if { IFS= read -r line <"/proc/$1/stat"; }; then
    set -- ${line##*) }
    echo "$4"
  else
    ps -o pgid= -p "$1" | tr -d ' '
  fi
}

# Puts into $left the pids of what is to be ended.
find_left() {
  left=
  if [ -r /proc/self/stat ]; then
    for stat in /proc/[0-9]*/stat; do
      { IFS= read -r line <"$stat"; } 2>/dev/null || continue
      pid=${stat#/proc/}
      pid=${pid%/stat}
      # Behind the name, which may hold anything: state, parent, group, session.
      set -- ${line##*) }
      [ "$1" != Z ] && [ "$pid" != $$ ] || continue
      if [ "$2" = $$ ] || [ "$4" = "$session" ]; then left="$left $pid"; fi
    done
    for marked in $(grep -lsF "HEARTH_WORKER_HOME=$folder" /proc/[0-9]*/environ); do
      pid=${marked#/proc/}
      pid=${pid%/environ}
      [ "$pid" = $$ ] || left="$left $pid"
    done
  else
    while read -r pid parent group; do
      [ "$pid" != $$ ] || continue
      if [ "$parent" = $$ ] || [ "$group" = "$session" ]; then left="$left $pid"; fi
    done <<PROCESSES
$(ps -Ao pid=,ppid=,pgid=,comm= | grep -v ' ps$' | while read -r pid parent group name; do echo "$pid $parent $group"; done)
PROCESSES
  fi
}

end_left() {
  rounds=0
  find_left
  while [ -n "$left" ] && [ $rounds -lt $most ]; do
    if [ $rounds = 0 ]; then
      kill -TERM $left
    elif [ $rounds -ge $grace ]; then
      kill -KILL $left
    fi
    rounds=$((rounds + 1))
    sleep 0.2 || sleep 1
    find_left
  done
}

# All but what it has printed. No link is followed: not one in the folder, and not the folder itself.
remove_files() {
  [ -d "$folder" ] && [ ! -L "$folder" ] || return
  for file in "$folder"/* "$folder"/.[!.]* "$folder"/..?*; do
    case ${file##*/} in
      output.log | hs_err_pid*.log) ;;
      *) rm -rf -- "$file" || { chmod -R u+rwX -- "$file" && rm -rf -- "$file"; } ;;
    esac
  done
}

run() {
  # Signals for the group of the server's terminal are the server's to pass on. (A handler is not inherited, unlike "ignore".)
  trap : HUP INT TERM
  set --
  while IFS= read -r argument; do set -- "$@" "$argument"; done
  # In the foreground, because the shell lets what is in the background ignore interrupts. The inner shell becomes the replica.
  PATH=$path HEARTH_WORKER_HOME=$folder /bin/sh -c '
    cd "$0" || exit 1
    unset OLDPWD
    exec 3>&1 >>output.log 2>&1 </dev/null
    { IFS= read -r line </proc/$$/stat; } 2>/dev/null
    { IFS= read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
    printf "%s\n" $$ $PPID "${boot-}" "${line-}" >.hearth/starting
    mv .hearth/starting .hearth/process
    echo $$ >&3
    exec 3>&- "$@"' "$folder" "$@"
}

main() {
  folder=$2
  path=$PATH
  PATH=$3
  session=${4:-}
  cd /
  exec 2>/dev/null
  unset HEARTH_WORKER_HOME
  code=0
  if [ "$1" = run ]; then
    run
    code=$?
    exec >/dev/null
    [ "$(session_of $$)" = $$ ] && session=$$
  fi
  end_left
  remove_files
  exit $code
}

main "$@"
