#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Profiling on against off, in alternating pairs of runs of the bundled guest; the last line is the median.
#   profiling-cost.sh [PAIRS [SCALE [INTERVAL]]]    default: 10 5 4096
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
exec "$java" -XX:+UseSerialGC -Dspelunk.home="$home" -cp "$class_path" dev.spelunk.benchmarks.ProfilingCost \
    "${1:-10}" "${2:-5}" "${3:-4096}"
