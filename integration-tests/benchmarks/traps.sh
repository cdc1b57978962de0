#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Traps to the KVM model and returns a second (ops/s), and bytes allocated for one (gc.alloc.rate.norm), by JMH.
#   traps.sh [JMH OPTIONS]    for example: traps.sh -p policy=on-enable,cached,none
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
exec "$java" -Dspelunk.home="$home" -cp "$class_path" org.openjdk.jmh.Main TrapBenchmark -prof gc "$@"
