#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# GDB attached and going on, and logs that have not begun, against neither, in alternating pairs of runs of the bundled guest,
# for each engine; the last line of each is the median.
#   debugger-cost.sh [PAIRS [SCALE [ENGINE...]]]    default: 10 5 interpreter translator
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
pairs=${1:-10}
scale=${2:-5}
if [ $# -gt 2 ]; then shift 2; else set -- interpreter translator; fi
# As the launcher script does.
exec "$java" -XX:+UseSerialGC -XX:PerMethodTrapLimit=0 -XX:CompileCommand=quiet \
    "-XX:CompileCommand=BackgroundCompilation,dev.spelunk.pe.TranslatedRegion*::run,false" \
    "-XX:CompileCommand=CompileThresholdScaling,dev.spelunk.pe.TranslatedRegion*::run,0.02" \
    -Dspelunk.home="$home" -cp "$class_path" dev.spelunk.benchmarks.DebuggerCost "$pairs" "$scale" "$@"
