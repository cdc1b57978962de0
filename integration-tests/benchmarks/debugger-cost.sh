#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A debugger attached and going on, and logs that have not begun, against neither, in turns of the bundled guest inside one JVM,
# for each engine; the last line of each is the median. Six rounds a set.
#   debugger-cost.sh [SETS [ENGINE...]]    default: 4 interpreter translator
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
sets=${1:-4}
if [ $# -gt 1 ]; then shift; else set -- interpreter translator; fi
# As the launcher script does.
exec "$java" -XX:+UseSerialGC -XX:PerMethodTrapLimit=0 -XX:CompileCommand=quiet \
    "-XX:CompileCommand=BackgroundCompilation,dev.spelunk.pe.TranslatedRegion*::run,false" \
    "-XX:CompileCommand=CompileThresholdScaling,dev.spelunk.pe.TranslatedRegion*::run,0.02" \
    -Dspelunk.home="$home" -cp "$class_path" dev.spelunk.benchmarks.DebuggerCost "$sets" "$@"
