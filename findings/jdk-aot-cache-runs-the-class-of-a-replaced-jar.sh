#!/usr/bin/env bash
# JDK 25.0.3 (Temurin), found through JAVA_HOME or in /usr/lib/jvm. No packages.
#
# An AOT cache (JEP 483, 514) is not checked against the application's jar: when the jar is replaced, the JVM goes on running the class
# that it saw in training, without a word, also with -XX:AOTMode=on, and whatever the new jar's time and size. The older class data
# sharing archive (-XX:ArchiveClassesAtExit) of the same JVM does check: it warns, and the new class runs.
#
# One would guess that the newer mechanism inherits the check. A program that is updated in place keeps its old behaviour until the
# cache is removed, so a cache must be named after the content of its jars.
#
# Output seen:
#   AOT cache, jar replaced:                    one
#   AOT cache with AOTMode=on, jar replaced:    one
#   CDS archive, jar replaced:                  two
#   neither:                                    two
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
echo 'public class Main { public static void main(String[] args) { System.out.println(Words.said()); } }' >Main.java
for word in one two; do
  echo "public class Words { public static String said() { return \"$word\"; } }" >Words.java
  "$jdk/bin/javac" -d "$word" Main.java Words.java
done
echo "some more bytes" >two/more.txt
first() { "$jdk/bin/jar" --create --file app.jar -C one .; }
second() { "$jdk/bin/jar" --create --file app.jar -C two .; }

first
"$jdk/bin/java" -XX:AOTCacheOutput=app.aot -cp app.jar Main >training.txt 2>&1
"$jdk/bin/java" -XX:ArchiveClassesAtExit=app.jsa -cp app.jar Main >>training.txt 2>&1
second
run() { "$jdk/bin/java" "$@" -cp app.jar Main 2>warnings.txt | grep -xE 'one|two'; }
seen="AOT cache, jar replaced:                    $(run -XX:AOTCache=app.aot)
AOT cache with AOTMode=on, jar replaced:    $(run -XX:AOTCache=app.aot -XX:AOTMode=on)
CDS archive, jar replaced:                  $(run -XX:SharedArchiveFile=app.jsa)
neither:                                    $(run)"
echo "$seen"
expected='AOT cache, jar replaced:                    one
AOT cache with AOTMode=on, jar replaced:    one
CDS archive, jar replaced:                  two
neither:                                    two'
[ "$seen" = "$expected" ] || { echo "this JDK does it another way" >&2; exit 1; }
