#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A console whose five pages are open against the same one without, in turns of four seconds; the last line is the median.
#   console-cost.sh [WINDOWS]    default: 10
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
exec "$java" -Dspelunk.home="$home" -cp "$class_path" dev.spelunk.benchmarks.ConsoleCost "${1:-10}"
