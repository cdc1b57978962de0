#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A console whose five pages are open against run, in alternating pairs of runs of the bundled guest; the last line is the median.
#   console-cost.sh [PAIRS [SCALE]]    default: 6 15
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
exec "$java" -Dspelunk.home="$home" -cp "$class_path" dev.spelunk.benchmarks.ConsoleCost "${1:-6}" "${2:-15}"
