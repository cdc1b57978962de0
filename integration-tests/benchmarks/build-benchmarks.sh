# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # Read by scripts that source it.
# Sourced by the scripts beside it: builds what they run, and sets here, home, java and class_path.
here=$(cd "$(dirname "$0")" && pwd -P)
home=$(cd "$here/../.." && pwd -P)
if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java; else java=java; fi
log=$here/target/build.log
mkdir -p "$here/target"
if ! "$home/mvnw" -f "$home/pom.xml" -B -ntp -q -Dmaven.test.skip=true -pl integration-tests/benchmarks -am package >"$log" 2>&1; then
    echo "$(basename "$0"): the build failed, see $log" >&2
    exit 2
fi
# All bundles are built: what the launcher script looks at.
touch "$home/bundles/dev.spelunk.cli/target/assembly/assembled"
class_path=$here/target/classes:$home/bundles/dev.spelunk.cli/target/dev.spelunk.cli.jar
for jar in "$home"/bundles/dev.spelunk.cli/target/assembly/lib/*.jar "$here"/target/lib/*.jar; do
    class_path=$class_path:$jar
done
