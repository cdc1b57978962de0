#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Guest MIPS (ops/us) and bytes allocated for an instruction (gc.alloc.rate.norm), by JMH.
#   run.sh [JMH OPTIONS]    for example: run.sh -p profiling=4096,256,off -p hypervisor=kvm,none
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/build-benchmarks.sh"
exec "$java" -Dspelunk.home="$home" -cp "$class_path" org.openjdk.jmh.Main GuestBenchmark -prof gc "$@"
