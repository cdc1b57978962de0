#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How long a machine stands still for a swap of each kind of part, and its throughput after all against before.
#   swap-cost.sh [SWAPS]    swaps of each kind of part; default 120
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
exec "$java" -XX:+UseSerialGC -Dspelunk.home="$home" -cp "$class_path" dev.spelunk.benchmarks.SwapCost "$@"
