#!/usr/bin/env bash
# JDK 25.0.3 (Temurin), found through JAVA_HOME or in /usr/lib/jvm. No packages.
#
# Whatever lets one look into a running JVM gives up its whole AOT cache: a flight recording, remote JMX, a Java agent. Each adds a
# module to the root set behind the scenes (jdk.jfr, jdk.management.agent, java.instrument), and that set must be the same as in
# training. The JVM says so on the error stream and goes on, with every class from its jar, at the old speed. A cache that was trained
# with "--add-modules jdk.jfr", and without any recording, serves recordings; but then runs *without* one must name the module too.
# Options that sound nearer to code and heap (another collector, -Xint, -ea, C1 only) keep the cache.
#
# One would guess that a recording costs the classes that it instruments, or that a cache trained with more modules serves less.
#
# Output seen (is the application's class from the cache?):
#   trained plainly: plain yes, recording no, jmx no, agent no, other collector yes, C1 only yes, -ea yes
#   trained with --add-modules jdk.jfr: plain no, recording yes, plain with the module yes
set -euo pipefail
jdk=""
for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
  if [ -x "$candidate/bin/javac" ] && "$candidate/bin/javac" -version 2>&1 | grep -q ' 25\.'; then jdk=$candidate; break; fi
done
[ -n "$jdk" ] || { echo "needs a JDK 25" >&2; exit 2; }
"$jdk/bin/javac" -version

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo 'public class Main { public static void main(String[] args) { System.out.println("done"); } }' >Main.java
echo 'public class Agent { public static void premain(String argument) {} }' >Agent.java
"$jdk/bin/javac" -d classes Main.java Agent.java
"$jdk/bin/jar" --create --file app.jar -C classes .
echo 'Premain-Class: Agent' >manifest.txt
"$jdk/bin/jar" --create --file agent.jar --manifest manifest.txt -C classes Agent.class

"$jdk/bin/java" -XX:AOTCacheOutput=plain.aot -cp app.jar Main >training.txt 2>&1
"$jdk/bin/java" -XX:AOTCacheOutput=jfr.aot --add-modules jdk.jfr -cp app.jar Main >>training.txt 2>&1

cached() { # cache, options: where does Main come from?
  "$jdk/bin/java" -XX:AOTCache="$1" "${@:2}" -Xlog:class+load:file=loaded.txt -cp app.jar Main >output.txt 2>&1
  if grep -q ' Main source: shared objects file' loaded.txt; then echo yes; else echo no; fi
}
recording=-XX:StartFlightRecording:filename=recording.jfr
seen="trained plainly: plain $(cached plain.aot), recording $(cached plain.aot $recording), jmx $(cached plain.aot -Dcom.sun.management.jmxremote), \
agent $(cached plain.aot -javaagent:agent.jar), other collector $(cached plain.aot -XX:+UseParallelGC), C1 only $(cached plain.aot -XX:TieredStopAtLevel=1), -ea $(cached plain.aot -ea)
trained with --add-modules jdk.jfr: plain $(cached jfr.aot), recording $(cached jfr.aot $recording), plain with the module $(cached jfr.aot --add-modules jdk.jfr)"
echo "$seen"
expected='trained plainly: plain yes, recording no, jmx no, agent no, other collector yes, C1 only yes, -ea yes
trained with --add-modules jdk.jfr: plain no, recording yes, plain with the module yes'
[ "$seen" = "$expected" ] || { echo "this JDK does it another way" >&2; exit 1; }
