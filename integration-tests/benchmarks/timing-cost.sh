#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The in-order timing model with its default window against seeing every operation; the last line is the median.
#   timing-cost.sh [ROUNDS [SCALE [INTERVAL]]]    default: 5 3 4096
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
exec "$java" -XX:+UseSerialGC -Dspelunk.home="$home" -cp "$class_path" dev.spelunk.benchmarks.TimingCost \
    "${1:-5}" "${2:-3}" "${3:-4096}"
